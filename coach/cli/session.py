"""`coach session`: what was said and done."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli import opening, output
from coach.cli.asked import in_words, on_one_line
from coach.cli.options import Json, SessionId, Store

if TYPE_CHECKING:
    from coach.record.answer import Answer
    from coach.record.context import CoachContext
    from coach.record.message import Message
    from coach.stores.sql import SqlStore
    from coach.stores.values import SessionLine, StoredTurn
    from coach.vocabulary.decision import Decision
    from coach.vocabulary.llm import LlmCall, ToolCall

app = typer.Typer(help="Look at sessions.", no_args_is_help=True, rich_markup_mode=None)
ALL = 2**31
HEAD = ("session", "user", "flow", "stage", "status", "turns", "last")


@app.command("list")
def list_sessions(
    user: Annotated[str | None, typer.Option("--user", metavar="NAME", help="Only theirs.")] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """All sessions, the newest first."""
    lines = _lines(store, user)
    if as_json:
        output.document([plain(line) for line in lines])
    elif lines:
        output.table(HEAD, [row(line) for line in lines])
    else:
        output.line("no sessions yet: 'coach chat' begins one")


@app.command("show")
def show(session: SessionId, store: Store = None, as_json: Json = False) -> None:
    """Where a session stands, what is known, and what was said."""
    shelf = opening.shelf(store)
    tell(shelf.load(session), shelf.messages(session), shelf.turns(session), as_json=as_json)


def tell(
    context: "CoachContext",
    messages: "Iterable[Message]",
    turns: "Sequence[StoredTurn]" = (),
    *,
    as_json: bool,
) -> None:
    """A record and what was said, for whoever asked; of the `turns` those that were not answered,
    and what an llm was asked for the others."""
    waiting = [turn for turn in turns if turn.revision is None]
    asked = {turn.revision: turn.calls for turn in turns if turn.calls}
    if as_json:
        said = [message.model_dump(mode="json") for message in messages]
        left = [_unanswered(turn) for turn in waiting]
        calls = [_asked(revision, calls) for revision, calls in asked.items()]
        output.document(
            {"context": context.to_dict(), "messages": said, "unanswered": left, "calls": calls}
        )
        return
    for text in _record(context):
        output.line(text)
    for turn in waiting:
        output.line(output.hang(f"{turn.status:8} {turn.text!r} (key {turn.key}){_why(turn)}", 9))
    output.line()
    for message in messages:
        gone = " (taken back)" if message.withdrawn else ""
        gone += " (stopped)" if message.partial else ""
        words = "\n".join(filter(None, (message.content, *map(_call, message.tool_calls))))
        output.line(f"{message.seq:>3} {message.role}{gone}: {output.hang(words, 4)}")
        if message.role == "assistant" and message.revision in asked and not message.tool_calls:
            output.line(f"    ({on_one_line(asked[message.revision])})")


def _call(call: "ToolCall") -> str:
    return f"calls {call.name}({call.arguments})"


@app.command("why")
def why(
    session: SessionId,
    turn: Annotated[
        int | None, typer.Option("--turn", metavar="N", help="Which turn; default: the last.")
    ] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Why a turn moved or stayed.

    Every rule that was looked at, with what it read.
    """
    from coach.why import explain

    found, decision = _turn(opening.shelf(store), session, turn)
    if as_json:
        plain = decision.model_dump(mode="json")
        calls = [call.model_dump(mode="json") for call in found.calls]
        told = {"session": session, "turn": found.revision, "decision": plain, "calls": calls}
        output.document(told)
        return
    output.line(f"turn {found.revision}: {found.text or '(the opening)'}")
    output.line(explain(decision))
    for call in found.calls:
        output.line(in_words(call))


def _lines(store: str | None, user: str | None) -> "list[SessionLine]":
    """The sessions; none when the person has no store yet and asked for no other."""
    if store is None and not opening.default_file().is_file():
        return []
    return opening.shelf(store).sessions(user, limit=ALL)


def plain(line: "SessionLine") -> dict[str, Any]:
    """A session's line as JSON data."""
    data = asdict(line)
    return {n: v.isoformat() if isinstance(v, datetime) else v for n, v in data.items()}


def row(line: "SessionLine") -> tuple[str, ...]:
    """A session's line as cells below HEAD."""
    last = f"{line.updated_at.astimezone():%Y-%m-%d %H:%M}"
    names = (line.session_id, line.user_id, line.flow, line.stage, line.status)
    return (*names, str(line.revision), last)


def _record(context: "CoachContext") -> Iterator[str]:
    yield f"session  {context.session_id}"
    yield f"user     {context.user_id}"
    flow = f"{context.flow}@{context.flow_version}" if context.flow else "none: shared context"
    yield f"flow     {flow}"
    ended = f": {context.finished_because}" if context.finished_because else ""
    yield f"stage    {context.stage} ({context.status}{ended})"
    yield f"turns    {context.revision}"
    if context.forked_from:
        yield f"fork of  {context.forked_from} at turn {context.forked_at}"
    if context.previous_session:
        yield f"after    {context.previous_session}"
    yield from (f"answer   {name}: {_answer(a)}" for name, a in context.answers.items())
    for assumption in context.get_unconfirmed_assumptions():
        yield f"assumed  {assumption.content} ({assumption.confidence:g})"


def _unanswered(turn: "StoredTurn") -> dict[str, Any]:
    names = ("key", "status", "text", "tries", "problem")
    return {name: getattr(turn, name) for name in names} | {"at": turn.at.isoformat()}


def _asked(revision: int | None, calls: "Sequence[LlmCall]") -> dict[str, Any]:
    plain = [call.model_dump(mode="json") for call in calls]
    return {"turn": revision, "calls": plain}


def _why(turn: "StoredTurn") -> str:
    """What came of trying it again, if anybody did."""
    if turn.problem is None:
        return ""
    return f": tried {turn.tries} time{'s' * (turn.tries != 1)}, {turn.problem}"


def _answer(answer: "Answer") -> str:
    from coach.prompting.view import in_words

    marks = [str(answer.status)] if str(answer.status) != "given" else []
    marks += ["stale"] if answer.stale else []
    words = in_words(answer.value)
    return f"{words} ({', '.join(marks)})".strip() if marks else words


def _turn(shelf: "SqlStore", session: str, number: int | None) -> "tuple[StoredTurn, Decision]":
    """The turn with that number, or the last one that was answered."""
    from coach.errors import SessionError

    kept = [(turn, turn.decision) for turn in shelf.turns(session) if turn.decision is not None]
    for turn, decision in reversed(kept):
        if (number is None and not turn.unasked) or turn.revision == number:
            return turn, decision
    known = ", ".join(str(turn.revision) for turn, _ in kept)
    raise SessionError(f"session {session!r} has no turn {number}. It has: {known}.")
