"""Decisions: why a turn moved, or stayed.

Every kept turn stores one. It holds what was asked of the engine and what became of it
(`rulings`), every rule that was looked at with each guard's verdict and the inputs it read
(`candidates`), the moves made, and what changed.
"""

from enum import StrEnum

from coach.vocabulary.commands import Answerable, Command
from coach.vocabulary.value import Value
from coach.vocabulary.words import Verdict


class MoveKind(StrEnum):
    """What made the stage change."""

    RULE = "rule"
    TRIGGER = "trigger"
    BACK = "back"
    UNDO = "undo"
    REWIND = "rewind"
    RESTART = "restart"
    REVISIT = "revisit"
    STUCK = "stuck"


class Outcome(StrEnum):
    """What became of a rule that was looked at."""

    TAKEN = "taken"
    BLOCKED = "blocked"
    NOT_TRIED = "not_tried"


class Ruling(Value):
    """A command, and whether it was applied; `reason` says why not, or what it changed."""

    command: Command
    accepted: bool
    reason: str = ""


class Check(Value):
    """One conjunct of a guard: its text, verdict, and the inputs it read by name.

    `reason` says what went wrong when the verdict is ERROR.
    """

    text: str
    verdict: Verdict
    inputs: dict[str, Answerable | None]
    reason: str | None = None


class Candidate(Value):
    """A rule that was looked at, in order.

    `stage` is the leaf it was looked at from, `owner` the stage, group or 'anywhere' that
    declares it, and `rule` its place there, from 1.
    """

    stage: str
    owner: str
    rule: int
    to: str
    trigger: str | None
    because: str | None
    checks: tuple[Check, ...]
    outcome: Outcome

    @property
    def name(self) -> str:
        """'reality -> options'."""
        return f"{self.stage} -> {self.to}"


class Move(Value):
    """One change of stage."""

    source: str
    to: str
    kind: MoveKind
    because: str | None = None
    trigger: str | None = None

    def __str__(self) -> str:
        return f"{self.source} -> {self.to}"


class Decision(Value):
    """Why one turn ended where it did.

    `events` are short words such as 'corrected goal' or 'completed'; `asks` is the field
    whose question is put next, `asks_about` the assumption that is to be confirmed. `notes` say
    what an llm heard that could not be taken as a command, and why.
    """

    stage: str
    rulings: tuple[Ruling, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    moves: tuple[Move, ...] = ()
    events: tuple[str, ...] = ()
    asks: str | None = None
    asks_about: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def refused(self) -> tuple[Ruling, ...]:
        """The commands that were not applied."""
        return tuple(ruling for ruling in self.rulings if not ruling.accepted)

    @property
    def blocked(self) -> tuple[Candidate, ...]:
        """The rules that were looked at and did not hold."""
        return tuple(c for c in self.candidates if c.outcome is Outcome.BLOCKED)
