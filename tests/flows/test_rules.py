"""Rules: the hierarchy compiled away, leaf by leaf."""

from typing import Any

import pytest

from coach.errors import FlowError
from coach.flows.flow import Flow
from coach.flows.rules import lay_out


def script(**more: Any) -> Flow:
    stages = {
        "g": {
            "stages": {
                "h": {"stages": {"x": {"next": [{"to": "y"}]}, "y": {}}, "next": [{"to": "z"}]},
                "z": {"next": [{"to": "h/$history"}, {"to": "a"}]},
            },
            "next": [{"to": "a"}, {"to": "g/h/y"}],
        },
        "a": {},
        "end": {"final": True, "next": []},
    }
    return Flow.model_validate({"flow": "f", "start": "g", "stages": stages, **more})


def at(flow: Flow, leaf: str) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(rule.owner, rule.number, rule.targets) for rule in lay_out(flow)[leaf]]


def test_a_leaf_has_its_own_rules_and_then_those_around_it() -> None:
    """Deepest first; targets are siblings first, then paths from the top."""
    assert at(script(), "g/h/x") == [
        ("g/h/x", 1, ("g/h/y",)),
        ("g/h", 1, ("g/z",)),
        ("g", 1, ("a",)),
        ("g", 2, ("g/h/y",)),
    ]


def test_history_of_a_group_leads_to_any_leaf_of_it() -> None:
    """To the remembered one, and without one to where the group is entered."""
    rule = lay_out(script())["g/z"][0]
    assert (rule.targets, rule.history, rule.fallback) == (("g/h/x", "g/h/y"), "g/h", "g/h/x")


def test_anywhere_rules_come_last_and_not_at_their_target() -> None:
    """Nor at a final stage, which has no rules at all."""
    flow = script(anywhere=[{"to": "a", "trigger": "t"}])
    assert at(flow, "g/h/y")[-1] == ("anywhere", 1, ("a",))
    assert at(flow, "a") == at(flow, "end") == []


@pytest.mark.parametrize(
    ("origins", "leaves"),
    [
        ("g", ["g/h/x", "g/h/y", "g/z"]),
        ("g/h", ["g/h/x", "g/h/y"]),
        (["a", "g/z"], ["g/z", "a"]),
        ([], ["g/h/x", "g/h/y", "g/z"]),
    ],
)
def test_from_names_the_stages_and_groups_an_anywhere_rule_works_from(
    origins: Any, leaves: list[str]
) -> None:
    """A group stands for all its leaves; without `from` it is all but the target."""
    flow = script(anywhere=[{"to": "a", "from": origins, "trigger": "t"}])
    assert [
        leaf for leaf in flow.leaves if at(flow, leaf)[-1:] == [("anywhere", 1, ("a",))]
    ] == leaves


def test_a_guard_is_compiled_once_for_all_leaves() -> None:
    """A rule of a group is one rule, seen from several leaves."""
    flow = script(anywhere=[{"to": "a", "trigger": "t", "when": "progress > 0"}])
    guards = {id(rules[-1].guard) for leaf, rules in lay_out(flow).items() if leaf.startswith("g")}
    assert len(guards) == 1


def test_an_unknown_target_is_an_error() -> None:
    """The lint says more; this is what is left without it."""
    with pytest.raises(FlowError, match="flow 'f' has no stage 'nowhere'"):
        lay_out(script(anywhere=[{"to": "nowhere", "trigger": "t"}]))
