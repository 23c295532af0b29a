"""The turn log: one row per turn, from the claim to what was kept."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.record.times import UtcDateTime

# Few turns are: an index of them costs the others nothing.
WAITS = "status = 'pending'"
IN_LINE = "waits_until IS NOT NULL"
ASKED = "llm_ms IS NOT NULL"


class TurnStatus(StrEnum):
    """PENDING: the message is durable and its turn not yet done. FAILED: it was tried often enough;
    the same key sent again tries it once more."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class TurnRow(Row, table=True):
    """One turn of one session.

    `number` is the order of the claim; number 0 is the opening, whose `patch` holds the
    initial context. `revision` is set when the turn is kept. `patch` and `inverse` are JSON
    Patches (RFC 6902) on the context document (the inverse gives back what an undo does); the
    turns 50, 100, 200, 400 … also hold a `snapshot`. `text` is there while the turn is pending
    (afterwards its message holds it), `digest` is its sha256 and stays, so that the same key
    with another text is noticed. `first_seq` is the sequence number of the turn's first message,
    None where the application wrote without one, and `said` how many it has, None for the usual
    two; `page` is a PageRecord. `calls` are what an llm was asked (LlmCall), with sums:
    `llm_calls` of them, tokens as the provider counts them, and `llm_ms` milliseconds of wall time;
    None without any. The index `turn_asked` holds the sums, so that an audit reads it alone.

    `retry_at` (milliseconds since 1970 by the database's clock) is from when on a sweeper may take
    up a turn whose worker is gone, None when whoever sent it was told that it failed; `tries`
    counts how often one did, `problem` says what came of the last time.

    `waits_until` (by the same clock) is set while the message waits in line behind other turns of
    its session, in the order of `number`; whoever sent it renews it. `fence` is the one under which
    the turn was claimed last: it is running while its session is leased under that.
    """

    __tablename__ = "coach_turn"
    __table_args__ = (
        UniqueConstraint("session_id", "key", name="turn_key"),
        Index("turn_pending", "retry_at", sqlite_where=text(WAITS), postgresql_where=text(WAITS)),
        Index(
            "turn_in_line",
            "session_id",
            "number",
            sqlite_where=text(IN_LINE),
            postgresql_where=text(IN_LINE),
        ),
        Index(
            "turn_asked",
            *("at", "session_id", "llm_calls"),
            *("input_tokens", "cached_tokens", "output_tokens", "llm_ms"),
            sqlite_where=text(ASKED),
            postgresql_where=text(ASKED),
        ),
    )

    session_id: str = Col(primary_key=True, max_length=128)
    number: int = Col(primary_key=True)
    key: str = Col(max_length=128)
    status: str = Col(max_length=16)
    digest: str = Col(max_length=64)
    text: str | None = None
    revision: int | None = None
    first_seq: int | None = None
    commands: list[Any] | None = Col(default=None, sa_type=JsonText)
    decision: dict[str, Any] | None = Col(default=None, sa_type=JsonText)
    patch: list[Any] | None = Col(default=None, sa_type=JsonText)
    inverse: list[Any] | None = Col(default=None, sa_type=JsonText)
    snapshot: dict[str, Any] | None = Col(default=None, sa_type=JsonText)
    at: datetime = Col(sa_type=UtcDateTime)
    page: dict[str, Any] | None = Col(default=None, sa_type=JsonText)
    done_at: datetime | None = Col(default=None, sa_type=UtcDateTime)
    tries: int = 0
    retry_at: int | None = Col(default=None, sa_type=BigInteger)
    problem: str | None = None
    said: int | None = None
    calls: list[Any] | None = Col(default=None, sa_type=JsonText)
    llm_calls: int | None = None
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    llm_ms: int | None = None
    waits_until: int | None = Col(default=None, sa_type=BigInteger)
    fence: int | None = None
