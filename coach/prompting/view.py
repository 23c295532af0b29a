"""PromptView: everything a template may see, as frozen data.

Templates never get a record. What people wrote is `Untrusted`; the page neutralises it.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field as Setting
from pydantic import JsonValue

from coach.prompting.hearing_view import FieldView, TriggerView
from coach.prompting.known_view import KnownView, given_view
from coach.prompting.outside import Answered, Content, Words
from coach.prompting.person_view import LastTimeView, PersonView, last_time_view, person_view
from coach.prompting.recalled_view import RecalledView
from coach.record.answer import Answer
from coach.record.artifact import ArtifactStatus
from coach.record.context import CoachContext
from coach.record.message import Message
from coach.record.section import ContextSection
from coach.record.task import Task
from coach.record.tool_run import ToolRun
from coach.vocabulary.commands import Answerable
from coach.vocabulary.value import Value
from coach.vocabulary.words import AnswerStatus, Role, Source

HeardKind = Literal["set", "correct", "confirm", "reject", "decline", "assume"]
LINE = 4  # tokens that a line of a list costs at least beside its words
MOST_TOOLS = 20
MOST_TASKS = 50


class FlowView(Value):
    """The flow the session runs."""

    name: str
    title: str = ""
    about: str = ""


class StageView(Value):
    """Where the session stands. `fields` are those the stage collects, in their order."""

    path: str
    name: str
    purpose: str = ""
    fields: tuple[str, ...] = ()
    metadata: dict[str, JsonValue] = {}


class AnswerView(Value):
    """One answer; `text` is its value in words, '' when declined without a default."""

    field: str
    label: str
    value: Answered | None
    text: Words
    status: AnswerStatus
    source: Source
    confidence: float
    stale: bool


class AssumptionView(Value):
    """Something believed and not yet confirmed."""

    id: str
    content: Words
    confidence: float
    related_to: str | None = None


class QuestionView(Value):
    """What is asked next: a field, or whether an assumption holds (`proposal`).

    `expects` says what would be valid, `about` what is meant. `asked` counts this asking too:
    1 at the first.
    """

    field: str
    ask: str
    type: str = "text"
    expects: str = ""
    about: str = ""
    examples: tuple[str, ...] = ()
    choices: tuple[Words, ...] = ()
    optional: bool = False
    can_skip: bool = False
    asked: Annotated[int, Setting(ge=0)] = 1
    max_asks: Annotated[int, Setting(ge=1)] = 3
    kind: Literal["field", "assumption"] = "field"
    proposal: Words | None = None


class HeardView(Value):
    """Something that was applied this turn. `type` is the field's type, '' for none."""

    kind: HeardKind
    field: str = ""
    label: str = ""
    text: Words = ""
    type: str = ""


class ReviewView(Value):
    """A verdict on a version of an artifact, and by whom."""

    verdict: Literal["approved", "rejected"]
    comment: Words = ""
    reviewer: Words = ""


class ArtifactView(Value):
    """A version that stands of something made in the conversation. `tokens` counts `content`."""

    id: str
    type: Words
    name: Words
    status: ArtifactStatus
    version: int
    definition_id: str | None = None
    content: Words = ""
    tokens: int = 0
    verdicts: tuple[ReviewView, ...] = ()


class CallView(Value):
    """A tool that an assistant's message asks for; `arguments` is JSON text."""

    id: str
    name: Words
    arguments: Words


class MessageView(Value):
    """A message of the window. `tokens` counts the content alone.

    `tool_calls` are what an assistant asks for, `tool_call_id` is the call that a tool answers.
    """

    role: Role
    content: Words
    tokens: int
    tool_calls: tuple[CallView, ...] = ()
    tool_call_id: str | None = None


class ToolView(Value):
    """What a tool was asked and what came of it; `result` says what went wrong when it failed."""

    id: str
    tool: Words
    result: Words = ""
    success: bool = True


class TaskView(Value):
    """Something still to be done; `due` is an ISO day."""

    id: str
    name: Words
    due: str | None = None


