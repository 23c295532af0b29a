"""Proof that a store adds up: what the log says is what the tables hold."""

import hashlib
import json
from typing import Any

from coach.errors import StoreError
from coach.record.context import CoachContext
from coach.record.delta import apply
from coach.stores import mapping, reading, statements
from coach.stores.connect import Db
from coach.stores.damage import UNREADABLE
from coach.stores.folding import complete, kept
from coach.stores.sql import SqlStore
from coach.stores.values import CheckReport, Fault
from coach.vocabulary.words import Role

Rows = list[dict[str, Any]]


def check(store: SqlStore) -> CheckReport:
    """Look at every session; each fault says what does not add up.

    Held to be true: messages are contiguous and alternate, each message of a person followed
    by its reply; revisions are contiguous and their number is the context's; folding the log
    gives the stored context, and each snapshot on the way; every stage is one of its flow's.
    """
    faults: list[Fault] = []
    turns = messages = 0
    with store.database.transaction(write=False) as db:
        ids = [row["session_id"] for row in db.rows(statements.session_ids)]
        for session_id in ids:
            try:
                log = db.rows(statements.turns_of, session=session_id)
                said = db.rows(statements.messages_of, session=session_id)
                turns, messages = turns + len(log), messages + len(said)
                found = [*_messages(said), *_revisions(db, session_id, log, said)]
            except (StoreError, *UNREADABLE) as error:
                found = [f"its rows cannot be read: {error}"]
            faults += [Fault(session_id=session_id, what=what) for what in found]
        faults += _orphans(db, set(ids))
    return CheckReport(sessions=len(ids), turns=turns, messages=messages, faults=tuple(faults))


def faults_of(db: Db, session_id: str) -> list[str]:
    """What does not add up in one session, as a transaction sees it."""
    log = db.rows(statements.turns_of, session=session_id)
    said = db.rows(statements.messages_of, session=session_id)
    return [*_messages(said), *_revisions(db, session_id, log, said)]


def _messages(said: Rows) -> list[str]:
    faults = []
    if [row["seq"] for row in said] != list(range(1, len(said) + 1)):
        faults.append("message numbers have a gap")
    if not _in_turn(said):
        faults.append("a message is not followed by its reply")
    return faults


def _in_turn(said: Rows) -> bool:
    """Whether the coach began, and answers each message of the person, with the results of every
    tool that it called in between."""
    turn, waiting = Role.ASSISTANT, set[str]()
    for row in said:
        if waiting:
            if row["role"] != Role.TOOL or row["tool_call_id"] not in waiting:
                return False
            waiting.discard(row["tool_call_id"])
        elif row["role"] != turn:
            return False
        elif turn is Role.USER:
            turn = Role.ASSISTANT
        elif row["tool_calls"]:
            waiting = {call["id"] for call in row["tool_calls"]}
        else:
            turn = Role.USER
    return turn is Role.USER or not said


def _revisions(db: Db, session_id: str, log: Rows, said: Rows) -> list[str]:
    context = reading.context(db, session_id)
    done = kept(log)
    faults = []
    if [row["revision"] for row in done] != list(range(len(done))):
        faults.append("revisions in the log have a gap")
    if context.revision != len(done) - 1:
        faults.append(f"revision is {context.revision}, but {len(done) - 1} turns were kept")
    if context.messages != len(said):
        faults.append(f"counts {context.messages} messages, but {len(said)} are there")
    faults += [*_folded(context, log), *_pairs(done, said), *_stage(db, context)]
    return [*faults, *_words(done, said)]


def _words(done: Rows, said: Rows) -> list[str]:
    """What a person said is what the log has the digest of; every decision can be read."""
    faults = []
    messages = {row["seq"]: mapping.to_message(dict(row)) for row in said}
    for row in done:
        first = messages.get(row["first_seq"])
        mapping.to_turn(row, [] if first is None else [first])
        if row["number"] and first is not None and _digest(first.content) != row["digest"]:
            faults.append(f"message {row['first_seq']} is not what the log has seen")
    return faults


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _stage(db: Db, context: CoachContext) -> list[str]:
    if not context.flow:  # made by a context manager: nothing runs it, and nothing is said in it
        return _flowless(context)
    kept = db.one(statements.find_flow, of_hash=context.flow_hash)
    if kept is None:
        return ["the definition of its flow is missing"]
    if _digest(kept["definition"]) != context.flow_hash:
        return ["the definition of its flow has been changed"]
    leaves = _leaves(json.loads(kept["definition"])["stages"])
    return [] if context.stage in leaves else [f"its flow has no stage {context.stage!r}"]


def _flowless(context: CoachContext) -> list[str]:
    told = {
        "a flow's hash": context.flow_hash,
        "a stage": context.stage,
        "messages": context.messages,
    }
    return [f"it has no flow, but {what}" for what, value in told.items() if value]


def _leaves(stages: dict[str, Any], prefix: str = "") -> set[str]:
    """The paths that a session can stand at, from a definition as it is stored."""
    found: set[str] = set()
    for name, stage in stages.items():
        inner = stage.get("stages")
        found |= _leaves(inner, f"{prefix}{name}/") if inner else {f"{prefix}{name}"}
    return found


def _pairs(done: Rows, said: Rows) -> list[str]:
    """Every kept turn owns its messages: two if it says nothing else, none where the application
    wrote."""
    owned: list[int] = []
    for row in done:
        if (first := row["first_seq"]) is not None:  # the application writes without a word
            owned += range(first, first + (row["said"] or mapping.USUAL))
    if owned != [row["seq"] for row in said]:
        return ["the turns and the messages do not belong together"]
    return []


def _folded(context: CoachContext, log: Rows) -> list[str]:
    faults = []
    document: dict[str, Any] = {}
    try:
        for row in kept(log):
            document = complete(apply(document, row["patch"] or []))
            faults += _snapshot(row, document)
    except ValueError as error:
        return [f"the log cannot be folded: {error}"]
    if not _same(document, context.to_dict()):
        stored = context.to_dict()
        names = sorted(stored.keys() | document.keys())
        differing = [n for n in names if not _same(document.get(n), stored.get(n))]
        faults.append(f"folding the log gives another context: {', '.join(differing)} differ")
    return faults


def _snapshot(row: dict[str, Any], document: dict[str, Any]) -> list[str]:
    revision, snapshot = row["revision"], row["snapshot"]
    if snapshot is None:
        due = mapping.is_snapshot_due(revision)
        return [f"the snapshot at revision {revision} is missing"] if due else []
    if _same(complete(snapshot), document):
        return []
    return [f"the snapshot at revision {revision} differs from the log"]


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON, where 1, 1.0 and true differ."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _orphans(db: Db, known: set[str]) -> list[Fault]:
    faults = []
    for name, statement in statements.owners.items():
        for row in db.rows(statement):
            if row["session_id"] not in known:
                what = f"{name} has rows, but there is no such session"
                faults.append(Fault(session_id=row["session_id"], what=what))
    return faults
