"""The walker: visits, resume points, and what an action may leave behind."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.errors import ActionError
from coach.flows.flow import Flow
from coach.flows.registry import Registry
from coach.flows.walker import MAX_VISITS
from coach.record.answer import Answer
from coach.vocabulary import commands as c

SCRIPT: dict[str, Any] = {
    "flow": "f",
    "start": "a",
    "stages": {
        "a": {
            "collect": {
                "goal": {"type": "text", "ask": "?", "min_words": 2},
                "ways": {"type": "list", "ask": "?"},
                "way": {"type": "choice", "from": "ways", "ask": "?"},
                "level": {"type": "rating", "ask": "?"},
            },
            "next": [
                {"to": "b", "trigger": "go", "do": "act", "forget": "ways"},
                {"to": "b", "trigger": "keep", "do": "act"},
            ],
        },
        "b": {"next": [{"to": "a", "trigger": "return"}]},
        "end": {"final": True},
    },
    "anywhere": [{"trigger": "end", "to": "end"}],
}
GO = c.Trigger(name="go")


@pytest.fixture
def acting(walk: Any) -> Callable[[Any], Any]:
    """A walk whose trigger 'go' runs the given action."""
    return lambda act: walk(SCRIPT, Registry(actions={"act": act}))


def broken(context: Any) -> None:
    context.metadata["half"] = True
    raise LookupError("no such friend")


WRONG: list[tuple[Callable[[Any], Any], str]] = [
    (broken, "action 'act' (rule 1 of 'a') raised LookupError: no such friend"),
    (lambda x: x.add_assumption(" "), "raised InvalidValue: an assumption needs words"),
    (lambda x: x.set("gaol", "run 10k"), "unknown field 'gaol'. Did you mean 'goal'?"),
    (lambda x: x.set("goal", "run"), "goal takes text of at least 2 words, not 1 word"),
    (lambda x: x.set("level", 11), "level takes a number from 0 to 10, not 11"),
    (lambda x: x.set("way", "fly"), "way is chosen from ways, which is missing"),
    (lambda x: x.answers.update(goal="run 10k"), "answers.goal"),
    (lambda x: x.answers.update(goal=Answer(field="level", value=3)), "says it is to 'level'"),
    (lambda x: x.metadata.update(score=float("nan")), "metadata.score is nan"),
    (lambda x: x.metadata.update(friends={"Ann"}), "metadata.friends is a set"),
    (lambda x: x.metadata.update(__class__="x"), "metadata has the key '__class__'"),
    (lambda x: x.asked.update(goal="often"), "changed asked"),
    (lambda x: setattr(x, "stage", "end"), "action 'act' (rule 1 of 'a') changed stage"),
    (lambda x: setattr(x, "revision", 9), "changed revision"),
    (lambda x: setattr(x, "mood", "good"), "mood"),
    (lambda x: setattr(x, "summary", 5), "summary"),
]


@pytest.mark.parametrize(("act", "says"), WRONG, ids=[says[-30:] for _, says in WRONG])
def test_an_action_that_fails_or_leaves_nonsense_voids_the_step(
    acting: Any, act: Callable[[Any], Any], says: str
) -> None:
    """With an ActionError, and without a trace."""
    here = acting(act)(goal="run 10k", ways=["walk", "run"])
    before = here.context.to_dict()
    with pytest.raises(ActionError) as error:
        here(c.Set(field="level", value=5), GO)
    assert says in str(error.value)
    assert here.context.to_dict() == before


def test_an_action_may_answer_and_note(acting: Any) -> None:
    """Answers take their normal form, and metadata becomes plain data."""

    def act(context: Any) -> None:
        context.set("goal", " run 10k ")
        context.set("level", 7.0)
        context.metadata["seen"] = ("a\0", 1)

    here = acting(act)(GO)
    assert json.dumps(here.known()) == '{"goal": "run 10k", "level": 7}'
    assert here.context.answers["goal"].source == "default"
    assert here.context.metadata == {"seen": ["a", 1]}


def test_an_action_is_not_blamed_for_what_others_left(acting: Any) -> None:
    """The list behind a choice was forgotten by the rule, not by the action."""
    here = acting(lambda context: None)(ways=["walk", "run"])(way="run")(GO)
    assert (here.stage, here.known()) == ("b", {"way": "run"})


def test_an_action_cannot_reach_into_the_context_before(acting: Any) -> None:
    """Lists are handed out as copies."""
    here = acting(lambda context: context.value("ways").append("fly"))(ways=["walk", "run"])
    before = here.context.to_dict()
    old = here.context
    here(c.Trigger(name="keep"))
    assert old.to_dict() == before


@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_an_action_that_raises_on_its_nth_call_leaves_no_trace(
    walk: Any, orders: Any, nested: Flow, data: st.DataObject
) -> None:
    """For every n, and whatever was asked of the engine."""
    calls = {"left": -1}

    def fragile(act: Any) -> Any:
        def run(context: Any) -> None:
            calls["left"] -= 1
            if calls["left"] == 0:
                raise OSError("full")
            act(context)

        return run

    actions = {name: fragile(act) for name, act in nested.registry.actions.items()}
    flow = nested.using(Registry(actions=actions))
    here = walk(flow)
    for commands in data.draw(st.lists(orders(flow), min_size=1, max_size=4)):
        before, old = here.context.to_dict(), here.context
        for n in range(1, 9):
            calls["left"] = n
            with suppress(ActionError):
                flow.step(old, commands)
            assert old.to_dict() == before
        calls["left"] = -1
        here(*commands)


def test_visits_say_where_one_has_been(will: Any) -> None:
    """Each with the turn that entered it, and what was there before its answers."""
    visits = will.context.visits
    stages = [("goal", 0), ("reality", 1), ("options", 2), ("will", 3)]
    assert [(visit.stage, visit.revision) for visit in visits] == stages
    assert visits[1].before == {"rating": None, "obstacle": None}


def test_visits_are_bounded(walk: Any, nested: Flow) -> None:
    """The oldest are let go."""
    here = walk(nested)
    for _ in range(MAX_VISITS + 5):
        here(c.Trigger(name="again"))
    assert len(here.context.visits) == MAX_VISITS


def test_turns_are_counted_per_stage_and_in_all(walk: Any, grow: Flow) -> None:
    """A new stage begins at 0."""
    here = walk(grow)()()(c.Decline(field="measure"), goal="run 10k", importance=9)
    assert (here.context.turns, here.context.turns_in_stage) == (3, 0)
    assert here().context.turns_in_stage == 1
