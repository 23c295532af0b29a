"""Story: a conversation and what should come of it. Frozen data, as a file or Python gives it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    JsonValue,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)
from pydantic import Field as Setting

from coach.testing.clock import START
from coach.testing.stories.expect import ANSWER, SHORTS, Expect, Word
from coach.testing.stories.short import command_schema, commands_of
from coach.vocabulary.commands import KINDS, Answerable, Command, Confidence
from coach.vocabulary.span import Span
from coach.vocabulary.value import Value

Place = tuple[str | int, ...]
TAG = r"^[A-Za-z_][A-Za-z0-9_]*$"
NOTHING = Expect()


class Hear(StrEnum):
    """How a turn is understood when its commands are not given: by the offline rules, by an llm
    whose answers were recorded, or by an llm."""

    RULES = "rules"
    CASSETTE = "cassette"
    LIVE = "live"


class At(Value):
    """Where a story stands in its file, with the lines of its parts."""

    path: str = "<story>"
    line: int = 1
    lines: dict[Place, int] = {}

    def of(self, *place: str | int) -> int:
        """The line of a place, else of the nearest place around it."""
        while place:
            if place in self.lines:
                return self.lines[place]
            place = place[:-1]
        return self.line


NOWHERE = At()


def _heard(given: Any) -> Any:
    """The commands of a short list, or the way of hearing."""
    if given is None or isinstance(given, Hear):
        return given
    if isinstance(given, str) and given in set(Hear):
        return Hear(given)
    items = given if isinstance(given, list | tuple) else [given]
    found = (_commands(number, item) for number, item in enumerate(items, 1))
    return tuple(command for commands in found for command in commands)


def _commands(number: int, item: Any) -> tuple[Command, ...]:
    if isinstance(item, KINDS):
        command: Command = item  # type: ignore[assignment]  # KINDS are the members of Command
        return (command,)
    try:
        return commands_of(item)
    except ValueError as error:
        raise ValueError(f"item {number}: {error}") from None


def _clock(given: Any) -> Any:
    """A time; without a zone it is UTC."""
    if isinstance(given, str) and re.fullmatch(CLOCK, given):
        given = datetime.fromisoformat(given)
    if not isinstance(given, datetime):
        raise ValueError(f"{given!r:.40} is no time: write 2026-03-02T09:00")
    return given if given.tzinfo is not None else given.replace(tzinfo=UTC)


_ITEM = command_schema()
_HEARD = {
    "anyOf": [
        {"enum": [*sorted(Hear), None]},
        _ITEM,
        {"type": "array", "items": _ITEM},
    ]
}
CLOCK = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?$"

Heard = Annotated[
    tuple[Command, ...] | Hear | None,
    BeforeValidator(_heard),
    WithJsonSchema(_HEARD),
]
Clock = Annotated[
    datetime, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": CLOCK})
]
Tag = Annotated[str, Setting(pattern=TAG, max_length=64)]
Given = Annotated[Answerable | None, WithJsonSchema(ANSWER)]


class Belief(Value):
    """Something assumed when the story begins."""

    content: Word
    confidence: Confidence = 0.5
    related_to: str | None = None


class Start(Value):
    """Where a story begins: at a stage that the flow's own rules lead to with these answers.

    null declines a field; an optional field that is not named is declined where that leads on.
    """

    stage: Word
    answers: dict[str, Given] = {}
    assumptions: tuple[Belief, ...] = ()


class LlmAnswer(Value):
    """One answer of an llm, and what it is given for: hearing (a list of commands, or whatever it
    writes), speaking, or both in one."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [k]} for k in ("hear", "speak", "converse")]}
    )

    hear: JsonValue | None = None
    speak: str | None = None
    converse: JsonValue | None = None

    @model_validator(mode="after")
    def _one_purpose(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("an answer has one of: hear, speak, converse")
        return self


def _spoken(given: Any) -> Any:
    """A text alone is spoken."""
    return {"speak": given} if isinstance(given, str) else given


SHORTS[_spoken] = {"type": "string"}


class StoryTurn(Value):
    """One message and what should come of it. `heard` are the commands it stands for, or how they
    are heard; `llm` what an llm answers in this turn; `after` how much later it is said."""

    user: Annotated[str, Setting(pattern=r"\S")]
    heard: Heard = None
    llm: tuple[Annotated[LlmAnswer, BeforeValidator(_spoken)], ...] = ()
    after: Span | None = None
    expect: Expect = NOTHING


class Header(Value):
    """What the stories of a file share: its first document, if that is no story."""

    about: str = ""
    flow: Word | None = None
    clock: Clock | None = None
    prompts: Word | None = None
    hear: Hear | None = None
    tags: tuple[Tag, ...] = ()


class Story(Value):
    """A conversation. What is not said here, the header of its file says."""

    story: Annotated[str, Setting(min_length=1, max_length=200)]
    about: str = ""
    tags: tuple[Tag, ...] = ()
    flow: Word | None = None
    clock: Clock | None = None
    prompts: Word | None = None
    hear: Hear | None = None
    start: Start | None = None
    turns: Annotated[tuple[StoryTurn, ...], Setting(min_length=1)]

    _at: At = PrivateAttr(default=NOWHERE)

    @property
    def name(self) -> str:
        return self.story

    @property
    def at(self) -> At:
        """Its file, and the lines of its parts."""
        return self._at

    @property
    def begins(self) -> datetime:
        """What the clock says when it begins."""
        return self.clock or START

    def under(self, header: Header, at: At) -> Self:
        """The story with what its header says, at its place in a file."""
        update: Mapping[str, Any] = {
            "flow": beside(at.path, self.flow or header.flow),
            "clock": self.clock or header.clock,
            "prompts": beside(at.path, self.prompts or header.prompts, folder=True),
            "hear": self.hear or header.hear,
            "tags": tuple(dict.fromkeys((*header.tags, *self.tags))),
        }
        twin = self.model_copy(update=update)
        object.__setattr__(twin, "__pydantic_private__", {"_at": at})
        return twin


def beside(path: str, name: str | None, folder: bool = False) -> str | None:
    """A file named from a story's file; the name of a flow stays one."""
    is_path = folder or (name is not None and ("/" in name or name.endswith((".yaml", ".json"))))
    return str(Path(path).parent / name) if name is not None and is_path else name