class SectionView(Value):
    """A section that the application adds; `content` is text or plain data, from outside."""

    name: Annotated[str, Setting(min_length=1, max_length=64)]
    title: str = ""
    content: Content = None
    formatter: Literal["default", "json", "list", "summary", "document"] = "default"
    priority: Annotated[int, Setting(ge=0, le=100)] = 50
    include_always: bool = False
    max_tokens: Annotated[int, Setting(ge=1, le=10_000_000)] | None = None


class PromptView(Value):
    """What a template sees. `progress` is 0 to 1, `today` an ISO day.

    `answers` holds the values that count, by field; `answered` every answer with its state.
    `assumptions` are the open ones, lowest confidence first: as many as a page could hold, and
    `more_assumptions` counts the others; `artifacts` are the versions that are not superseded,
    oldest first. `history` leaves out `message`,
    the last thing the user said. `unreachable` is true when the llm that should have
    answered could not be had, `reflected` when it has said back what it heard. `asks_back` is true
    when that was a question or a cry for help, and `waits_for` says what a stage without a question
    is waiting for. `sections` are what the
    application adds. `person` is what is known of the person across sessions, `last_time` what
    their session before this one came to; None when that is nothing. `known` is what this session
    has in hand: what they asked for first, then by name; `who` (user and e-mail), `roles`,
    `customer`, `agents` and `workflow` are what the application said of them. `recalled`
    is what comes back of what has left the window.

    On a page for hearing, `fields` are all fields of the flow, `triggers` those of the stage,
    `earlier` the stages one can go back to, and `asks_about` the id of the assumption that is
    asked about; on other pages there are none. On a page for summing up, `history` is what is to be
    summed up, `summary` what is known from before it, and `most_words` how long it may become.
    """

    flow: FlowView
    stage: StageView
    progress: Annotated[float, Setting(ge=0, le=1)] = 0.0
    turns_left: int | None = None
    today: str = ""
    answers: dict[str, Answered] = {}
    answered: tuple[AnswerView, ...] = ()
    assumptions: tuple[AssumptionView, ...] = ()
    more_assumptions: Annotated[int, Setting(ge=0)] = 0
    tools: tuple[ToolView, ...] = ()
    tasks: tuple[TaskView, ...] = ()
    artifacts: tuple[ArtifactView, ...] = ()
    question: QuestionView | None = None
    heard: tuple[HeardView, ...] = ()
    problems: tuple[Words, ...] = ()
    events: tuple[Words, ...] = ()
    moved: bool = False
    entered: str | None = None
    asks_back: bool = False
    waits_for: tuple[Words, ...] = ()
    resumed: bool = False
    unreachable: bool = False
    reflected: bool = False
    finished: bool = False
    finished_because: Words | None = None
    offers_close: bool = False
    history: tuple[MessageView, ...] = ()
    message: Words | None = None
    summary: Words | None = None
    sections: tuple[SectionView, ...] = ()
    person: PersonView | None = None
    last_time: LastTimeView | None = None
    known: tuple[KnownView, ...] = ()
    who: tuple[Words, ...] = ()
    roles: tuple[Words, ...] = ()
    customer: Words | None = None
    agents: tuple[Words, ...] = ()
    workflow: Content = None
    recalled: tuple[RecalledView, ...] = ()
    fields: tuple[FieldView, ...] = ()
    triggers: tuple[TriggerView, ...] = ()
    earlier: tuple[str, ...] = ()
    asks_about: str | None = None
    most_words: Annotated[int, Setting(ge=0)] = 0


