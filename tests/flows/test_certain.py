"""What is certain at a stage: the answers that are there on every way to it."""

import pytest

from coach.flows.certain import certain
from coach.flows.flow import Flow
from coach.flows.load import parse_flow
from coach.flows.registry import Registry

FLOW = """\
flow: x
start: a
stages:
  a:
    collect:
      one: {type: text, ask: Q, examples: [e]}
      two: {type: rating, ask: Q}
      few: {type: list, ask: Q}
      may: {type: text, ask: Q, optional: true}
    next: [{to: b, when: RULE}]
  b:
    collect:
      three: {type: text, ask: Q, EXTRA}
    next: [{to: c, when: has(three)}]
  c: {final: true}
"""
REGISTRY = Registry(guards={"ready": lambda context: True})


def flow(rule: str, extra: str = "optional: false", more: str = "") -> Flow:
    text = FLOW.replace("RULE", rule).replace("EXTRA", extra) + more
    return parse_flow(text, registry=REGISTRY)


@pytest.mark.parametrize(
    ("rule", "there"),
    [
        ("has(one)", {"one"}),
        ("has(one) and has(two)", {"one", "two"}),
        ("has(one) and two >= 3", {"one", "two"}),
        ("two in [1, 2] and has(one)", {"one", "two"}),
        ("count(few) >= 2 and has(one)", {"few", "one"}),
        ("has(one) and (has(may) or declined(may))", {"one"}),
        ("has(one) or has(two)", set()),
        ("not has(one)", set()),
        ("asked(one) > 2", set()),
        ("turns_in_stage > 2", set()),
        ("ready()", {"few", "one", "two"}),
    ],
)
def test_what_a_rule_asks_for_is_there_when_it_was_taken(rule: str, there: set[str]):
    """A guard in Python may have asked for all that the stage needs."""
    assert certain(flow(f'"{rule}"'))["b"] == there


def test_it_adds_up_on_the_way():
    """And nothing is certain at the start."""
    found = certain(flow("has(one)"))
    assert (found["a"], found["c"]) == (frozenset(), {"one", "three"})


@pytest.mark.parametrize(
    "extra",
    ["depends_on: [one]", "confirm: below 0.8", "default: x"],
)
def test_what_can_be_lost_again_is_never_certain(extra: str):
    """A correction elsewhere, or a no, takes it away."""
    assert certain(flow("has(one)", extra))["c"] == {"one"}


def test_every_way_counts():
    """Also one from anywhere, by trigger; and what a rule forgets is gone."""
    more = "anywhere:\n  - {trigger: skip_it, from: a, to: b}\n"
    assert certain(flow("has(one)", more=more))["b"] == frozenset()
    again = "anywhere:\n  - {trigger: again, from: b, to: a, forget: one}\n"
    assert certain(flow("has(one)", more=again))["b"] == {"one"}
    lost = "anywhere:\n  - {trigger: on, from: a, to: c}\n  - {trigger: off, from: b, to: c}\n"
    assert certain(flow("has(one)", more=lost))["c"] == frozenset()


def test_history_leads_back_to_where_it_was_there(grow: Flow):
    """A pause takes nothing away."""
    found = certain(grow)
    assert "goal" in found["reality"]
    assert {"goal", "options"} <= found["done"]
    assert found["paused"] == frozenset()
