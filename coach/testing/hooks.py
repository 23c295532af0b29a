"""Hooks of our pytest plugin, for plugins that look at what was played."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from coach.testing.stories.results import StoryResult


@pytest.hookspec
def pytest_coach_played(item: pytest.Item, result: "StoryResult") -> None:
    """A story was played, or a conversation of the fixture `coach` is over; in the process that
    has done it. `item` is the test that it was for."""