def build_view(
    context: CoachContext,
    *,
    flow: FlowView,
    stage: StageView,
    labels: Mapping[str, str] = {},
    history: Sequence[Message] = (),
    budget: int = 2_000,
    **turn: object,
) -> PromptView:
    """The view of a context as it stands.

    `labels` are the words for field names (without one: the name, '_' as space). `history`
    is the window, oldest first; `budget` is the page's size in tokens, which bounds what is
    looked at. `turn` holds what belongs to this turn: any of PromptView's other fields, such as
    question, heard, problems, events, moved, entered, resumed, offers_close, turns_left, today
    and message.
    """
    answers = _in_order(context, labels)
    state: dict[str, object] = {
        "progress": context.progress,
        "today": context.updated_at.date().isoformat(),
        "answers": {a.field: a.value for a in answers if a.counts},
        "answered": tuple(_answer(a, labels) for a in answers),
        "assumptions": (believed := _assumptions(context, stage, budget)),
        "more_assumptions": context.assumptions.count_open() - len(believed),
        "tools": tuple(_tool(run) for run in list(context.tool_runs.values())[-MOST_TOOLS:]),
        "tasks": tuple(TaskView(id=t.id, name=t.name, due=t.due) for t in _open_tasks(context)),
        "sections": tuple(_section(section) for section in context.sections.values()),
        "artifacts": _artifacts(context),
        **given_view(context),
        "finished": context.finished,
        "finished_because": context.finished_because,
        "summary": context.summary,
        "history": tuple(_message(m) for m in history if not m.withdrawn),
        "person": person_view(context.person),
        "last_time": last_time_view(context.last_time, lambda field: label(field, labels)),
    }
    return PromptView.model_validate({**state, "flow": flow, "stage": stage, **turn})


def label(field: str, labels: Mapping[str, str] = {}) -> str:
    """The words for a field's name."""
    return labels.get(field, field.replace("_", " "))


def in_words(value: Answerable | None) -> str:
    """An answer's value as a person would say it: 'yes', '7', 'run, swim'; '' for None."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(in_words(item) for item in value)
        case float():
            return f"{value:g}"
    return str(value)


def _in_order(context: CoachContext, labels: Mapping[str, str]) -> list[Answer]:
    """The answers in the order of the flow's fields: that in which they were given is not kept,
    and the page must be the same for who has just kept a turn and who reads it."""
    places = {field: place for place, field in enumerate(labels)}
    return sorted(context.answers.values(), key=lambda a: places.get(a.field, len(places)))


def _answer(answer: Answer, labels: Mapping[str, str]) -> dict[str, object]:
    """An AnswerView's data: all of them are validated in one go, with the view."""
    return {
        "field": answer.field,
        "label": label(answer.field, labels),
        "value": answer.value,
        "text": in_words(answer.value),
        "status": answer.status,
        "source": answer.source,
        "confidence": answer.confidence,
        "stale": answer.stale,
    }


def _assumptions(
    context: CoachContext, stage: StageView, budget: int
) -> tuple[AssumptionView, ...]:
    """The open ones, lowest confidence first, then those about this stage's fields; as many as
    could have room on the page."""
    found: list[AssumptionView] = []
    room = budget
    for assumption in context.assumptions.by_interest(stage.fields):
        if room < 0:
            break
        room -= max(assumption.tokens, len(assumption.content.split())) + LINE
        found.append(
            AssumptionView(
                id=assumption.id,
                content=assumption.content,
                confidence=assumption.confidence,
                related_to=assumption.related_to,
            )
        )
    return tuple(found)


def _tool(run: ToolRun) -> ToolView:
    said = run.result if run.success else run.error or ""
    return ToolView(id=run.id, tool=run.tool, result=said, success=run.success)


def _open_tasks(context: CoachContext) -> list[Task]:
    return [task for task in context.tasks.values() if task.open][-MOST_TASKS:]


def _section(section: ContextSection) -> SectionView:
    return SectionView.model_validate(
        {name: getattr(section, name) for name in SectionView.model_fields}
    )


def _artifacts(context: CoachContext) -> tuple[ArtifactView, ...]:
    standing = [made for made in context.artifacts.values() if not made.superseded]
    return tuple(
        ArtifactView(
            id=made.id,
            type=made.type,
            name=made.name,
            status=made.status,
            version=made.version,
            definition_id=made.definition_id,
            content=made.content,
            tokens=made.tokens,
            verdicts=tuple(
                ReviewView(verdict=r.verdict, comment=r.comment, reviewer=r.reviewer)
                for r in context.get_artifact_reviews(made.id)
            ),
        )
        for made in standing
    )


def _message(message: Message) -> MessageView:
    return MessageView(
        role=message.role,
        content=message.content,
        tokens=message.tokens,
        tool_calls=tuple(CallView(**call.__dict__) for call in message.tool_calls),
        tool_call_id=message.tool_call_id,
    )
