"""Playing one story: turn after turn, until one fails.

Every turn is a turn of the product (`Session.say`), so that what a story proves is what people
will meet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from coach.errors import BudgetError, CassetteMiss, CoachError, PromptError, UnscriptedCall
from coach.flows.flow import Flow
from coach.record.context import CoachContext
from coach.services import Services
from coach.session import Session
from coach.testing.clock import FakeClock
from coach.testing.stories.answering import Answering
from coach.testing.stories.checks import check
from coach.testing.stories.checks.seen import Seen
from coach.testing.stories.opening import SESSION, open_story
from coach.testing.stories.results import (
    Failure,
    Kind,
    Opening,
    Played,
    Status,
    StoryResult,
    TurnResult,
)
from coach.testing.stories.snapshots import snapshot
from coach.testing.stories.starting import Unreachable
from coach.testing.stories.story import Place, Story, StoryTurn
from coach.vocabulary.llm import Llm
from coach.vocabulary.span import length


@dataclass(frozen=True, kw_only=True, slots=True)
class How:
    """How stories are played. With `pages` every turn has its page rendered, not only those that
    look at it; with `update` snapshots are written instead of compared. With `reload` everything
    is closed after each turn and opened again; with `replay` each story is played again from its
    log. `llm` is an llm, or its address, for turns that are live; with `record` it also answers for
    those with a cassette, which keeps what it says."""

    pages: bool = False
    update: bool = False
    reload: bool = False
    replay: bool = False
    llm: str | Llm | None = None
    record: bool = False


HOW = How()
RAISED: dict[Kind, type[Exception]] = {
    Kind.UNSCRIPTED_LLM_CALL: UnscriptedCall,
    Kind.CASSETTE_MISS: CassetteMiss,
}


class Way(Protocol):
    """A way of playing: what serves the turns, and what else is looked at."""

    def services(self) -> Services:
        """What serves the next turn."""
        ...

    def after_turn(self, context: CoachContext) -> Iterator[Failure]:
        """What there is to say once a turn is kept."""
        ...

    def at_end(self, turns: Sequence[TurnResult]) -> Iterator[Failure]:
        """What there is to say of a story whose turns have all passed."""
        ...

    def close(self) -> None:
        """Clean up."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Play:
    """A story, its flow and its clock, and the way it is played."""

    story: Story
    flow: Flow
    way: Way
    clock: FakeClock
    answering: Answering
    how: How = HOW

    def run(self) -> StoryResult:
        """What becomes of it."""
        result = StoryResult(story=self.story, flow=self.flow)
        try:
            services = replace(self.way.services(), keep_pages=False)
            opening = open_story(services, self.flow, self.story.start)
        except Exception as error:
            return replace(result, failures=(self._at_start(error),), turns=self._not_run(0))
        turns = tuple(self._turns(opening))
        passed = all(turn.status is Status.PASSED for turn in turns)
        failures = tuple(self.way.at_end(turns)) if passed else ()
        return replace(result, opening=opening, turns=turns, failures=failures)

    def _turns(self, opening: Opening) -> Iterator[TurnResult]:
        context = opening.context
        for number, turn in enumerate(self.story.turns):
            done = self._turn(number, turn, context)
            yield done
            if done.status is Status.FAILED or done.played is None:
                yield from self._not_run(number + 1)
                return
            context = done.played.context

    def _turn(self, number: int, turn: StoryTurn, before: CoachContext) -> TurnResult:
        played: Played | None = None
        try:
            played = self._play(turn, before)
            failures = self._judge(number, turn, played)
        except Exception as error:
            failures = [_raised(error, turn)]
        return TurnResult(
            number=number + 1,
            turn=turn,
            status=Status.FAILED if failures else Status.PASSED,
            line=self.story.at.of("turns", number, "user"),
            played=played,
            failures=tuple(self._placed(("turns", number), failure) for failure in failures),
        )

    def _play(self, turn: StoryTurn, before: CoachContext) -> Played:
        """The turn in the product."""
        if turn.after is not None:
            self.clock.now += length(turn.after)
        looks = self.how.pages or turn.expect.needs_page
        services = self.answering.services(self.way.services(), turn)
        services = replace(services, keep_pages=looks)
        heard = turn.heard if isinstance(turn.heard, tuple) else None
        try:
            said = Session(services, SESSION, resumed=True).say(turn.user, heard=heard)
        finally:
            if turn.llm and services.llm is not None:
                services.llm.close()
        return Played(
            before=before,
            context=services.store.at_hand(SESSION),
            commands=said.commands,
            decision=said.decision,
            reply=said.reply,
            at=self.clock.now,
            calls=said.calls,
            prompt=said.prompt if looks else None,
        )

    def _judge(self, number: int, turn: StoryTurn, played: Played) -> list[Failure]:
        failures = check(Seen(flow=self.flow, played=played), turn.expect)
        failures += self.answering.unused()
        if turn.expect.snapshot and played.prompt is not None:
            failures += snapshot(self.story, number + 1, played.prompt, self.how.update)
        return failures or list(self.way.after_turn(played.context))

    def _not_run(self, first: int) -> tuple[TurnResult, ...]:
        """The turns from one on, which are not played."""
        return tuple(
            TurnResult(
                number=number + 1,
                turn=turn,
                status=Status.NOT_RUN,
                line=self.story.at.of("turns", number, "user"),
            )
            for number, turn in enumerate(self.story.turns)
            if number >= first
        )

    def _at_start(self, error: Exception) -> Failure:
        if isinstance(error, Unreachable):
            failure = Failure(
                kind=Kind.UNREACHABLE_START,
                message=str(error),
                place=error.place,
                more=error.more,
            )
            return self._placed(("start",), failure)
        return self._placed((), _raised(error, None))

    def _placed(self, place: Place, failure: Failure) -> Failure:
        """The failure with its place in the story, and the line of that."""
        whole = (*place, *failure.place)
        return replace(failure, place=whole, line=self.story.at.of(*whole))


def _raised(error: Exception, turn: StoryTurn | None) -> Failure:
    """What the product raised."""
    looks = turn is not None and turn.expect.prompt is not None
    place: Place = ("expect", "prompt") if looks and isinstance(error, PromptError) else ()
    for kind, errors in RAISED.items():
        if isinstance(error, errors):
            return Failure(kind=kind, message=str(error), place=("llm",))
    if isinstance(error, BudgetError):
        return Failure(kind=Kind.PROMPT_OVER_BUDGET, message=str(error), place=place)
    if isinstance(error, PromptError):
        return Failure(kind=Kind.TEMPLATE_ERROR, message=str(error), place=place)
    name = "" if isinstance(error, CoachError) else f"{type(error).__name__}: "
    return Failure(kind=Kind.HARNESS_ERROR, message=f"{name}{error}", place=place)
