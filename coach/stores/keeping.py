"""Writing a turn: the second half of the protocol, inside one transaction."""

import hashlib
from collections.abc import Mapping
from typing import Any

from coach.errors import LeaseLost
from coach.stores import mapping, people, rewinding, statements
from coach.stores.connect import Db
from coach.stores.memories import writing
from coach.stores.values import Claim, Definition, Kept
from coach.vocabulary.words import Role


def opening(db: Db, kept: Kept, definition: Definition | None, ordinal: int) -> bool:
    """A new session: its flow, its context and turn number 0. False when the id is taken."""
    if definition is not None:
        db.run(statements.insert_flow, mapping.flow_values(definition))
    fresh = mapping.UNCLAIMED | {"last_number": 0, "ordinal": ordinal}
    if db.run(statements.insert_context, mapping.context_values(kept.new) | fresh) != 1:
        return False
    of = {"user": kept.new.user_id, "new_sessions": ordinal}
    db.run(statements.count_session, of)
    _items(db, kept, is_new=True)
    people.bring_up(db, kept, is_new=True)
    _learned(db, kept)
    _template(db, kept)
    db.run(statements.insert_turn, mapping.opening_values(kept))
    return True


def turn(db: Db, claim: Claim, kept: Kept) -> None:
    """Everything a turn adds; LeaseLost when one of the two fences says that it came too late."""
    _context(db, claim, kept)
    _items(db, kept, is_new=False)
    people.bring_up(db, kept)
    _learned(db, kept)
    _template(db, kept)
    if claim.again or any(message.role is Role.TOOL for message in kept.messages):
        db.run(statements.delete_intents, {"session": claim.session_id, "of_key": claim.key})
    done = mapping.turn_values(claim, kept)
    if not claim.stored:
        db.run(statements.insert_turn, mapping.UNTRIED | mapping.claimed_values(claim) | done)
        return
    finished = {f"new_{name}": value for name, value in done.items()}
    of = {"session": claim.session_id, "of_number": claim.number}
    if db.run(statements.finish_turn, finished | of) != 1:
        raise LeaseLost(f"turn {claim.key!r} was finished by another worker")


def _learned(db: Db, kept: Kept) -> None:
    """What a turn took back leaves the person's memories, and what it has learned is there."""
    old, new, since = kept.old, kept.new, kept.since
    if since is not None:
        for key, item in old.known.items():
            if new.known.get(key) != item:
                writing.take_back(db, new, item, since)
    for memory in kept.learned:
        was = memory.learned
        writing.learn(db, memory, again=was is not None and was.revision < new.revision)


def _template(db: Db, kept: Kept) -> None:
    """The sources behind the turn's page, each kept once."""
    if kept.page is None or kept.family is None:
        return
    of = kept.page.template_hash
    if db.one(statements.find_template, of_hash=of) is not None:
        return
    parts = {name: _digest(source) for name, source in kept.family.items()}
    for name, digest in parts.items():
        db.run(statements.insert_source, {"hash": digest, "text": kept.family[name]})
    row = {"hash": of, "name": kept.page.template, "parts": parts}
    db.run(statements.insert_template, row)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _context(db: Db, claim: Claim, kept: Kept) -> None:
    values = {f"new_{name}": value for name, value in mapping.context_values(kept.new).items()}
    fences = {
        "session": claim.session_id,
        "old_revision": kept.old.revision,
        "held_fence": claim.fence,
        "new_lease_until": None,
        "new_last_number": claim.number,
    }
    if db.run(statements.update_context, values | fences) != 1:
        raise LeaseLost(f"session {claim.session_id!r}: another worker was faster")


def _items(db: Db, kept: Kept, is_new: bool) -> None:
    """The rows of other tables: messages are added, what was gathered is brought up to date."""
    session_id, new = kept.new.session_id, kept.new
    rows = [mapping.message_values(session_id, message) for message in kept.messages]
    db.run_many(statements.insert_message, rows)
    for name in statements.GATHERED:
        old = {} if is_new else getattr(kept.old, name)
        _bring_up(db, session_id, old, getattr(new, name), name)
    for revision in kept.undone:
        gone = {"session": session_id, "of_revision": revision, "taken_back_by": new.revision}
        db.run(statements.withdraw_messages, gone)
    if kept.stand_as is not None:
        rewinding.stand_as_at(db, session_id, kept.stand_as, new.revision)
    if kept.last_seq is not None:
        rewinding.withdraw_after(db, session_id, kept.last_seq, new.revision)


def _bring_up(
    db: Db, session_id: str, old: Mapping[str, Any], new: Mapping[str, Any], name: str
) -> None:
    """Delete and insert the rows that differ."""
    for key, item in mapping.changed(old, new):
        if key in old:
            gone = {"session": session_id, "of_key": key}
            db.run(statements.delete_gathered[name], gone)
        if item is not None:
            values = mapping.gathered_values(session_id, item)
            db.run(statements.insert_gathered[name], values)
