"""The audit: which conversations there were, of whom, and what they came to.

All of it stands on the row of a session, and the sums of a turn's calls in an index, so that no
message is looked at but in `history`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select

from coach.errors import InvalidValue, did_you_mean
from coach.record.message import Message
from coach.stores import llm_usage, mapping
from coach.stores.damage import readable
from coach.stores.llm_usage import LlmUsage
from coach.stores.sql import SqlStore
from coach.stores.statements import CONTEXT, TURN
from coach.stores.values import SessionLine
from coach.vocabulary.words import SessionStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Which:
    """Which conversations are meant; None leaves nothing out.

    They are told by when they began: `since` is part of the range and `until` is not, both are
    aware times. InvalidValue for what cannot be meant.
    """

    caller_id: str | None = None
    user_id: str | None = None
    account_id: str | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.status is not None and self.status not in list(SessionStatus):
            hint = did_you_mean(self.status, SessionStatus)
            raise InvalidValue(f"no session has the status {self.status!r}.{hint}")
        for name, moment in (("since", self.since), ("until", self.until)):
            if moment is not None and moment.tzinfo is None:
                raise InvalidValue(f"{name}={moment!r} has no time zone: give an aware datetime")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise InvalidValue(
                f"no time is between {self.since.isoformat()} and {self.until.isoformat()}"
            )

    @property
    def said(self) -> dict[str, Any]:
        """What it says, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What the conversations of one caller, user, account, flow, day or month came to.

    `key` is that caller (or user, …), an ISO day or month in UTC, or None for those without an
    account. `tokens` are those of the messages by our count; `calls` and what follows is what llms
    were asked, by the provider's count: `cached_tokens` are part of the `input_tokens`, `llm_ms`
    is wall time. A conversation counts when it began, a call when it was made.
    """

    key: str | None
    conversations: int
    messages: int
    tool_calls: int
    tokens: int
    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    llm_ms: int = 0


EVERYTHING = Which()
CONDITIONS = {
    "caller_id": CONTEXT.c.caller_id == bindparam("caller_id"),
    "user_id": CONTEXT.c.user_id == bindparam("user_id"),
    "account_id": CONTEXT.c.account_id == bindparam("account_id"),
    "status": CONTEXT.c.status == bindparam("status"),
    "since": CONTEXT.c.created_at >= bindparam("since"),
    "until": CONTEXT.c.created_at < bindparam("until"),
}
GROUPS: dict[str, Any] = {
    "caller": CONTEXT.c.caller_id,
    "user": CONTEXT.c.user_id,
    "account": CONTEXT.c.account_id,
    "flow": CONTEXT.c.flow,
    "day": func.substr(CONTEXT.c.created_at, 1, 10),
    "month": func.substr(CONTEXT.c.created_at, 1, 7),
}
PERIODS: dict[str, Any] = {
    "day": func.substr(TURN.c.at, 1, 10),
    "month": func.substr(TURN.c.at, 1, 7),
}
COUNTERS = ("messages", "tool_calls", "tokens")
NONE = dict.fromkeys(("conversations", *COUNTERS), 0)


def recent(store: SqlStore, which: Which = EVERYTHING, limit: int = 50) -> list[SessionLine]:
    """The conversations that began last, the newest first; at most `limit`."""
    statement = _recent(tuple(which.said))
    with store.database.transaction(write=False) as db:
        rows = db.rows(statement, **which.said, limit=_checked(limit))
    return [mapping.to_line(row) for row in rows]


def history(store: SqlStore, session_id: str) -> list[Message]:
    """Every message of a conversation in order, also those that were taken back."""
    return store.messages(session_id)


def usage(store: SqlStore, by: str = "caller", which: Which = EVERYTHING) -> list[Usage]:
    """What was used, summed up by 'caller', 'user', 'account', 'flow', 'day' or 'month'.

    Those with most tokens come first; days and months in their order.
    """
    if by not in GROUPS:
        raise InvalidValue(f"usage cannot be summed up by {by!r}.{did_you_mean(by, GROUPS)}")
    of = which.said
    with store.database.transaction(write=False) as db:
        talks = {row["key"]: row for row in db.rows(_usage_by(by, tuple(of)), **of)}
        asked = llm_usage.sums(db, PERIODS.get(by, GROUPS[by]), of)
    found = [_usage(key, talks.get(key, NONE), asked.get(key, {})) for key in talks | asked]
    if by in PERIODS:
        return sorted(found, key=lambda used: used.key or "")
    return sorted(found, key=lambda used: (-used.tokens, used.key is None, used.key or ""))


def llms(store: SqlStore, which: Which = EVERYTHING) -> list[LlmUsage]:
    """What each llm was asked, by purpose; those with most input tokens first."""
    with store.database.transaction(write=False) as db:
        return llm_usage.by_llm(db, which.said)


def _checked(limit: int) -> int:
    if not 0 < limit < 2**31:
        raise InvalidValue(f"limit={limit} is no number of conversations: take 1 or more")
    return limit


@readable
def _usage(key: str | None, row: dict[str, Any], asked: dict[str, int]) -> Usage:
    counts = {name: int(row[name]) for name in ("conversations", *COUNTERS)}
    return Usage(key=key, **counts, **asked)


# Each combination of conditions is a statement of its own, built once: so an index can serve it.
@lru_cache
def _recent(names: tuple[str, ...]) -> Any:
    columns = [CONTEXT.c[name] for name in mapping.LINE]
    newest_first = (CONTEXT.c.created_at.desc(), CONTEXT.c.session_id.desc())
    chosen = select(*columns).where(*_conditions(names))
    return chosen.order_by(*newest_first).limit(bindparam("limit"))


@lru_cache
def _usage_by(by: str, names: tuple[str, ...]) -> Any:
    sums = [func.sum(CONTEXT.c[name]).label(name) for name in COUNTERS]
    return (
        select(GROUPS[by].label("key"), func.count().label("conversations"), *sums)
        .where(*_conditions(names))
        .group_by("key")
    )


def _conditions(names: Iterable[str]) -> list[Any]:
    return [CONDITIONS[name] for name in names]
