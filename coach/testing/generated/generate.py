"""Generating: all stories of a flow, by kind. The same flow gives the same stories, in the same
order and under the same names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from coach.errors import InputError, did_you_mean
from coach.flows.flow import Flow
from coach.testing.clock import START
from coach.testing.generated import of_answers, of_places
from coach.testing.generated.reaching import Route, routes
from coach.testing.generated.tale import Generated, Suite, Tale

Teller = Callable[[Route], Iterator[Tale]]

TELLERS: Mapping[Suite, Teller] = {
    Suite.CORRECT: of_answers.corrections,
    Suite.BACK: of_places.ways_back,
    Suite.DECLINE: of_answers.refusals,
    Suite.TOGETHER: of_answers.pairs,
    Suite.FLIGHT: of_answers.in_flight,
    Suite.ASIDE: of_places.asides,
    Suite.TRIGGER: of_places.triggers,
    Suite.END: of_places.ends,
}
UNDONE = (Suite.CORRECT, Suite.BACK, Suite.DECLINE, Suite.TOGETHER, Suite.ASIDE, Suite.TRIGGER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suites:
    """The generated stories of a flow; `missed` are the stages where none begins, since no plain
    answers lead to a rest there."""

    flow: Flow
    stories: tuple[Generated, ...]
    missed: tuple[str, ...]


def generate(
    flow: Flow,
    kinds: Iterable[Suite] = tuple(Suite),
    named: str | None = None,
    now: datetime = START,
) -> Suites:
    """The stories of a flow, foreseen from what it declares; nothing of it is played. `named` is
    what the stories call it, such as the path of its file."""
    wanted = frozenset(kinds)
    ways = routes(flow, now)
    told = (each for kind in Suite if kind in wanted for each in _told(kind, ways.found.values()))
    stories = tuple(_of(each, named or flow.name) for each in _once(told))
    return Suites(flow=flow, stories=stories, missed=ways.missed)


def kinds_of(words: str) -> tuple[Suite, ...]:
    """'correct,back' as kinds; InputError names what is none."""
    names = [word.strip() for word in words.split(",") if word.strip()]
    for name in names:
        if name not in set(Suite):
            raise InputError(f"no kind of generated stories {name!r}.{did_you_mean(name, Suite)}")
    return tuple(Suite(name) for name in names)


def _told(suite: Suite, ways: Iterable[Route]) -> Iterator[Generated]:
    if suite is Suite.UNDO:
        ways = list(ways)
        for other in UNDONE:
            for tale in (tale for route in ways for tale in TELLERS[other](route)):
                yield tale.copy(Suite.UNDO, f"undo after {tale.name}").taken_back().told()
        return
    for route in ways:
        for tale in TELLERS[suite](route):
            yield tale.told()


def _of(told: Generated, name: str) -> Generated:
    return replace(told, story=told.story.model_copy(update={"flow": name}))


def _once(stories: Iterable[Generated]) -> Iterator[Generated]:
    """Each once: what two routes tell alike is told once."""
    seen: set[str] = set()
    for each in stories:
        if each.name not in seen:
            seen.add(each.name)
            yield each
