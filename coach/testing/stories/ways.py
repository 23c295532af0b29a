"""Ways of playing a story: on a shelf in memory, or on a real store with more to look at."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coach.record.context import CoachContext
from coach.services import Services
from coach.session import Session
from coach.stores.sql import SqlStore
from coach.stores.values import StoredTurn
from coach.testing.clock import FakeClock
from coach.testing.stories.opening import SESSION, open_story
from coach.testing.stories.results import Failure, Kind, Played, TurnResult
from coach.testing.stories.story import Story
from coach.vocabulary.decision import Decision


class Plain:
    """A story by itself: the same services for every turn, and nothing else is looked at."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def services(self) -> Services:
        return self._services

    def after_turn(self, context: CoachContext) -> Iterator[Failure]:
        return iter(())

    def at_end(self, turns: Sequence[TurnResult]) -> Iterator[Failure]:
        return iter(())

    def close(self) -> None:
        """Nothing is left."""


class Stored(Plain):
    """A story on a real store in memory: its flow looks into what has been said."""

    def __init__(self, services: Services) -> None:
        super().__init__(replace(services, store=SqlStore("sqlite://")))

    def close(self) -> None:
        self._services.store.close()


class Reloaded(Plain):
    """The store is closed after each turn and opened again from its file: what comes back must be
    what was kept. With a `replay` the story is played again from its log in the end."""

    def __init__(self, services: Services, replay: "Replay | None" = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="coach-story-")
        self._url = f"sqlite:///{Path(self._folder.name) / 'coach.db'}"
        self._replay = replay
        super().__init__(services)
        self._reopen()

    def after_turn(self, context: CoachContext) -> Iterator[Failure]:
        self._services.store.close()
        self._reopen()
        came_back = self._services.store.load(SESSION)
        yield from differences(context, came_back, "after a reload the record is another")

    def at_end(self, turns: Sequence[TurnResult]) -> Iterator[Failure]:
        if self._replay is not None:
            yield from self._replay.check(self._services.store, turns)

    def close(self) -> None:
        self._services.store.close()
        self._folder.cleanup()

    def _reopen(self) -> None:
        self._services = replace(self._services, store=SqlStore(self._url), pinned={})


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """A story that has passed, to be played again from its log.

    The log must fold to the contexts there were; and the commands that it holds must lead to the
    same decisions when they are given to the flow anew, on `services`; to the same record as well,
    unless an llm has spoken.
    """

    story: Story
    services: Services
    clock: FakeClock

    def check(self, store: SqlStore, turns: Sequence[TurnResult]) -> Iterator[Failure]:
        played = [turn.played for turn in turns if turn.played is not None]
        yield from self._folded(store, played)
        log = [turn for turn in store.turns(SESSION) if turn.number]
        self.clock.now = self.story.begins
        open_story(self.services, self.services.flow, self.story.start)
        spoke = any(each.calls for each in played)
        for number, (kept, then) in enumerate(zip(log, played, strict=True), 1):
            yield from self._again(number, kept, then, whole=not spoke)

    def _folded(self, store: SqlStore, played: Sequence[Played]) -> Iterator[Failure]:
        _, *folded = store.contexts(SESSION)
        for number, (found, then) in enumerate(zip(folded, played, strict=True), 1):
            what = f"turn {number}: the log folds to another record"
            yield from differences(then.context, found, what)

    def _again(self, number: int, kept: StoredTurn, then: Played, whole: bool) -> Iterator[Failure]:
        self.clock.now = then.at
        talk = Session(self.services, SESSION, resumed=True)
        again = talk.say(kept.text, heard=kept.commands)
        what = f"turn {number}: its commands again lead to another"
        if _essence(again.decision) != _essence(then.decision):
            yield Failure(kind=Kind.HARNESS_ERROR, message=f"{what} decision")
        if whole:
            now = self.services.store.load(SESSION)
            yield from differences(then.context, now, f"{what} record")


class Replayed(Stored):
    """A story on a real store in memory, which is played again from its log in the end."""

    def __init__(self, services: Services, replay: Replay) -> None:
        super().__init__(services)
        self._replay = replay

    def at_end(self, turns: Sequence[TurnResult]) -> Iterator[Failure]:
        yield from self._replay.check(self._services.store, turns)


def _essence(decision: Decision) -> Decision:
    """A decision without the notes of whoever heard."""
    return decision.model_copy(update={"notes": ()})


def differences(one: CoachContext, other: CoachContext, what: str) -> Iterator[Failure]:
    """One failure that names what of two records is not the same."""
    here, there = one.to_dict(), other.to_dict()
    names = [name for name in here if here[name] != there[name]]
    if names:
        more = tuple(f"{name}: {here[name]!r:.200} / {there[name]!r:.200}" for name in names)
        message = f"{what}: {', '.join(names)}"
        yield Failure(kind=Kind.HARNESS_ERROR, message=message, more=more)
