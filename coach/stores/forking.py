"""Forks: a new session that is another one as it was at a turn.

The log is copied row by row, with the new name in the two places where a log says it: the
opening's document and the snapshots. So a fork folds, is undone and explains itself like any
session, and needs nothing of the one it came from.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coach.errors import SessionError
from coach.record.context import CoachContext
from coach.record.delta import plain
from coach.record.message import Message
from coach.stores import folding, mapping, people, reading, statements
from coach.stores.connect import Db
from coach.stores.values import StoredTurn

Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fork:
    """What a fork is called, and when it is begun."""

    session_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A kept turn, the context it led to, and the messages up to it as they stood then."""

    turn: StoredTurn
    context: CoachContext
    messages: tuple[Message, ...]


def fork(db: Db, session_id: str, turn: int | None, new: Fork) -> bool:
    """Write the fork; False when its id is taken. SessionError when there is no such turn."""
    log = _log(db, session_id, turn)
    at = log[-1]["revision"]
    names = {
        "session_id": new.session_id,
        "forked_from": session_id,
        "forked_at": at,
        "created_at": plain(new.at),
    }
    copied = [renamed(row, names) for row in log]
    context = CoachContext.from_dict(folding.fold(_copies(copied)))
    said = [mapping.message_values(new.session_id, m) for m in _messages(db, session_id, at)]
    return write(db, context, copied, said)


def write(db: Db, context: CoachContext, log: Rows, messages: Rows) -> bool:
    """Put a whole session in place: its context, and its turns and messages row by row. It is its
    person's newest. False when the id is taken."""
    ordinal = people.lock(db, context.user_id, context.created_at)["sessions"] + 1
    last = max(row["number"] for row in log)
    fresh = mapping.UNCLAIMED | {"last_number": last, "ordinal": ordinal}
    if db.run(statements.insert_context, mapping.context_values(context) | fresh) != 1:
        return False
    db.run(statements.count_session, {"user": context.user_id, "new_sessions": ordinal})
    for name, statement in statements.insert_gathered.items():
        items = getattr(context, name).values()
        rows = [mapping.gathered_values(context.session_id, item) for item in items]
        db.run_many(statement, rows)
    db.run_many(statements.insert_message, messages)
    db.run_many(statements.insert_turn, log)
    return True


def was_forked(db: Db, session_id: str, new: Fork) -> bool:
    """Whether a session is there that this very fork has begun."""
    row = db.one(statements.load_context, session=new.session_id)
    if row is None:
        return False
    return (row["state"]["forked_from"], row["created_at"]) == (session_id, new.at)


def moment(db: Db, session_id: str, turn: int) -> Moment:
    """The session at a turn; SessionError when there is no such turn."""
    log = _log(db, session_id, turn)
    messages = _messages(db, session_id, turn)
    own = reading.turn(db, log[-1])
    context = CoachContext.from_dict(folding.fold(log))
    shown = [m for m in messages if m.seq >= context.window_start and not m.withdrawn]
    context.show_window(shown)
    return Moment(turn=own, context=context, messages=tuple(messages))


def renamed(row: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """A row of the log under other names: its own, and those in the documents it holds."""
    new = row | {"session_id": names["session_id"]}
    if row["revision"] == 0:
        (whole,) = row["patch"]
        new["patch"] = [whole | {"value": whole["value"] | names}]
    if row["snapshot"] is not None:
        new["snapshot"] = row["snapshot"] | names
    return new


def _log(db: Db, session_id: str, turn: int | None) -> Rows:
    """The kept rows up to a turn."""
    reading.head(db, session_id)
    kept = folding.kept(db.rows(statements.turns_of, session=session_id))
    wanted = kept[-1]["revision"] if turn is None else turn
    if not any(row["revision"] == wanted for row in kept):
        last = kept[-1]["revision"] if kept else "none"
        raise SessionError(f"session {session_id!r} has no turn {turn!r}; it has 0 to {last}")
    return [row for row in kept if row["revision"] <= wanted]


def _messages(db: Db, session_id: str, at: int) -> list[Message]:
    said = reading.messages(db, session_id)
    return [message.as_at(at) for message in said if message.revision <= at]


def _copies(log: Rows) -> Rows:
    """The rows with an opening that folding may write into."""
    (whole,) = log[0]["patch"]
    return [log[0] | {"patch": [whole | {"value": dict(whole["value"])}]}, *log[1:]]
