"""The machine: moves, actions in order, history, and one machine for many threads."""

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from transitions import MachineError

from coach.errors import FlowError
from coach.flows.flow import Flow
from coach.flows.machine import StrictMachine
from coach.flows.walker import Walker
from coach.vocabulary import commands as c


def ran(here: Any, *orders: Any, **answers: Any) -> str:
    """The actions that one step ran, in order."""
    before = len(here.context.metadata["ran"])
    return " ".join(here(*orders, **answers).context.metadata["ran"][before:])


def fire(name: str) -> c.Trigger:
    return c.Trigger(name=name)


def test_a_flow_is_entered_from_the_outside_in(walk: Any, nested: Flow) -> None:
    """The group's enter action, then the leaf's; `start` names the leaf."""
    here = walk(nested)
    assert here.stage == "plan/draft"
    assert here.context.metadata["ran"] == ["enter_plan", "enter_draft"]


def test_a_move_inside_a_group_does_not_leave_it(walk: Any, nested: Flow) -> None:
    """Exit, do, enter: only below the lowest common ancestor."""
    here = walk(nested)
    assert ran(here, text="x") == "exit_draft submit enter_review"


def test_a_move_out_of_a_group_leaves_it_from_the_inside_out(walk: Any, nested: Flow) -> None:
    """Leaf first, then group, then what is entered."""
    here = walk(nested)
    assert ran(here, fire("leave")) == "exit_draft exit_plan enter_aside"
    assert ran(here, fire("rejoin")) == "exit_aside enter_plan enter_draft"


def test_a_rule_to_itself_leaves_and_enters_again(walk: Any, nested: Flow) -> None:
    """But only the leaf."""
    here = walk(nested)
    assert ran(here, fire("again")) == "exit_draft enter_draft"
    assert [visit.stage for visit in here.context.visits] == ["plan/draft", "plan/draft"]


@pytest.mark.parametrize(
    ("command", "actions"),
    [
        (c.Back(), "exit_review enter_draft"),
        (c.Restart(), "exit_review enter_draft"),
        (c.Undo(), ""),
    ],
)
def test_repairs_leave_and_enter_too(walk: Any, nested: Flow, command: Any, actions: str) -> None:
    """But for undo, which puts back what actions wrote."""
    here = walk(nested)(text="x")
    assert ran(here, command) == actions


def test_several_moves_in_one_step_run_their_actions_in_turn(walk: Any, nested: Flow) -> None:
    """The leaf's rules before those of its group."""
    here = walk(nested)
    assert ran(here, text="x", score=5, topic="y") == (
        "exit_draft submit enter_review exit_review exit_plan enter_end"
    )
    assert here.moves == ["plan/draft -> plan/review", "plan/review -> end"]
    assert here.context.finished_because == "completed"


def test_the_groups_rules_come_after_the_leafs(walk: Any, nested: Flow) -> None:
    """Both hold here; the leaf's is taken, and the group's not tried."""
    here = walk(nested)(text="x", score=1, topic="y")
    assert here.moves[:2] == ["plan/draft -> plan/review", "plan/review -> plan/draft"]
    tried = [(x.owner, x.outcome) for x in here.decision.candidates if x.stage == "plan/review"]
    assert tried == [("plan/review", "taken"), ("plan", "not_tried")]


def test_a_group_remembers_where_it_was_left(walk: Any, nested: Flow) -> None:
    """'plan/$history' leads to that leaf."""
    here = walk(nested)(text="x")(fire("leave"))
    assert (here.stage, here(fire("rejoin")).moves) == ("aside", ["aside -> plan/review"])


def test_a_rule_that_forgets_clears_answers_before_the_enter_actions(
    walk: Any, nested: Flow
) -> None:
    """What was asked stays counted."""
    here = walk(nested)(text="x")(score=1)
    assert (here.stage, here.known()) == ("plan/draft", {})


def test_a_history_without_memory_is_passed_over(walk: Any) -> None:
    """The next rule that holds is taken, and what comes after that is not tried."""
    rules = [
        {"to": "$history", "when": "progress >= 0"},
        {"to": "b", "when": "turns_in_stage >= 0"},
        {"to": "c", "when": "progress < 2"},
    ]
    here = walk(a={"next": rules}, b={"final": True}, c={"final": True})
    outcomes = [(tried.rule, tried.outcome) for tried in here.decision.candidates]
    assert outcomes == [(2, "taken"), (3, "not_tried")]


def test_callbacks_are_never_looked_up_by_name() -> None:
    """The stock machine would import 'os.getcwd' and call it."""
    machine = StrictMachine(model=None, states=["a", "b"], initial="a", send_event=True)
    machine.add_transition("go", "a", "b", before="os.getcwd")
    model = type("Model", (), {"state": "a"})()
    with pytest.raises(FlowError, match=r"callback 'os\.getcwd' is a name"):
        machine.events["go"].trigger(model)
    assert model.state == "a"


def test_the_machine_has_no_door_but_the_rules(grow: Flow) -> None:
    """No automatic transitions, and none for a place it does not know."""
    machine = grow.engine.machine._machine
    assert set(machine.events) == {"settle", "on_pause", "on_resume"}
    assert not machine.models
    walker = Walker(grow, grow.begin().context)
    walker.state = "done"
    with pytest.raises(MachineError):
        machine.events["settle"].trigger(walker)


@pytest.mark.parametrize(
    ("leaf", "moves"), [("goal", 4), ("will", 1), ("done", 0), ("paused", None)]
)
def test_distances_count_the_moves_to_an_end(grow: Flow, leaf: str, moves: int | None) -> None:
    """Over rules without a trigger; a pause has none."""
    assert grow.engine.machine.distances.get(leaf) == moves


def wander(flow: Flow, orders: list[list[Any]]) -> list[Any]:
    context, seen = flow.begin("s", "u", None).context, []
    for commands in orders:
        context, decision = flow.step(context, commands)
        seen.append((decision, context.model_copy(update={"created_at": None, "updated_at": None})))
    return [(decision, context.model_dump()) for decision, context in seen]


def pick(seed: int, flow: Flow) -> list[list[Any]]:
    dice = random.Random(seed)
    values = ["run 10k", 3, 9, "a", ["a", "b"], "2026-06-01", "x y"]
    fields = list(flow.fields)
    some = [fire("pause"), fire("resume"), c.Back(), c.Undo(), c.Decline(field="measure")]
    some += [c.Set(field=f, value=v) for f in fields for v in values]
    return [dice.choices(some, k=3) for _ in range(40)]


def test_threads_that_share_a_machine_do_not_meet(grow: Flow) -> None:
    """Eight at a time walk as each would alone."""
    routes = [pick(seed, grow) for seed in range(16)]
    alone = [wander(grow, route) for route in routes]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda route: wander(grow, route), routes))
    assert together == alone
