"""Between rows and values: one place that knows both."""

from collections.abc import Iterator, Mapping
from typing import Any

from coach.record.base import RawJson, dump_json, model_json
from coach.record.collection import Collection
from coach.record.context import CoachContext
from coach.record.delta import delta_json
from coach.record.message import Message
from coach.record.page import PageRecord
from coach.record.turn_log import TurnStatus
from coach.stores import said_once
from coach.stores.damage import readable
from coach.stores.statements import CONTEXT, GATHERED
from coach.stores.values import Claim, Definition, Kept, Rows, SessionLine, StoredTurn
from coach.vocabulary.llm import LlmCall, total_usage
from coach.vocabulary.value import Value

SNAPSHOT_EVERY = 50
USUAL = 2  # messages of a turn: what the person said, and the reply
SUMS = ("llm_calls", "input_tokens", "cached_tokens", "output_tokens", "llm_ms")
ASKED = ("said", "calls", *SUMS)
OPENING_KEY = ""  # no message has it: keys of messages are not empty
COLUMNS = tuple(c.name for c in CONTEXT.c if c.name in CoachContext.model_fields)
STATE = tuple(n for n in CoachContext.model_fields if n not in COLUMNS and n not in GATHERED)
KEYS = {"answers": "field", "sections": "name"} | {
    name: "id" for name in GATHERED if name not in ("answers", "sections")
}
LINE = tuple(SessionLine.__dataclass_fields__)


@readable
def to_context(row: dict[str, Any], gathered: Mapping[str, Rows]) -> CoachContext:
    """The validated snapshot that the rows describe."""
    data = {name: row[name] for name in COLUMNS}
    data.update(row["state"])
    for name, rows in gathered.items():
        key = KEYS[name]
        ordered = sorted(rows, key=lambda item: (item["revision"], _number(item[key])))
        data[name] = {item[key]: _without_session(item) for item in ordered}
    return CoachContext.model_validate(data)


def _number(key: str) -> int:
    """Of the things of one turn, 'a9' came before 'a10'."""
    return int(key[1:]) if key[1:].isdecimal() else 0


def _without_session(item: dict[str, Any]) -> dict[str, Any]:
    del item["session_id"]
    return item


def context_values(context: CoachContext) -> dict[str, Any]:
    """The columns of a context row but for the lease, which belongs to the claim."""
    state = context.__dict__
    values = {name: state[name] for name in COLUMNS}
    values["state"] = model_json({name: state[name] for name in STATE})
    return values


def gathered_values(session_id: str, item: Value) -> dict[str, Any]:
    """The columns of something that a context holds by key."""
    values: dict[str, Any] = {"session_id": session_id, **item.__dict__}
    return {n: model_json(v) if isinstance(v, tuple) else v for n, v in values.items()}


def message_values(session_id: str, message: Message) -> dict[str, Any]:
    calls = [call.model_dump() for call in message.tool_calls] or None
    rare = {"absences": message.absences or None, "partial": message.partial or None}
    return {"session_id": session_id, **message.__dict__, "tool_calls": calls, **rare}


