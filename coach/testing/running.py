"""What our pytest plugin needs once there is a story: its player, and reports of failures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from coach.code import registry
from coach.testing.stories.player import Player
from coach.testing.stories.playing import How
from coach.testing.stories.report import Look, report, text_of
from coach.testing.stories.results import StoryResult

PLAYER = pytest.StashKey[Player]()
MARKUP: Mapping[Look, Mapping[str, bool]] = {
    "plain": {},
    "bold": {"bold": True},
    "red": {"red": True},
    "green": {"green": True},
    "faint": {"light": True},
}


class StoryFailed(Exception):
    """A story did not pass."""

    def __init__(self, result: StoryResult) -> None:
        first = next(iter(result.all_failures), None)
        super().__init__(str(first or "it was not played"))
        self.result = result


@dataclass(frozen=True, slots=True)
class Crash:
    """What a summary shows of it: one line."""

    path: str
    lineno: int
    message: str


class Report:
    """What pytest shows of a story that failed."""

    def __init__(self, result: StoryResult) -> None:
        self.lines = list(report(result))
        at = result.story.at
        self.reprcrash = Crash(at.path, at.line, str(StoryFailed(result)).partition("\n")[0])

    def __str__(self) -> str:
        return text_of(self.lines)

    def toterminal(self, tw: Any) -> None:
        for line in self.lines:
            tw.line(line.text, **MARKUP[line.look])


def player_of(config: pytest.Config) -> Player:
    """The player of a run, made once: flows are read and compiled once."""
    if PLAYER not in config.stash:
        option = config.getoption
        how = How(
            update=option("--coach-update"),
            reload=option("--coach-reload"),
            replay=option("--coach-replay"),
            llm=option("--coach-llm"),
            record=option("--coach-record"),
        )
        own = registry(option("--coach-code"))
        config.stash[PLAYER] = Player(registry=own, how=how)
    return config.stash[PLAYER]


def register(config: pytest.Config, tags: Iterable[str]) -> None:
    """Make marks of tags, so that -m knows them and --strict-markers takes them."""
    known = {line.partition(":")[0].partition("(")[0] for line in config.getini("markers")}
    for tag in tags:
        if tag not in known:
            config.addinivalue_line("markers", f"{tag}: stories with this tag")
