"""Scenes: fixtures at a stage of a flow, as contexts that templates can be shown.

No engine runs, so no action of anybody's does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from coach.continuity import came_to
from coach.errors import InvalidValue, did_you_mean
from coach.fixtures import Before, Fixture, Known, Ran, Todo
from coach.flows.flow import Flow
from coach.flows.questions import choices_of, next_question
from coach.prompting.view import PromptView
from coach.record.answer import Answer
from coach.record.context import CoachContext
from coach.record.last_time import LastTime
from coach.record.message import Message
from coach.record.profile import NOBODY
from coach.record.summary import Summary, SummaryLine
from coach.record.task import TaskStatus
from coach.views import Occasion
from coach.vocabulary.commands import Answerable
from coach.vocabulary.llm import ToolCall
from coach.vocabulary.words import SessionStatus
from coach.voice import Voice

Place = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What a flow does not know of a fixture, and where in it."""

    place: Place
    kind: Literal["stage", "field", "value"]
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A fixture at a stage of a flow, ready to be looked at."""

    flow: Flow
    context: CoachContext
    occasion: Occasion
    now: datetime

    def view(self, voice: Voice) -> PromptView:
        """What templates see of it."""
        return voice.view(self.flow, self.context, self.now, self.occasion)


def stages_of(fixture: Fixture, flow: Flow) -> tuple[str, ...]:
    """The stages at which a fixture is seen: its own, else all."""
    if fixture.stage is None:
        return flow.leaves
    path = flow.resolve(fixture.stage)
    return () if path is None else (flow.entry(path),)


def scene(fixture: Fixture, flow: Flow, leaf: str) -> Scene:
    """The fixture at a stage. Of what the flow does not know there is nothing: see `faults`."""
    return _staged(fixture, flow, leaf, [])


def faults(fixture: Fixture, flow: Flow) -> list[Fault]:
    """Everything in a fixture that the flow, or the record, does not take."""
    found = list(_unknown_fields(fixture, flow))
    if fixture.stage is not None and not stages_of(fixture, flow):
        hint = did_you_mean(fixture.stage, flow.leaves)
        told = f"flow {flow.name!r} has no stage {fixture.stage!r}.{hint}"
        found.append(Fault(place=("stage",), kind="stage", message=told))
    _staged(fixture, flow, (stages_of(fixture, flow) or (flow.entry(flow.start),))[0], found)
    return found


def _unknown_fields(fixture: Fixture, flow: Flow) -> Iterator[Fault]:
    beliefs = enumerate(fixture.assumptions)
    named: list[tuple[Place, str]] = [(("answers", name), name) for name in fixture.answers]
    if fixture.last_time is not None:
        named += [(("last_time", "answers", name), name) for name in fixture.last_time.answers]
    named += [(("assumptions", n, "related_to"), b.related_to) for n, b in beliefs if b.related_to]
    for place, name in named:
        if name not in flow.fields:
            told = f"unknown field {name!r}.{did_you_mean(name, flow.fields)}"
            yield Fault(place=place, kind="field", message=told)


def _staged(fixture: Fixture, flow: Flow, leaf: str, found: list[Fault]) -> Scene:
    context = _context(fixture, flow, leaf)
    _answer(fixture.answers, flow, context, found)
    if fixture.last_time is not None:
        context.last_time = _last_time(fixture.last_time, flow, found)
    for place, act in _acts(fixture, context):
        try:
            act()
        except (InvalidValue, ValueError) as error:
            found.append(Fault(place=place, kind="value", message=str(error)))
    context.show_window(_messages(fixture))
    question = next_question(flow, context)
    context.asks, context.asks_about = question.field, question.assumption
    return Scene(
        flow=flow, context=context, occasion=Occasion(text=fixture.message), now=fixture.now
    )


def _context(fixture: Fixture, flow: Flow, leaf: str) -> CoachContext:
    ended = SessionStatus.FINISHED if flow.places[leaf].final else SessionStatus.ACTIVE
    return CoachContext(
        session_id="fixture",
        user_id="fixture",
        flow=flow.name,
        flow_version=flow.version,
        flow_hash=flow.hash,
        stage=leaf,
        status=ended,
        progress=_progress(flow, leaf),
        turns=sum(said.user is not None for said in fixture.history) + bool(fixture.message),
        created_at=fixture.now,
        updated_at=fixture.now,
    )


def _progress(flow: Flow, leaf: str) -> float:
    """How much of the shortest way to an end lies behind a stage."""
    distances = flow.engine.machine.distances
    ahead = distances.get(leaf, 0)
    whole = max(distances.get(flow.entry(flow.start), 0), ahead)
    return round((whole - ahead) / whole, 4) if whole and leaf in distances else 0.0


def _answer(
    answers: Mapping[str, Answerable],
    flow: Flow,
    context: CoachContext,
    found: list[Fault],
    place: Place = (),
) -> None:
    """The answers in the order of the flow: a choice may be one from an earlier list."""
    for name, field in flow.fields.items():
        if name in answers:
            try:
                value = field.check(answers[name], choices_of(field, context))
                context.set_answer(Answer(field=name, value=value))
            except InvalidValue as error:
                told = f"{name} takes {error}"
                found.append(Fault(place=(*place, "answers", name), kind="value", message=told))


def _last_time(before: Before, flow: Flow, found: list[Fault]) -> LastTime:
    """What a session with those answers would have come to."""
    ended = SessionStatus.FINISHED if before.finished else SessionStatus.ACTIVE
    context = CoachContext(session_id="before", status=ended, updated_at=before.at)
    _answer(before.answers, flow, context, found, ("last_time",))
    for n, todo in enumerate(before.tasks):
        try:
            _take_on(context, todo)
        except InvalidValue as error:
            place: Place = ("last_time", "tasks", n)
            found.append(Fault(place=place, kind="value", message=str(error)))
    return came_to(context)


def _acts(fixture: Fixture, context: CoachContext) -> Iterator[tuple[Place, Callable[[], object]]]:
    """Each thing that has gathered: where it stands in the fixture, and how it is put there."""
    for n, belief in enumerate(fixture.assumptions):
        yield ("assumptions", n), partial(context.add_assumption, **dict(belief))
    for n, made in enumerate(fixture.artifacts):
        yield ("artifacts", n), partial(context.add_artifact, **dict(made))
    for n, todo in enumerate(fixture.tasks):
        yield ("tasks", n), partial(_take_on, context, todo)
    for n, ran in enumerate(fixture.tools):
        yield ("tools", n), partial(_run, context, ran)
    for n, block in enumerate(fixture.sections):
        yield ("sections", n), partial(context.add_section, **dict(block))
    if fixture.person is not None:
        yield ("person",), partial(_know, context, fixture.person)
    if fixture.summary is not None:
        yield ("summary",), partial(_sum_up, context, fixture.summary)


def _know(context: CoachContext, person: Known) -> None:
    context.show_person(NOBODY.merged(dict(person)))


def _take_on(context: CoachContext, todo: Todo) -> None:
    task = context.add_task(todo.name, todo.due)
    if todo.status is not TaskStatus.OPEN:
        context.settle_task(task.id, todo.status)


def _run(context: CoachContext, ran: Ran) -> None:
    context.add_tool_run(success=ran.error is None, **dict(ran))


def _sum_up(context: CoachContext, text: str) -> None:
    lines = tuple(
        SummaryLine(seq=1, text=line, tokens=0) for line in text.splitlines() if line.strip()
    )
    context.summaries["s1"] = Summary(
        id="s1", level=0, first_seq=1, last_seq=1, lines=lines, strategy="none",
        encoding="", revision=0, messages=1, source_tokens=0,
    )  # fmt: skip


def _messages(fixture: Fixture) -> Iterator[Message]:
    for seq, said in enumerate(fixture.history, 1):
        role, words = next(iter(said.roles.items()))
        yield Message(
            seq=seq,
            role=role,
            content=words,
            tokens=0,
            encoding="",
            revision=seq,
            at=fixture.now,
            tool_calls=tuple(ToolCall.model_validate(dict(call)) for call in said.calls),
            tool_call_id=said.answers,
        )
