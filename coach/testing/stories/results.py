"""Results: what became of a story, turn by turn, and what failed in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from coach.flows.flow import Flow
from coach.prompting.prompt import Prompt
from coach.record.context import CoachContext
from coach.testing.stories.story import Place, Story, StoryTurn
from coach.vocabulary.commands import Command
from coach.vocabulary.decision import Decision, Move
from coach.vocabulary.llm import LlmCall


class Kind(StrEnum):
    """What kind of failure it is. A closed list."""

    WRONG_STAGE = "wrong_stage"
    MISSING_MOVE = "missing_move"
    UNEXPECTED_MOVE = "unexpected_move"
    GUARD_BLOCKED = "guard_blocked"
    WRONG_VALUE = "wrong_value"
    MISSING_VALUE = "missing_value"
    NOT_STALE = "not_stale"
    MISSING_EVENT = "missing_event"
    UNEXPECTED_EVENT = "unexpected_event"
    WRONG_QUESTION = "wrong_question"
    PROMPT_MISSING = "prompt_missing"
    PROMPT_FORBIDDEN = "prompt_forbidden"
    PROMPT_OVER_BUDGET = "prompt_over_budget"
    TEMPLATE_ERROR = "template_error"
    SNAPSHOT_CHANGED = "snapshot_changed"
    REPLY_MISMATCH = "reply_mismatch"
    UNSCRIPTED_LLM_CALL = "unscripted_llm_call"
    CASSETTE_MISS = "cassette_miss"
    UNREACHABLE_START = "unreachable_start"
    SAFETY_NOT_FIRED = "safety_not_fired"
    NOT_RUN = "not_run"
    HARNESS_ERROR = "harness_error"


class Status(StrEnum):
    """What became of a turn."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """One thing that is not as the story says.

    `place` is what said so, in the story's document; `line` where that stands in its file. `got`
    and `expected` are words; `more` are further lines, such as a difference.
    """

    kind: Kind
    message: str
    line: int = 0
    place: Place = ()
    expected: str | None = None
    got: str | None = None
    more: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """What came of one message in the product: `before` and `context` are the session's records
    around it, `prompt` the page when the story looks at it, `at` what the clock said, `calls` what
    an llm was asked."""

    before: CoachContext
    context: CoachContext
    commands: tuple[Command, ...]
    decision: Decision
    reply: str
    at: datetime
    calls: tuple[LlmCall, ...] = ()
    prompt: Prompt | None = None

    @property
    def stage(self) -> str:
        return self.context.stage

    @property
    def moves(self) -> tuple[Move, ...]:
        return self.decision.moves


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnResult:
    """One turn of a story, numbered from 1. `played` is None when nothing came of it: the turn
    was not run, or the product raised."""

    number: int
    turn: StoryTurn
    status: Status
    line: int = 0
    played: Played | None = None
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """How a story began: the context before its first turn, the coach's first words, and what
    the flow decided on the way there, the first step first."""

    context: CoachContext
    greeting: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryResult:
    """What became of a story. `failures` are those of the story as a whole, such as a start that
    cannot be reached; `opening` is None when it did not even begin, `flow` when there is none."""

    story: Story
    flow: Flow | None
    opening: Opening | None = None
    turns: tuple[TurnResult, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.failures and all(turn.status is Status.PASSED for turn in self.turns)

    @property
    def all_failures(self) -> tuple[Failure, ...]:
        """What failed, of the story and of its turns."""
        of_turns = (failure for turn in self.turns for failure in turn.failures)
        return (*self.failures, *of_turns)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of what failed, each once."""
        return tuple(dict.fromkeys(failure.kind for failure in self.all_failures))

    @property
    def decisions(self) -> Iterator[Decision]:
        """Every decision of the flow, the opening's first."""
        if self.opening is not None:
            yield from self.opening.decisions
        yield from (turn.played.decision for turn in self.turns if turn.played is not None)

    @property
    def contexts(self) -> Iterator[CoachContext]:
        """The context after each step that was kept."""
        if self.opening is not None:
            yield self.opening.context
        yield from (turn.played.context for turn in self.turns if turn.played is not None)
