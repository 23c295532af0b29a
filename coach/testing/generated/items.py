"""Generated stories as tests of pytest: `--coach-generated=FLOW`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from coach.errors import CoachError
from coach.flows.flow import Flow
from coach.library import home, list_flows, roots
from coach.settings import read_settings
from coach.testing.generated.flight import play
from coach.testing.generated.generate import generate
from coach.testing.generated.tale import Generated
from coach.testing.plugin import StoryItem
from coach.testing.running import player_of, register
from coach.testing.stories.results import StoryResult

FLOWS = pytest.StashKey[dict[str, Flow]]()
HINT = "write --coach-generated=FLOW, or put the option behind the paths"


def find(config: pytest.Config, wanted: Sequence[str]) -> None:
    """Read the flows that are wanted; pytest.UsageError for one that cannot be had."""
    try:
        player = player_of(config)
        names = [name for name in wanted if name] if all(wanted) else _own()
        config.stash[FLOWS] = {name: player.flow(name) for name in names}
    except CoachError as error:
        raise pytest.UsageError(f"--coach-generated: {error} ({HINT})") from None


def collect(session: pytest.Session) -> Iterator[pytest.Item]:
    """The tests of all flows that were found, told as collected."""
    for name, flow in session.config.stash[FLOWS].items():
        node, stories = f"generated/{flow.name}", generate(flow, named=name).stories
        parent = GeneratedFlow.from_parent(session, name=node, nodeid=node, stories=stories)
        items = list(parent.collect())
        report = pytest.CollectReport(node, "passed", None, [*items])
        session.config.hook.pytest_collectreport(report=report)
        yield from items


def _own() -> list[str]:
    """Every flow of the folder of one's own; the built-in ones when there is none."""
    own, *_ = roots("states", read_settings().states)
    flows = list_flows([own]) or list_flows([home("states")])
    return [str(path) for path in flows.values()]


class GeneratedFlow(pytest.Collector):
    """The generated stories of a flow."""

    def __init__(self, *, stories: Sequence[Generated], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stories = stories
        self.player = player_of(self.config)

    def collect(self) -> Iterator[pytest.Item]:
        for told in self.stories:
            register(self.config, told.story.tags)
            yield GeneratedItem.from_parent(self, name=told.name, told=told)


class GeneratedItem(StoryItem):
    """A generated story."""

    def __init__(self, *, told: Generated, **kwargs: Any) -> None:
        super().__init__(story=told.story, **kwargs)
        self.told = told

    def play(self) -> StoryResult:
        return play(self.player, self.told)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return Path(self.nodeid.partition("::")[0]), None, self.name
