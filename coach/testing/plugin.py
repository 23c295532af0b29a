"""The pytest plugin: stories as tests, and the fixture `coach`.

Loaded by every run of pytest where coachflow is installed, so nothing is imported before the
first story, or the first test that asks for the fixture.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from coach.testing.stories.player import Player
    from coach.testing.stories.results import StoryResult
    from coach.testing.stories.story import Story

SUFFIX = ".story.yaml"
FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("coach", "stories of coachflow")
    group.addoption(
        "--coach-update", action="store_true", help="write the snapshots of stories anew"
    )
    group.addoption(
        "--coach-reload",
        action="store_true",
        help="save each story to a file after every turn, and go on from what is loaded",
    )
    group.addoption(
        "--coach-replay",
        action="store_true",
        help="play each story again from its log, and compare",
    )
    group.addoption(
        "--coach-llm",
        metavar="ADDRESS",
        help="who answers in stories that are live, or recorded: 'openai:gpt-5.2'",
    )
    group.addoption(
        "--coach-record",
        action="store_true",
        help="ask the llm in stories with a cassette, and keep what it answers",
    )
    group.addoption(
        "--coach-code",
        metavar="FILE.py",
        help="guards and actions of your flows: a Python file with one coach.Registry in it",
    )
    group.addoption(
        "--coach-generated",
        action="append",
        nargs="?",
        const="",
        metavar="FLOW",
        help="play what has to hold at every stage of a flow; without a name, of each of yours",
    )


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from coach.testing import hooks

    pluginmanager.add_hookspecs(hooks)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if wanted := config.getoption("--coach-generated"):
        from coach.testing.generated import items

        items.find(config, wanted)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Generated stories come after the tests that are written, so that -k and -m see them."""
    if config.getoption("--coach-generated"):
        from coach.testing.generated.items import collect

        items += collect(session)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "StoryModule | None":
    if not file_path.name.endswith(SUFFIX):
        return None
    module: StoryModule = StoryModule.from_parent(parent, path=file_path)
    return module


class StoryModule(pytest.File):
    """A story file."""

    def collect(self) -> Iterator[pytest.Item]:
        from coach.testing.running import player_of, register

        self.player = player_of(self.config)
        for story in self.player.load(self.path).stories:
            register(self.config, story.tags)
            # pytest and junit take '::' for the end of a name
            yield StoryItem.from_parent(self, name=story.name.replace("::", ":"), story=story)

    def repr_failure(  # type: ignore[override]  # a collector's takes no style
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> Any:
        from coach.errors import CoachError

        if isinstance(excinfo.value, CoachError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


class StoryItem(pytest.Item):
    """A story."""

    def __init__(self, *, story: "Story", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.story = story
        for tag in story.tags:
            self.add_marker(tag)

    @property
    def player(self) -> "Player":
        player: Player = self.parent.player  # type: ignore[union-attr]
        return player

    def play(self) -> "StoryResult":
        """What becomes of it."""
        return self.player.play(self.story)

    def runtest(self) -> None:
        from coach.testing.running import StoryFailed

        result = self.play()
        self.ihook.pytest_coach_played(item=self, result=result)
        if not result.passed:
            self.user_properties.append(("kinds", ", ".join(result.kinds)))
            raise StoryFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        from coach.testing.running import Report, StoryFailed

        if isinstance(excinfo.value, StoryFailed):
            return Report(excinfo.value.result)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, self.story.at.line - 1, self.name


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome: Any = yield
    report = outcome.get_result()
    if report.when == "call":
        item.stash[FAILED] = report.failed


@pytest.fixture
def coach(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Conversations for a test: `talk = coach("grow").at("reality", goal="run 10k")`.

    Nothing is heard by an llm unless the test says what it answers (`llm=["…"]`).
    """
    from coach.testing.running import player_of
    from coach.testing.talk import Talks

    talks = Talks(player_of(request.config))
    yield talks.open
    failed = request.node.stash.get(FAILED, False)
    for result in talks.results(request.node.nodeid, failed=failed):
        request.node.ihook.pytest_coach_played(item=request.node, result=result)
