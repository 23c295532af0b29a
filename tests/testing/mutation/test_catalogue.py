"""The catalogue of mutants: each fault once, with its line and what to test."""

from pathlib import Path

import pytest

from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.testing.coverage import Source, Universe
from coach.testing.mutation import mutants
from coach.testing.mutation.catalogue import OPERATORS


@pytest.fixture
def tea(flow_file: Path) -> Flow:
    return load_flow(flow_file)


def test_every_kind_of_fault_is_planted(tea: Flow) -> None:
    """Guards, targets, order, fields and what else a flow says."""
    ids = [mutant.id for mutant in mutants(tea)]
    assert len(ids) == len(set(ids))
    assert {
        *("negate:order.1.1", "drop-conjunct:order.1.2", "drop-guard:brew.1"),
        *("compare:brew.1.1:<=", "number:brew.2.1:4", "alternative:order.1.2:1"),
        *("retarget:brew.1:brew", "retarget:brew.2:paused", "retarget:brew.2:order"),
        *("drop-rule:anywhere.2", "swap:brew.1-2", "drop:brew.1.forget.kind"),
        *("drop:anywhere.2.from", "drop-field:kind", "optional:milk", "optional:kind"),
        *("drop:kind.max_words", "drop:minutes.max_asks", "drop:minutes.depends_on.kind"),
        "drop:done.final",
    } <= set(ids)
    assert "drop:kind.min_words" not in ids  # 1 is what it would be anyway


def test_a_mutant_has_its_line(tea: Flow, flow_file: Path) -> None:
    """A part of a guard has its own."""
    lines = {m.id: m.line for m in mutants(tea, Source.read(flow_file))}
    assert lines["negate:order.1.1"] == 11
    assert lines["negate:order.1.2"] == 12
    assert lines["drop-field:milk"] == 7
    assert lines["drop:done.final"] == 19


@pytest.mark.parametrize("name", ["grow", "requirements"])
def test_each_is_another_flow_or_none(name: str) -> None:
    """A mutant differs from its flow; its items are the flow's; its kind is known."""
    flow = load_flow(name)
    items = Universe.of(flow).items
    hashes = []
    for mutant in mutants(flow):
        assert mutant.operator in OPERATORS
        assert set(mutant.touches) <= set(items)
        try:
            hashes.append(mutant.apply(flow).hash)
        except ValueError:
            continue
    assert flow.hash not in hashes
    assert len(set(hashes)) >= len(hashes) - 2


def test_the_flow_itself_is_not_touched(tea: Flow) -> None:
    """Mutants are made on a copy."""
    before = tea.hash, tea.text
    for mutant in mutants(tea):
        mutant.apply(tea)
    assert (tea.hash, tea.text) == before


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("word == 'a'", "word == 'b'", "`word == 'a'` and `word == 'b'` are never both true"),
        ("yes", "not yes", "`yes` and its opposite are never both true"),
        ("n < 3", "n >= 3", "`n < 3` and `n >= 3` are never both true"),
        ("n > 5 and yes", "n <= 3", "`n > 5` and `n <= 3` are never both true"),
        ("n <= 3", "n >= 3", None),
        ("not yes", "not yes", None),
        ("word == 'a'", "yes", None),
        ("word == 'a' or yes", "word == 'b'", None),
    ],
)
def test_an_order_that_cannot_matter_is_proven(first: str, second: str, reason: str | None) -> None:
    """Rules that never both hold may be tried in any order."""
    types = {"word": "text", "yes": "yesno", "n": "number"}
    fields = {name: {"type": kind, "ask": "?"} for name, kind in types.items()}
    rules = [{"to": "b", "when": first}, {"to": "c", "when": second}]
    stages = {"a": {"collect": fields, "next": rules}, "b": {"final": True}, "c": {"final": True}}
    flow = Flow.model_validate({"flow": "f", "start": "a", "stages": stages})
    (swap,) = [mutant for mutant in mutants(flow) if mutant.operator == "swap"]
    assert swap.proven == reason


def test_rules_that_wait_for_different_triggers_may_stand_anyhow(tea: Flow) -> None:
    """They are never looked at together."""
    (swap,) = [mutant for mutant in mutants(tea) if mutant.id == "swap:anywhere.1-2"]
    assert swap.proven == "the two wait for different triggers"