@readable
def to_message(row: dict[str, Any]) -> Message:
    row["tool_calls"], row["absences"] = row["tool_calls"] or (), row["absences"] or ()
    row["partial"] = bool(row["partial"])
    return Message.model_validate(_without_session(row))


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(key, new value or None) for what differs; values are shared, so identity tells."""
    if isinstance(new, Collection) and isinstance(old, Collection):
        yield from ((key, new.get(key)) for key in new.changed_since(old))
        return
    for key, value in new.items():
        if old.get(key) is not value:
            yield key, value
    for key in old:
        if key not in new:
            yield key, None


def turn_values(claim: Claim, kept: Kept) -> dict[str, Any]:
    """The columns of a kept turn."""
    patch, inverse = delta_json(kept.old, kept.new)
    revision = kept.new.revision
    return {
        "status": str(TurnStatus.DONE),
        "text": None,
        "revision": revision,
        "first_seq": kept.messages[0].seq if kept.messages else None,
        "commands": said_once.commands(kept),
        "decision": said_once.decision(kept),
        "patch": patch,
        "inverse": inverse,
        "snapshot": kept.new.to_dict() if is_snapshot_due(revision) else None,
        "page": _page(kept),
        "done_at": kept.new.updated_at,
        **_asked(kept),
    }


def _asked(kept: Kept) -> dict[str, Any]:
    """How many messages the turn has, and what its llm was asked; the usual is None."""
    said, calls = len(kept.messages), kept.calls
    values: dict[str, Any] = dict.fromkeys(ASKED) | {"said": said if said != USUAL else None}
    if not calls:
        return values
    plain = [call.model_dump(mode="json", exclude_defaults=True) for call in calls]
    sums = total_usage(calls).model_dump() | {"llm_ms": sum(call.ms for call in calls)}
    return values | sums | {"calls": plain, "llm_calls": len(calls)}


def _page(kept: Kept) -> RawJson | None:
    return None if kept.page is None else RawJson(kept.page.model_dump_json(exclude_defaults=True))


def is_snapshot_due(revision: int) -> bool:
    """At 50, 100, 200, 400 …: so that snapshots of a growing context stay linear altogether."""
    turns, rest = divmod(revision, SNAPSHOT_EVERY)
    return rest == 0 and turns > 0 and turns & (turns - 1) == 0


@readable
def to_turn(row: dict[str, Any], said: list[Message]) -> StoredTurn:
    """A turn off the log, with the messages that belong to it."""
    decision = said_once.read_decision(row["decision"], said)
    return StoredTurn(
        session_id=row["session_id"],
        number=row["number"],
        key=row["key"],
        status=row["status"],
        text=row["text"] or (said[0].content if len(said) > 1 else ""),
        reply=said[-1].content if said else None,
        revision=row["revision"],
        commands=said_once.read_commands(row["commands"], decision),
        decision=decision,
        at=row["at"],
        tries=row["tries"],
        problem=row["problem"],
        page=None if row["page"] is None else PageRecord.model_validate(row["page"]),
        calls=tuple(LlmCall.model_validate(call) for call in row["calls"] or ()),
        partial=bool(said) and said[-1].partial,
        said=len(said),
    )


@readable
def to_line(row: dict[str, Any]) -> SessionLine:
    return SessionLine(**{name: row[name] for name in LINE})


@readable
def to_definition(row: dict[str, Any]) -> Definition:
    return Definition(
        hash=row["hash"], name=row["name"], version=row["version"], text=row["definition"]
    )


def flow_values(definition: Definition) -> dict[str, Any]:
    return {
        "hash": definition.hash,
        "name": definition.name,
        "version": definition.version,
        "definition": definition.text,
    }


def claimed_values(claim: Claim) -> dict[str, Any]:
    return {
        "session_id": claim.session_id,
        "number": claim.number,
        "key": claim.key,
        "digest": claim.digest,
        "at": claim.at,
    }


UNCLAIMED: dict[str, Any] = {"fence": 0, "lease_until": None, "stop": None}
UNTRIED: dict[str, Any] = {
    "tries": 0, "retry_at": None, "problem": None, "waits_until": None, "fence": None,
}  # fmt: skip
UNFINISHED = (
    "revision",
    "first_seq",
    "commands",
    "decision",
    "patch",
    "inverse",
    "snapshot",
    "page",
    "done_at",
    *ASKED,
)


def pending_values(text: str, retry_at: int, **more: Any) -> dict[str, Any]:
    """The columns of a turn whose message is all there is so far; `more` are those that tell it."""
    pending = {"status": str(TurnStatus.PENDING), "text": text, "retry_at": retry_at}
    return UNTRIED | dict.fromkeys(UNFINISHED) | pending | more


def opening_values(kept: Kept) -> dict[str, Any]:
    context, decision = kept.new, kept.decision
    whole = [{"op": "replace", "path": "", "value": context.to_dict()}]
    return (
        dict.fromkeys(UNFINISHED)
        | UNTRIED
        | {
            "session_id": context.session_id,
            "number": 0,
            "key": OPENING_KEY,
            "digest": "",
            "status": str(TurnStatus.DONE),
            "text": None,
            "revision": 0,
            "first_seq": kept.messages[0].seq if kept.messages else None,
            "commands": [],
            "decision": decision.model_dump(mode="json"),
            "patch": dump_json(whole),
            "page": _page(kept),
            "at": context.created_at,
            "done_at": context.created_at,
            **_asked(kept),
        }
    )
