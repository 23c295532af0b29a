"""Generated stories: named, the same each time, and held by the flows that are shipped."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from coach import load
from coach.errors import InputError
from coach.flows.flow import Flow
from coach.testing.generated.flight import play
from coach.testing.generated.generate import generate, kinds_of
from coach.testing.generated.tale import Generated, Suite
from coach.testing.stories.player import Player
from coach.testing.stories.story import Start

HABIT = Path(__file__).parents[3] / "examples/own_flow/states/habit.yaml"
FLOWS = ("grow", "requirements", HABIT)


NEST = """\
flow: nest
start: intake
stages:
  intake:
    collect:
      name: {type: text, ask: "Name?"}
      kind: {type: choice, choices: [short, long], ask: "Which?", confirm: always}
    next:
      - {to: plan, when: "has(name) and kind == 'long'"}
      - {to: quick, when: "has(name) and kind == 'short'"}
  quick:
    on_stuck: plan
    collect: {tip: {type: number, ask: "Tip?", max_asks: 2, depends_on: [name]}}
    next: [{to: done, when: "tip >= 3"}, {trigger: more, to: plan/edit}]
  plan:
    start: draft
    collect: {topic: {type: text, ask: "Topic?", optional: true}}
    stages:
      draft:
        collect: {lines: {type: list, at_least: 2, ask: "Lines?"}}
        next: [{to: edit, when: "has(lines) and (has(topic) or declined(topic))"}]
      edit:
        collect:
          best: {type: choice, from: lines, ask: "Best?"}
          mail: {type: email, ask: "Mail?", default: "a@b.org"}
          when_: {type: date, ask: "When?"}
        next: [{to: done, when: "has(best) and has(mail) and has(when_)"}]
    next: [{trigger: drop, to: quick, forget: [lines]}]
  aside: {}
  done: {final: true}
anywhere:
  - {trigger: park, to: aside, when: "has(name)"}
  - {trigger: unpark, from: aside, to: $history}
  - {trigger: replan, to: plan/$history}
"""


def one(flow: Flow, name: str) -> Generated:
    return next(each for each in generate(flow).stories if each.name == name)


@pytest.mark.parametrize("name", FLOWS, ids=str)
def test_the_shipped_flows_hold_what_is_generated(name: str | Path) -> None:
    """Every story of every kind passes."""
    flow = load(name)
    player = Player(flows={flow.name: flow})
    results = [play(player, told) for told in generate(flow).stories]
    assert [f"{r.story.name}: {r.all_failures}" for r in results if not r.passed] == []


def test_groups_triggers_and_ways_back_are_foreseen(tmp_path: Path) -> None:
    """In a flow with one of everything."""
    (tmp_path / "nest.yaml").write_text(NEST)
    flow = load(tmp_path / "nest.yaml")
    player = Player(flows={flow.name: flow})
    stories = generate(flow).stories
    results = [play(player, told) for told in stories]
    assert [f"{r.story.name}: {r.all_failures}" for r in results if not r.passed] == []
    names = {told.name for told in stories}
    assert {
        "park and unpark at plan/draft",
        "drop and more at plan/edit",
        "park and unpark at quick",
    } <= names


@pytest.mark.parametrize("name", FLOWS, ids=str)
def test_the_same_flow_gives_the_same_stories(name: str | Path) -> None:
    """In the same order, each under a name of its own."""
    first, second = generate(load(name)).stories, generate(load(name)).stories
    assert first == second
    assert len({told.name for told in first}) == len(first)


def test_there_is_one_of_every_kind_for_every_stage() -> None:
    """Of grow: from each stage everything that can be done there."""
    names = [told.name for told in generate(load("grow")).stories]
    assert names[:2] == [
        "correct goal right after it was said",
        "correct measure right after it was said",
    ]
    for name in (
        "correct goal at will",
        "back from options",
        "back to goal from will",
        "back from goal in vain",
        "decline measure at goal",
        "decline goal at goal in vain",
        "rating and obstacle together at reality",
        "action and due in flight at will",
        "undo after correct goal at will",
        "undo after back from options",
        "digress at paused",
        "ask back at reality",
        "ask for a person at will",
        "pause and resume at options",
        "pause at paused in vain",
        "correct at done in vain",
    ):
        assert name in names


def test_a_correction_is_foreseen_from_what_the_flow_declares() -> None:
    """The new value counts, what depends on the old one is stale, and it is asked about next."""
    told = one(load("grow"), "correct goal at options")
    assert told.story.start == Start(
        stage="options",
        answers={
            "goal": "goal said first",
            "measure": "measure said first",
            "importance": 10,
            "rating": 10,
            "tried": "tried said first",
            "obstacle": "obstacle said first",
        },
    )
    (expect,) = told.expected
    assert expect["moves"] == {"only": ["options -> goal", "goal -> reality"]}
    assert expect["answers"]["goal"] == "goal said again"
    assert expect["answers"]["rating"] == {"value": 10, "stale": True}
    assert expect["asks"] == "rating"
    assert expect["events"] == ["corrected goal", "rating is stale"]
    assert expect["prompt"] == {"lacks": ["goal said first"]}


def test_a_stage_where_nobody_rests_is_told() -> None:
    """The draft of requirements is passed through."""
    assert generate(load("requirements")).missed == ("draft",)


def test_kinds_can_be_chosen() -> None:
    """Those that are named, in their own order."""
    stories = generate(load("grow"), kinds_of("end, back")).stories
    assert [told.suite for told in stories] == [Suite.BACK] * 8 + [Suite.END] * 7


def test_an_unknown_kind_is_named() -> None:
    """With what was probably meant."""
    with pytest.raises(InputError, match=r"stories 'corect'. Did you mean 'correct'"):
        kinds_of("back,corect")


def test_a_date_is_one_that_is_still_to_come() -> None:
    """Seen from when the stories begin."""
    now = datetime(2031, 5, 1, tzinfo=UTC)
    told = generate(load("grow"), [Suite.END], now=now).stories[0]
    assert told.story.start is not None
    assert told.story.start.answers["due"] == "2031-06-30"
    assert Player().play(told.story).passed
