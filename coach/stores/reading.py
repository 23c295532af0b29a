"""Reading one session inside a transaction."""

from typing import Any

from coach.errors import SessionNotFound
from coach.record.context import SPENT, CoachContext
from coach.record.delta import Patch, apply, root
from coach.record.message import Message
from coach.stores import mapping, statements
from coach.stores.connect import Db
from coach.stores.damage import readable
from coach.stores.values import StoredTurn

Raw = dict[str, Any]

MOST_IN_WINDOW = 2_000  # a summariser that keeps failing must not make turns ever dearer


def found(db: Db, session_id: str, row: Raw | None) -> Raw:
    """The row itself; SessionNotFound when there is none."""
    if row is None:
        raise SessionNotFound(f"there is no session {session_id!r} in {db.url}")
    return row


def context(db: Db, session_id: str) -> CoachContext:
    """The context as it stands."""
    row = found(db, session_id, db.one(statements.load_context, session=session_id))
    gathered = {
        name: db.rows(statement, session=session_id)
        for name, statement in statements.load_gathered.items()
    }
    return mapping.to_context(row, gathered)


def head(db: Db, session_id: str) -> Raw:
    """Revision, time and claim of a session, and nothing that grows with it."""
    return found(db, session_id, db.one(statements.load_head, session=session_id))


def locked_head(db: Db, session_id: str) -> Raw:
    """The same, and nobody else claims the session until the transaction ends."""
    return found(db, session_id, db.one(statements.lock_head, session=session_id))


def messages(db: Db, session_id: str) -> list[Message]:
    """Every message in order."""
    head(db, session_id)
    return [mapping.to_message(row) for row in db.rows(statements.messages_of, session=session_id)]


def newest(db: Db, session_id: str, limit: int, after: int = 0) -> list[Message]:
    """The last messages with a sequence number above `after`, oldest first."""
    rows = db.rows(statements.newest_messages, session=session_id, limit=limit, after=after)
    return [mapping.to_message(row) for row in reversed(rows)]


def window(db: Db, context: CoachContext) -> list[Message]:
    """The messages from the window's start on, oldest first."""
    of = {"session": context.session_id, "after": context.window_start - 1}
    rows = db.rows(statements.standing_messages, **of, limit=MOST_IN_WINDOW)
    return [mapping.to_message(row) for row in reversed(rows)]


def family(db: Db, template_hash: str) -> dict[str, str] | None:
    """The sources of a template by name, as they were when its hash was this one."""
    row = db.one(statements.find_template, of_hash=template_hash)
    if row is None:
        return None
    parts = {
        name: db.one(statements.find_source, of_hash=digest)
        for name, digest in row["parts"].items()
    }
    return {name: source["text"] for name, source in parts.items() if source is not None}


def turns(db: Db, session_id: str) -> list[StoredTurn]:
    """The log in order, with what was said in each turn."""
    said = {message.seq: message for message in messages(db, session_id)}
    return [_with_words(row, said) for row in db.rows(statements.turns_of, session=session_id)]


@readable
def turn(db: Db, row: Raw) -> StoredTurn:
    """One row of the log, with what was said in that turn."""
    first = row["first_seq"]
    if first is None:
        return mapping.to_turn(row, [])
    rows = db.rows(
        statements.messages_at, session=row["session_id"], first=first, past=first + _size(row)
    )
    return mapping.to_turn(row, [mapping.to_message(item) for item in rows])


def before(db: Db, after: CoachContext, turns: int) -> list[CoachContext]:
    """The contexts before the last turns that `undo` would take back, the newest first."""
    contexts: list[CoachContext] = []
    while len(contexts) < turns and (earlier := _before(db, after)) is not None:
        contexts.append(earlier)
        after = earlier
    return contexts


def _before(db: Db, after: CoachContext) -> CoachContext | None:
    """The context before a turn, by the inverse patch in the log."""
    head = after.undo_head
    if head is None:
        return None
    row = db.one(statements.turn_at_revision, session=after.session_id, at_revision=head)
    if row is None or row["inverse"] is None:
        return None
    return taken_back(after, row["inverse"])


def taken_back(after: CoachContext, inverse: Patch) -> CoachContext | None:
    """The context without what the turn of its `undo_head` has changed, by the inverse of that."""
    if after.undo_head != after.rewound:
        inverse = [op for op in inverse if root(op) not in SPENT]
    try:
        return CoachContext.from_dict(apply(after.to_dict(), inverse))
    except ValueError:  # the application has written over what the turn had changed
        return None


@readable
def _with_words(row: Raw, said: dict[int, Message]) -> StoredTurn:
    first = row["first_seq"]
    if first is None:
        return mapping.to_turn(row, [])
    numbers = range(first, first + _size(row))
    return mapping.to_turn(row, [said[seq] for seq in numbers if seq in said])


def _size(row: Raw) -> int:
    """How many messages a turn has."""
    said: int | None = row["said"]
    return mapping.USUAL if said is None else said
