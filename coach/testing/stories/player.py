"""The player: finds the flows of stories, and plays them one after the other."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from copy import copy
from dataclasses import replace
from pathlib import Path

from coach.bot import Bot
from coach.calls.chain import OFFLINE
from coach.errors import CoachError, FlowNotFound, Problem, StoryError
from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.flows.registry import EMPTY, Registry
from coach.library import roots
from coach.services import Services
from coach.settings import read_settings
from coach.stores.sql import SqlStore
from coach.testing.clock import FakeClock
from coach.testing.stories.answering import Answering
from coach.testing.stories.files import StoryFile, load_stories
from coach.testing.stories.names import NO_FLOW, no_flow, no_prompts, unknown_names
from coach.testing.stories.playing import HOW, How, Play, Way
from coach.testing.stories.results import Failure, Kind, StoryResult
from coach.testing.stories.shelf import Shelf
from coach.testing.stories.story import Story
from coach.testing.stories.ways import Plain, Reloaded, Replay, Replayed, Stored


class Player:
    """Plays stories: `Player().play(story)`.

    Flows are found by name in `folders` (your states/ first, then the built-in ones) or by path,
    with the guards and actions of `registry`; those in `flows` go before, by the name that a
    story gives, such as a mutant in the place of the flow.

    Any number of stories, one at a time: each thread takes its own player.
    """

    def __init__(
        self,
        *,
        flows: Mapping[str, Flow] | None = None,
        folders: Sequence[Path] | None = None,
        registry: Registry = EMPTY,
        how: How = HOW,
    ) -> None:
        self._flows = dict(flows or {})
        self._folders = folders
        self._registry = registry
        self._how = how
        self._bots: dict[tuple[str, str | None], Bot] = {}
        self._empty: SqlStore | None = None

    def flow_of(self, story: Story) -> Flow:
        """The flow of a story, read once; FlowNotFound, or FlowFileError with all of its errors."""
        return self.flow(story.flow or "")

    def flow(self, name: str) -> Flow:
        """The flow of a name or path, read once."""
        if name not in self._flows:
            folders = self._folders or roots("states", read_settings().states)
            self._flows[name] = load_flow(name, self._registry, folders=folders)
        return self._flows[name]

    def instead(self, flow: Flow, other: Flow) -> "Player":
        """A player that plays the stories of one flow on another, as a mutant, and shares the
        compiled templates of this one."""
        twin = Player(folders=self._folders, registry=self._registry, how=self._how)
        flows = self._flows.items()
        twin._flows = {name: other if found.hash == flow.hash else found for name, found in flows}
        twin._empty = self._store()
        for (key, prompts), bot in self._bots.items():
            if key == flow.hash:
                twin._bots[other.hash, prompts] = _running(bot, other)
        return twin

    def load(self, path: Path) -> StoryFile:
        """The stories of a file, each held against its flow; StoryError with every problem.

        FlowFileError when a flow cannot be read.
        """
        file = load_stories(path)
        problems: dict[str, Problem] = {}
        for problem in (found for story in file.stories for found in self._problems(story)):
            problems.setdefault(
                problem.message if problem.code == NO_FLOW else str(problem), problem
            )
        if problems:
            raise StoryError(problems.values())
        return file

    def _problems(self, story: Story) -> Iterator[Problem]:
        """What a story names and is not there."""
        try:
            flow = self.flow_of(story)
        except FlowNotFound as error:
            yield no_flow(story, error)
            return
        yield from no_prompts(story)
        yield from unknown_names(story, flow)

    def play(self, story: Story) -> StoryResult:
        """What becomes of a story. What is wrong with it or its flow is a failure, not raised."""
        clock = FakeClock(story.begins)
        try:
            flow = self.flow_of(story)
            services = self.services(flow, clock, story.prompts)
        except CoachError as error:
            failure = Failure(kind=Kind.HARNESS_ERROR, message=str(error), line=story.at.of("flow"))
            return StoryResult(story=story, flow=None, failures=(failure,))
        how = self._how
        answering = Answering(story=story, llm=how.llm, record=how.record)
        with closing(self._way(story, services, clock)) as way, closing(answering):
            return Play(
                story=story, flow=flow, way=way, clock=clock, answering=answering, how=how
            ).run()

    def services(self, flow: Flow, clock: FakeClock, prompts: str | None = None) -> Services:
        """What serves one conversation: a shelf of its own, under a clock. Compiled rules and
        templates are shared by all of a flow."""
        key = (flow.hash, prompts)
        found = self._bots.get(key)
        if found is None or found.flow is not flow:
            found = self._bots[key] = Bot(flow, store=self._store(), llm=OFFLINE, prompts=prompts)
        return replace(found.services, store=Shelf.beside(self._store()), clock=clock)

    def _way(self, story: Story, services: Services, clock: FakeClock) -> Way:
        how = self._how
        replay = Replay(story=story, services=services, clock=clock) if how.replay else None
        if how.reload:
            return Reloaded(services, replay)
        if replay is not None:
            return Replayed(services, replay)
        return Stored(services) if services.recalls(services.flow) else Plain(services)

    def _store(self) -> SqlStore:
        """A database in memory that stays empty."""
        self._empty = self._empty or SqlStore("sqlite://")
        return self._empty


def _running(bot: Bot, flow: Flow) -> Bot:
    """The same bot on another flow."""
    twin = copy(bot)
    twin.flow, twin.services = flow, replace(bot.services, flow=flow, pinned={})
    return twin


def play_story(story: Story, flow: Flow | None = None) -> StoryResult:
    """Play one story, on a flow at hand or on the one that it names."""
    return Player(flows=None if flow is None else {story.flow or "": flow}).play(story)
