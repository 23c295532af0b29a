"""A collector counts what rehearsals do, test by test, and can be sent to another process."""

import json
from collections.abc import Iterator

import pytest

from coach.flows.flow import Flow
from coach.flows.registry import Registry
from coach.testing import rehearse
from coach.testing.coverage.collecting import Collector
from coach.testing.watching import watched
from coach.vocabulary.commands import Trigger


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    with watched(made):
        yield made


def test_what_a_session_did_is_read_when_its_test_is_over(collector: Collector) -> None:
    """Undo and back as well, by whatever method."""
    collector.begin()
    talk = rehearse("grow")
    talk.say("x", goal="run 10k", importance=9)
    talk.session.undo()
    collector.end(passed=True)
    (coverage,) = collector.flows.values()
    assert coverage.seen("repair:undo@goal").passed == 1
    assert coverage.seen("template:grow/goal.md.jinja:1:template").passed > 0
    assert coverage.stories[True] == 1


def test_a_test_that_was_not_counted_is_forgotten(collector: Collector) -> None:
    """Nothing of it is taken over by the next."""
    collector.begin()
    rehearse("grow").say("x", [Trigger(name="pause")])
    collector.begin()
    collector.end(passed=True)
    assert collector.flows == {}


def test_other_flows_are_not_looked_at() -> None:
    """If some are named."""
    collector = Collector(["requirements"])
    with watched(collector):
        rehearse("grow")
        collector.end(passed=True)
    assert collector.flows == {}
    collector.expect()
    assert [c.universe.flow.name for c in collector.flows.values()] == ["requirements"]


def test_counts_travel_with_their_flow(collector: Collector) -> None:
    """Guards and actions are names there: such a flow is counted, never run."""
    registry = Registry(guards={"ready": lambda context: True})
    stages = {
        "a": {"next": [{"to": "b", "trigger": "go", "when": "ready()"}]},
        "b": {"final": True},
    }
    script = {"flow": "f", "start": "a", "stages": stages}
    collector.begin()
    rehearse(Flow.model_validate(script).using(registry)).say("go", [Trigger(name="go")])
    collector.end(passed=True)
    sent = json.loads(json.dumps(collector.to_data()))
    other = Collector()
    other.merge_data(sent)
    other.merge_data(sent)
    (coverage,) = other.flows.values()
    assert coverage.seen("rule:a.1").passed == 2
    assert coverage.seen("guard:a.1.1:true").passed == 2


def test_nobody_watches_by_default() -> None:
    """A rehearsal tells nobody."""
    collector = Collector()
    rehearse("grow")
    collector.end(passed=True)
    assert collector.flows == {}
