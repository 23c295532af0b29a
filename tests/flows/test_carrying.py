"""Carrying over: what the next session begins with."""

from datetime import UTC, datetime

import pytest

from coach.flows.check import check_flow
from coach.flows.engine import Step
from coach.flows.flow import CarryOver, Flow
from coach.record.context import CoachContext
from coach.vocabulary.commands import Assume, Set
from coach.vocabulary.words import SessionStatus

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
ALL = CarryOver(answers=("goal", "importance"), tasks=True, assumptions=True)


def opened(flow: Flow, wanted: CarryOver, old: CoachContext) -> Step:
    """The next session after `old`."""
    flow = flow.using(flow.registry).model_copy(update={"carry_over": wanted})
    flow.__dict__.pop("hash", None)
    flow.__dict__.pop("engine", None)
    return flow.engine.carry_over(flow.begin("next", now=NOON, previous_session="session"), old)


@pytest.fixture
def old(grow: Flow) -> CoachContext:
    """A goal, a belief, and two tasks, one of them done."""
    said = [
        Set(field="goal", value="run a marathon"),
        Assume(content="Evenings are free", confidence=0.5),
    ]
    context = grow.step(grow.begin(now=NOON).context, said, NOON).context

    def take_on(context: CoachContext) -> None:
        context.add_task("buy shoes", due="2026-01-09")
        context.settle_task(context.add_task("rest").id)

    return grow.amend(context, take_on, NOON).context


def test_what_the_flow_names_is_taken_along(grow: Flow, old: CoachContext):
    """The next question is what is still missing."""
    context, decision = opened(grow, ALL, old)
    assert context.value("goal") == "run a marathon"
    assert [(t.id, t.name, t.due) for t in context.tasks.values()] == [
        ("k1", "buy shoes", "2026-01-09")
    ]
    assert [a.content for a in context.get_unconfirmed_assumptions()] == ["Evenings are free"]
    assert (context.asks, context.asked, context.revision) == ("measure", {"measure": 1}, 0)
    assert decision.events == (
        "carried over goal", "carried over tasks: 1", "carried over assumptions: 1",
    )  # fmt: skip


def test_the_rules_walk_on_with_it(grow: Flow, old: CoachContext):
    """As far as they hold."""
    said = [Set(field="measure", value="a medal"), Set(field="importance", value=9)]
    old = grow.step(old, said, NOON).context
    wanted = CarryOver(answers=("goal", "measure", "importance"))
    context, decision = opened(grow, wanted, old)
    assert (context.stage, decision.moves[-1].to) == ("reality", "reality")


@pytest.mark.parametrize(
    ("wanted", "expired", "taken"),
    [
        (CarryOver(), True, False),
        (CarryOver(answers=("goal",), after="expired"), False, False),
        (CarryOver(answers=("goal",), after="expired"), True, True),
        (CarryOver(answers=("importance",)), True, False),
    ],
)
def test_nothing_else_is(
    grow: Flow, old: CoachContext, wanted: CarryOver, expired: bool, taken: bool
):
    """Not after a session of another end, and not what was never answered."""
    old.status = SessionStatus.EXPIRED if expired else SessionStatus.FINISHED
    assert opened(grow, wanted, old).context.has("goal") is taken


def test_what_the_field_no_longer_takes_is_asked_again(grow: Flow, old: CoachContext):
    """Another version of the flow may be stricter."""
    answer = old.answers["goal"].model_copy(update={"value": "run"})
    old.answers["goal"] = answer
    assert opened(grow, ALL, old).context.asks == "goal"


def test_a_field_that_is_none_is_found(grow: Flow):
    flow = grow.model_copy(update={"carry_over": CarryOver(answers=("gaol",))})
    assert [finding.code for finding in check_flow(flow)] == ["F604"]
