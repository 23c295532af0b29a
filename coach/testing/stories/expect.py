"""What a turn of a story should lead to; what is not said is not looked at."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, WithJsonSchema, model_validator
from pydantic import Field as Setting

from coach.record.artifact import ArtifactStatus
from coach.record.task import TaskStatus
from coach.testing.stories.figures import Figure
from coach.testing.stories.wanted import MOVE, Commands, Moves, Words
from coach.vocabulary.commands import Answerable
from coach.vocabulary.value import Value
from coach.vocabulary.words import AnswerStatus, AssumptionStatus, Source

WORD: dict[str, Any] = {"type": "string", "minLength": 1}
SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
ANSWER: dict[str, Any] = {"anyOf": [SCALAR, {"type": "array", "items": SCALAR}, {"type": "null"}]}
TEXTS: dict[str, Any] = {"anyOf": [WORD, {"type": "array", "items": WORD}]}


def _texts(given: Any) -> Any:
    """One text may stand where several may."""
    return (
        (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list) else given
    )


Word = Annotated[str, Setting(min_length=1)]
Texts = Annotated[tuple[Word, ...], BeforeValidator(_texts), WithJsonSchema(TEXTS)]
MoveName = Annotated[str, Setting(pattern=MOVE)]


class AnswerExpect(Value):
    """An answer: its value, or more of it. `absent` wants none: neither given nor declined."""

    value: Answerable | None = None
    stale: bool | None = None
    status: AnswerStatus | None = None
    source: Source | None = None
    declined: bool | None = None
    confidence: Figure | None = None
    absent: bool = False


class LedgerExpect(Value):
    """A section's line in the ledger: how it fared, and its figures."""

    fared: str | None = None
    wanted: Figure | None = None
    got: Figure | None = None
    kept: Figure | None = None
    total: Figure | None = None
    reason: Word | None = None


class PromptExpect(Value):
    """The page of the turn."""

    template: Word | None = None
    has: Texts = ()
    lacks: Texts = ()
    tokens: Figure | None = None
    sections: Words | None = None
    ledger: "dict[str, Fared]" = {}


class WhyExpect(Value):
    """Why a move was made (`moved`) or held back (`blocked`). `because` is part of the reason."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["blocked"]}, {"required": ["moved"]}]}
    )

    blocked: MoveName = ""
    moved: MoveName = ""
    because: Word | None = None

    @model_validator(mode="after")
    def _one_move(self) -> Self:
        if bool(self.blocked) is bool(self.moved):
            raise ValueError("write one of: blocked, moved")
        return self


class TextExpect(Value):
    """The coach's words. Wording changes: say as little as possible."""

    has: Texts = ()
    lacks: Texts = ()


class ArtifactExpect(Value):
    """The version of an artifact that stands."""

    status: ArtifactStatus | None = None
    version: Figure | None = None
    has: Texts = ()
    lacks: Texts = ()
    absent: bool = False


class TaskExpect(Value):
    """A task, by its name."""

    status: TaskStatus | None = None
    due: str | None = None
    absent: bool = False


class AssumptionExpect(Value):
    """There is an assumption like that."""

    about: Word | None = None
    has: Word | None = None
    status: AssumptionStatus | None = None
    source: Source | None = None
    confidence: Figure | None = None
    absent: bool = False


# The short forms of maps, by the function that makes them long.
SHORTS: dict[Callable[[Any], Any], dict[str, Any]] = {}


def _short(key: str, short: dict[str, Any]) -> BeforeValidator:
    """What is no map stands for one key of it; null for nothing there."""

    def long(given: Any) -> Any:
        if given is None:
            return {"absent": True}
        return given if isinstance(given, Mapping | Value) else {key: given}

    SHORTS[long] = {"anyOf": [short, {"type": "null"}]}
    return BeforeValidator(long)


FARED = ("whole", "cut", "dropped")


def _fared(given: Any) -> Any:
    if isinstance(given, str) and given not in FARED:
        raise ValueError(f"{given!r:.40} is none of {', '.join(FARED)}")
    return {"fared": given} if isinstance(given, str) else given


def _several(given: Any) -> Any:
    """One map may stand where a list of maps may."""
    return tuple(given) if isinstance(given, list) else (given,) if given is not None else ()


SHORTS[_fared] = {"enum": list(FARED)}
Answered = Annotated[AnswerExpect, _short("value", ANSWER)]
Made = Annotated[ArtifactExpect, _short("status", {"enum": [str(s) for s in ArtifactStatus]})]
Todo = Annotated[TaskExpect, _short("status", {"enum": [str(s) for s in TaskStatus]})]
Fared = Annotated[LedgerExpect, BeforeValidator(_fared)]


class Expect(Value):
    """What should be after a turn, and what should have happened in it."""

    stage: Word | None = None
    moves: Moves | None = None
    answers: dict[str, Answered] = {}
    asks: Word | None = None
    confirms: Word | None = None
    events: Words | None = None
    commands: Commands | None = None
    refused: Commands | None = None
    why: Annotated[tuple[WhyExpect, ...], BeforeValidator(_several)] = ()
    prompt: PromptExpect | None = None
    reply: TextExpect | None = None
    artifacts: dict[str, Made] = {}
    tasks: dict[str, Todo] = {}
    assumptions: tuple[AssumptionExpect, ...] = ()
    finished: bool | None = None
    progress: Figure | None = None
    snapshot: bool = False

    @property
    def needs_page(self) -> bool:
        """Whether the page has to be rendered to judge it."""
        return self.prompt is not None or self.snapshot
