"""The turn log: one row per turn, from the claim to what was kept."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field as Col
from sqlmodel import SQLModel

from coach.record.times import UtcDateTime


class TurnStatus(StrEnum):
    """PENDING: the message is durable and its turn not yet done."""

    PENDING = "pending"
    DONE = "done"


class TurnRow(SQLModel, table=True):
    """One turn of one session.

    `number` is the order of the claim; number 0 is the opening, whose `patch` holds the
    initial context. `revision` is set when the turn is kept. `patch` and `inverse` are JSON
    Patches (RFC 6902) on the context document; every fiftieth turn also holds a `snapshot`.
    """

    __tablename__ = "turn"
    __table_args__ = (UniqueConstraint("session_id", "key", name="turn_key"),)

    session_id: str = Col(primary_key=True, max_length=128)
    number: int = Col(primary_key=True)
    key: str = Col(max_length=128)
    status: str = Col(max_length=16)
    text: str
    reply: str | None = None
    revision: int | None = None
    first_seq: int | None = None
    commands: list[Any] | None = Col(default=None, sa_column=Column(JSON, nullable=True))
    decision: dict[str, Any] | None = Col(default=None, sa_column=Column(JSON, nullable=True))
    patch: list[Any] | None = Col(default=None, sa_column=Column(JSON, nullable=True))
    inverse: list[Any] | None = Col(default=None, sa_column=Column(JSON, nullable=True))
    snapshot: dict[str, Any] | None = Col(default=None, sa_column=Column(JSON, nullable=True))
    at: datetime = Col(sa_type=UtcDateTime)
    done_at: datetime | None = Col(default=None, sa_type=UtcDateTime)
