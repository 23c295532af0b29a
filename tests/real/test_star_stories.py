"""The dialogues of STAR as stories against its own graph, and how much of them follows it."""

import pytest

from coach.flows.engine import HANDLERS
from coach.testing.stories.player import Player
from coach.testing.stories.results import Kind
from tests.real.place import DATA
from tests.real.star import TASKS, Task
from tests.real.star_stories import Did, Script

# What the wizard did at each of 294 messages, seen from the flow. Nothing is unplayable. More is
# followed than the labels alone say (test_star.py), since the results of queries are edges here.
DID = {
    "doctor_schedule": {
        Did.FOLLOWED: 21, Did.AHEAD: 46, Did.BACK: 3, Did.AGAIN: 10, Did.ASIDE: 13, Did.CLOSED: 8,
    },
    "party_plan": {
        Did.FOLLOWED: 23, Did.AHEAD: 42, Did.BACK: 9, Did.AGAIN: 7, Did.ASIDE: 30, Did.CLOSED: 8,
    },
    "ride_book": {
        Did.FOLLOWED: 9, Did.AHEAD: 25, Did.BACK: 2, Did.AGAIN: 3, Did.ASIDE: 24, Did.CLOSED: 11,
    },
}  # fmt: skip


@pytest.fixture(params=TASKS)
def script(request: pytest.FixtureRequest) -> Script:
    return Script(Task(DATA / "star", request.param))


def test_every_dialogue_is_a_story_that_passes(script: Script):
    """Twelve a task: each step leads where the wizard went, by a rule or by a repair."""
    player = Player(flows={script.flow.name: script.flow})
    results = [player.play(story) for story in script.stories()]
    assert [f"{r.story.name}: {r.all_failures}" for r in results if not r.passed] == []
    assert len(results) == 12
    assert script.did == DID[script.task.name]


def test_a_story_notices_when_going_back_is_lost(script: Script, monkeypatch: pytest.MonkeyPatch):
    """Each dialogue with a way back fails once `back` leads nowhere."""
    stories = [story for story in script.stories() if "went back" in repr(story)]
    monkeypatch.setitem(HANDLERS, "back", lambda engine, walker, command: "")
    player = Player(flows={script.flow.name: script.flow})
    assert stories
    for story in stories:
        assert Kind.WRONG_STAGE in player.play(story).kinds
