"""Fixtures: moments of a session written down, to look at pages with.

A fixture says where the session stands, what is known and believed, and what was said. It is
data: nothing in it is a template, an expression or a name to import, and no action runs.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from pydantic import AwareDatetime, JsonValue, model_validator
from pydantic import Field as Setting

from coach.record.artifact import ArtifactStatus
from coach.record.section import Formatter
from coach.record.task import TaskStatus
from coach.vocabulary.commands import Answerable, Confidence
from coach.vocabulary.value import Value
from coach.vocabulary.words import Role, Source

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
WEEK_AGO = NOW - timedelta(days=7)
Words = Annotated[str, Setting(min_length=1)]
Name = Annotated[str, Setting(min_length=1, max_length=200)]


class Belief(Value):
    """Something assumed, and not confirmed."""

    content: Words
    confidence: Confidence = 0.5
    related_to: str | None = None
    source: Source = Source.INFERRED


class Call(Value):
    """A tool that an assistant's message asks for; `arguments` is JSON text."""

    id: Words
    name: Words
    arguments: str = "{}"


class Said(Value):
    """One message: `user: words`, `assistant: words` with `calls`, `tool: words` that `answers`
    a call, or `system: words`."""

    user: str | None = None
    assistant: str | None = None
    tool: str | None = None
    system: str | None = None
    calls: tuple[Call, ...] = ()
    answers: str | None = None

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        if len(self.roles) != 1:
            raise ValueError("a message has one of: user, assistant, tool, system")
        if self.calls and self.assistant is None:
            raise ValueError("only an assistant's message has calls")
        if (self.tool is None) != (self.answers is None):
            raise ValueError("a tool's message, and no other, says which call it answers")
        return self

    @property
    def roles(self) -> dict[Role, str]:
        """The words by role: there is one."""
        said = {role: getattr(self, role.value) for role in Role}
        return {role: words for role, words in said.items() if words is not None}


class Made(Value):
    """An artifact; `definition_id` is the name that the flow has for it."""

    name: Name
    definition_id: str | None = None
    content: str = ""
    type: Name = "document"
    status: ArtifactStatus = ArtifactStatus.DRAFT


class Todo(Value):
    """A task."""

    name: Name
    due: str | None = None
    status: TaskStatus = TaskStatus.OPEN


class Ran(Value):
    """A tool that was run; with an `error` it failed."""

    tool: Name
    arguments: dict[str, JsonValue] = {}
    result: str = ""
    error: str | None = None


class Block(Value):
    """A section of the application's."""

    name: Annotated[str, Setting(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
    content: JsonValue
    title: Annotated[str, Setting(max_length=200)] = ""
    priority: Annotated[int, Setting(ge=0, le=100)] = 50
    formatter: Formatter = "default"
    include_always: bool = False
    max_tokens: Annotated[int, Setting(ge=1, le=10_000_000)] | None = None


class Known(Value):
    """What is known of the person across sessions."""

    profile: dict[str, JsonValue] = {}
    preferences: dict[str, JsonValue] = {}


class Before(Value):
    """The person's session before: what was answered in it, and what it left to be done."""

    answers: dict[str, Answerable] = {}
    tasks: tuple[Todo, ...] = ()
    finished: bool = True
    at: AwareDatetime = WEEK_AGO


class Fixture(Value):
    """A moment of a session. Without a `stage` it can be seen at any; `message` is what the
    person has just said, `history` what was said before, `summary` what left the window."""

    about: str = ""
    stage: str | None = None
    answers: dict[str, Answerable] = {}
    assumptions: tuple[Belief, ...] = ()
    history: tuple[Said, ...] = ()
    message: Words | None = None
    artifacts: tuple[Made, ...] = ()
    tasks: tuple[Todo, ...] = ()
    tools: tuple[Ran, ...] = ()
    sections: tuple[Block, ...] = ()
    summary: Words | None = None
    person: Known | None = None
    last_time: Before | None = None
    now: AwareDatetime = NOW
