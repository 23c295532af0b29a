"""Two messages in flight: said at once in two threads, on a store of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from typing import Any

from coach.errors import StoreError
from coach.flows.flow import Flow
from coach.services import Services
from coach.session import Session
from coach.stores.sql import SqlStore
from coach.stores.values import Claim, Kept
from coach.stores.wanted import Wanted
from coach.testing.clock import FakeClock
from coach.testing.generated.tale import Generated
from coach.testing.stories.checks import check
from coach.testing.stories.checks.seen import Seen
from coach.testing.stories.opening import SESSION, open_story
from coach.testing.stories.player import Player
from coach.testing.stories.results import (
    Failure,
    Kind,
    Played,
    Status,
    StoryResult,
    TurnResult,
)
from coach.testing.stories.story import Story, StoryTurn
from coach.turn import Turn

SECONDS = 5.0  # how long the first message is held up for the second, at most


class Crossing(SqlStore):
    """A store where no turn is kept before the other message has come."""

    def __init__(self) -> None:
        super().__init__("sqlite://")
        self._came: set[str] = set()
        self._all_came = threading.Event()

    def arrive(self, wanted: Wanted) -> Claim | None:
        self._came.add(wanted.key)
        if len(self._came) > 1:
            self._all_came.set()
        return super().arrive(wanted)

    def commit(self, claim: Claim, kept: Kept) -> None:
        self._all_came.wait(SECONDS)
        super().commit(claim, kept)


def play(player: Player, generated: Generated) -> StoryResult:
    """What becomes of a generated story, whose messages may be said at once."""
    return _at_once(player, generated.story) if generated.at_once else player.play(generated.story)


def _at_once(player: Player, story: Story) -> StoryResult:
    flow, clock = player.flow_of(story), FakeClock(story.begins)
    with closing(Crossing()) as store:
        services = replace(player.services(flow, clock), store=store, keep_pages=False)
        result = StoryResult(story=story, flow=flow)
        try:
            opening = open_story(services, flow, story.start)
            said = _say(services, story.turns)
            return replace(result, opening=opening, turns=_results(services, flow, story, said))
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            return replace(result, failures=(Failure(kind=Kind.HARNESS_ERROR, message=words),))


def _say(services: Services, turns: tuple[StoryTurn, ...]) -> list[Turn]:
    """Everything at once; the turns in the order in which they were kept."""

    def say(turn: StoryTurn) -> Turn:
        heard: Any = turn.heard
        return Session(services, SESSION, resumed=True).say(turn.user, heard=heard)

    with ThreadPoolExecutor(len(turns)) as pool:
        return sorted(pool.map(say, turns), key=lambda turn: turn.revision)


def _results(
    services: Services, flow: Flow, story: Story, said: list[Turn]
) -> tuple[TurnResult, ...]:
    """The turns in the order in which they were kept; the last is held against what is expected
    of the whole."""
    contexts = list(services.store.contexts(SESSION))
    if len(contexts) != len(said) + 1:
        raise StoreError(f"{len(contexts) - 1} of {len(said)} messages were kept")
    found: list[TurnResult] = []
    for number, (turn, (before, context)) in enumerate(zip(said, pairwise(contexts), strict=True)):
        played = Played(
            before=before,
            context=context,
            commands=turn.commands,
            decision=turn.decision,
            reply=turn.reply,
            at=services.clock(),
        )
        last = number == len(said) - 1
        expect = story.turns[-1].expect
        failures = check(Seen(flow=flow, played=played), expect) if last else []
        status = Status.FAILED if failures else Status.PASSED
        found.append(
            TurnResult(
                number=number + 1,
                turn=StoryTurn(user=turn.text, heard=turn.commands),
                status=status,
                played=played,
                failures=tuple(failures),
            )
        )
    return tuple(found)
