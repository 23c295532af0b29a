"""The table behind CoachContext: what is looked up and fenced has columns, the rest is JSON."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.record.times import UtcDateTime


class ContextRow(Row, table=True):
    """One row per session.

    `revision` is the integer that every commit checks and increments; `fence` is incremented
    by every claim, and `lease_until` (milliseconds since 1970 by the database's clock) says
    how long that claim is respected; `stop` is the fence of a claim whose turn is to stop.
    `last_number` is the greatest number that a turn was given, `ordinal` the number of this session
    among those of its user, in the order they were opened.
    `state` holds what is neither a column here nor a row of another table. The indexes serve
    who asks what there was lately, of one user, caller or account, or of all.
    """

    __tablename__ = "coach_context"
    __table_args__ = (
        Index("coach_context_of_user", "user_id", "ordinal"),
        Index("coach_context_by_time", "updated_at"),
        Index("coach_context_of_caller", "caller_id", "created_at"),
        Index("coach_context_of_account", "account_id", "created_at"),
        Index("coach_context_by_begin", "created_at"),
        Index("coach_context_by_age", "flow", "status", "updated_at"),
        Index(
            "coach_context_due",
            "flow",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    session_id: str = Col(primary_key=True, max_length=128)
    user_id: str = Col(max_length=200)
    caller_id: str = Col(max_length=200)
    account_id: str | None = Col(default=None, max_length=200)
    ordinal: int = 0
    flow: str = Col(max_length=64)
    flow_version: int
    flow_hash: str = Col(max_length=64)
    stage: str = Col(max_length=400)
    status: str = Col(max_length=16)
    previous_session: str | None = Col(default=None, max_length=128)
    revision: int
    turns: int
    messages: int
    tokens: int
    tool_calls: int
    progress: float
    fence: int = 0
    lease_until: int | None = Col(default=None, sa_type=BigInteger)
    last_number: int = 0
    stop: int | None = None
    state: dict[str, Any] = Col(sa_type=JsonText)
    created_at: datetime = Col(sa_type=UtcDateTime)
    updated_at: datetime = Col(sa_type=UtcDateTime)
    last_message_at: datetime | None = Col(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Col(default=None, sa_type=UtcDateTime)
