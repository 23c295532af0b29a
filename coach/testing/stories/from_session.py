"""From a session to a story: what was heard, and what came of it, as it is kept in a store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from coach.errors import SessionError
from coach.record.context import CoachContext
from coach.stores.sql import SqlStore
from coach.stores.values import StoredTurn
from coach.testing.stories.new import check_name
from coach.testing.stories.short import short_of
from coach.testing.stories.story import Story, StoryTurn
from coach.testing.stories.writing import write_story
from coach.vocabulary.commands import Command
from coach.vocabulary.decision import Decision
from coach.vocabulary.span import SECONDS

LEAST = timedelta(hours=1)  # shorter pauses are left out


@dataclass(frozen=True, kw_only=True, slots=True)
class Retold:
    """A session as a story: its text, and what of it a story cannot tell."""

    text: str
    story: Story
    left_out: tuple[str, ...]


def retell(store: SqlStore, session_id: str, name: str | None = None) -> Retold:
    """The story of a session. Each turn expects its moves, the answers that changed in it, and
    the question it ended with. SessionNotFound, or SessionError when nobody has said anything;
    InputError for a name that a story cannot have."""
    if name is not None:
        check_name(name)
    contexts = {context.revision: context for context in store.contexts(session_id)}
    log = [turn for turn in store.turns(session_id) if turn.revision is not None]
    told = [turn for turn in log if turn.number and turn.text]
    if not told:
        raise SessionError(f"session {session_id!r} has no turns yet: there is nothing to tell")
    first = contexts[0]
    turns, last = [], log[0].at
    for turn in told:
        turns.append(_turn(turn, turn.at - last))
        last = turn.at
    story = Story(
        story=name or f"session {session_id}",
        flow=first.flow,
        clock=first.created_at.replace(second=0, microsecond=0),
        turns=tuple(turns),
    )
    left_out = tuple(_left_out(log, contexts))
    notes = "\n".join(
        (f"Told of session {session_id}, {first.flow}@{first.flow_version}.", *left_out)
    )
    expected = [_expected(turn, contexts) for turn in told]
    return Retold(text=write_story(story, expected, notes), story=story, left_out=left_out)


def _turn(turn: StoredTurn, pause: timedelta) -> StoryTurn:
    return StoryTurn(user=turn.text, heard=tuple(map(_unquoted, turn.commands)), after=_span(pause))


def _unquoted(command: Command) -> Command:
    """Without the words that it was taken from: they stand right above."""
    return command.model_copy(update={"quote": None}) if hasattr(command, "quote") else command


def _span(pause: timedelta) -> str | None:
    """A pause in its largest whole unit; None for a short one."""
    if pause < LEAST:
        return None
    seconds = int(pause.total_seconds())
    unit, size = next((u, s) for u, s in reversed(SECONDS.items()) if seconds >= s)
    count = min(seconds // size, 99_999)
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _expected(turn: StoredTurn, contexts: Mapping[int, CoachContext]) -> dict[str, Any]:
    decision = turn.decision or Decision(stage="")
    after = contexts[turn.revision or 0]
    before = contexts.get((turn.revision or 0) - 1, after)
    expect: dict[str, Any] = {"moves": {"only": [str(move) for move in decision.moves]}}
    if not decision.moves:
        expect = {"stage": after.stage, "moves": []}
    if answers := dict(_changed(before, after)):
        expect["answers"] = answers
    if decision.refused:
        expect["refused"] = [_named(ruling.command) for ruling in decision.refused]
    expect["asks"] = decision.asks
    if after.finished:
        expect["finished"] = True
    return expect


def _named(command: Command) -> Any:
    """A command by its name and what it is about."""
    short = short_of(command)
    field = getattr(command, "field", None)
    return {command.command: field} if field is not None else short


def _changed(before: CoachContext, after: CoachContext) -> Iterator[tuple[str, Any]]:
    """The answers that are others than before, as a story expects them."""
    for name in dict.fromkeys((*before.answers, *after.answers)):
        old, new = before.answers.get(name), after.answers.get(name)
        if new is None:
            yield name, None
        elif old is None or (old.value, old.status, old.stale) != (
            new.value, new.status, new.stale
        ):  # fmt: skip
            marks = {"stale": True} if new.stale else {}
            if new.declined and new.value is None:
                yield name, {"declined": True, **marks}
            elif marks or not new.settled:
                yield name, {"value": new.value, "status": str(new.status), **marks}
            else:
                yield name, new.value


def _left_out(log: list[StoredTurn], contexts: Mapping[int, CoachContext]) -> Iterator[str]:
    """What happened between the turns."""
    for turn in log:
        context = contexts[turn.revision or 0]
        if context.rewound is not None and context.rewound == turn.revision:
            yield f"Left out: turn {turn.revision} returned to an earlier one."
        elif turn.number and not turn.text:
            yield f"Left out: at turn {turn.revision} the application wrote, or something was due."
    if contexts[0].previous_session is not None or contexts[0].forked_from is not None:
        yield "Left out: what the session had from another one."
