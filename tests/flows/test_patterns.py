"""Repair: trigger, back, undo, restart, finish, small talk."""

from typing import Any

import pytest

from coach.flows.flow import Flow
from coach.vocabulary import commands as c

TEXT = {"type": "text", "ask": "?"}
BACK, UNDO = c.Back(), c.Undo()


# -- trigger -------------------------------------------------------------------------------


def test_a_trigger_fires_where_it_is_declared(walk: Any, grow: Flow) -> None:
    """And leads back by $history to where one was, with the same question."""
    here = walk(grow)(goal="run 10k")(c.Trigger(name="pause"))
    assert (here.stage, here.asks) == ("paused", None)
    assert here.decision.moves[0].trigger == "pause"
    here(c.Trigger(name="resume"))
    assert (here.stage, here.asks, here.context.asked["measure"]) == ("goal", "measure", 2)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("resume", "'resume' is not declared at 'goal'. Known: pause."),
        ("pauze", "'pauze' is not declared at 'goal'. Did you mean 'pause'?"),
    ],
)
def test_an_undeclared_trigger_is_refused(walk: Any, grow: Flow, name: str, reason: str) -> None:
    """With what is declared here."""
    assert walk(grow)(c.Trigger(name=name)).reasons == [reason]


def test_a_blocked_trigger_names_its_guards(walk: Any) -> None:
    """Those of every rule that was tried."""
    here = walk(
        a={
            "collect": {"x": TEXT, "n": {"type": "number", "ask": "?"}},
            "next": [
                {"to": "b", "trigger": "go", "when": "has(x) and n > 3"},
                {"to": "b", "trigger": "go", "when": "declined(x)"},
            ],
        },
        b={"final": True},
    )(c.Trigger(name="go"), n=5)
    assert here.reasons == ["'go' is blocked by has(x), n > 3, declined(x)"]
    assert here(c.Trigger(name="go")).reasons == ["'go' is blocked by has(x), declined(x)"]


def test_a_return_without_a_past_is_refused(walk: Any) -> None:
    """$history from where the session began leads nowhere."""
    script = {
        "flow": "f",
        "start": "a",
        "stages": {"a": {"next": [{"to": "b", "trigger": "go"}]}, "b": {"final": True}},
        "anywhere": [{"trigger": "rejoin", "to": "$history"}],
    }
    here = walk(script)(c.Trigger(name="rejoin"))
    assert here.reasons == ["'rejoin' has no earlier place to return to"]


def test_returning_keeps_the_way_back_of_where_one_returns_to(walk: Any) -> None:
    """From help to the pause, and from the pause to where it began: no ping-pong."""
    script = {
        "flow": "f",
        "start": "a",
        "stages": {"a": {}, "paused": {}, "help": {}, "end": {"final": True}},
        "anywhere": [
            {"trigger": "pause", "to": "paused"},
            {"trigger": "help", "to": "help"},
            {"trigger": "end", "to": "end"},
            {"trigger": "return", "from": ["paused", "help"], "to": "$history"},
        ],
    }
    here = walk(script)
    names = ("pause", "help", "return", "return")
    places = [here(c.Trigger(name=name)).stage for name in names]
    assert places == ["paused", "help", "paused", "a"]


# -- back ----------------------------------------------------------------------------------


def test_back_returns_and_undoes_what_was_answered_since(will: Any) -> None:
    """The stage returned to asks anew."""
    will(action="b now")(BACK)
    assert (will.stage, will.asks) == ("options", "options")
    assert set(will.known()) == {"goal", "importance", "rating", "obstacle"}
    assert will.decision.events == ("went back to options",)
    assert [move.kind for move in will.decision.moves] == ["back"]


def test_back_twice_goes_two_stages_back(will: Any) -> None:
    """One visit at a time."""
    assert [will(BACK).stage for _ in range(3)] == ["options", "reality", "goal"]
    assert will.context.answers == {}
    assert [visit.stage for visit in will.context.visits] == ["goal"]


def test_back_is_right_in_loops(will: Any) -> None:
    """Low commitment led back to the options; back again leads to the visit before."""
    will(action="b now", due="2026-06-01")(commitment=4)
    assert (will.stage, will.known()["options"]) == ("options", ["a", "b"])
    will(chosen="a")(BACK)
    assert (will.stage, will.asks, will.known()["options"]) == ("options", "chosen", ["a", "b"])
    will(BACK)
    assert (will.stage, will.asks, will.known()["chosen"]) == ("will", "action", "b")
    assert will(BACK).asks == "options"


def test_back_after_a_correction_restores_what_was_there_before(will: Any) -> None:
    """The correction belongs to the visit it was made in."""
    will(c.Correct(field="importance", value=3))(BACK)
    assert (will.stage, will.known()["importance"]) == ("options", 9)


def test_back_to_a_named_stage(will: Any) -> None:
    """By its name, undoing all the visits between."""
    will(c.Back(to="goal"))
    assert (will.stage, will.asks, will.known()) == ("goal", "goal", {})


def test_back_to_a_nested_stage_by_its_last_name(walk: Any, nested: Flow) -> None:
    """'draft' is 'plan/draft'."""
    here = walk(nested)(text="x")
    assert here.stage == "plan/review"
    assert here(c.Back(to="draft")).stage == "plan/draft"


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        (None, "there is no earlier stage."),
        ("goal", "there is no earlier stage 'goal'."),
        ("nowhere", "there is no earlier stage 'nowhere'."),
    ],
)
def test_back_is_refused_at_the_start(walk: Any, grow: Flow, to: str | None, reason: str) -> None:
    """There is nothing to go back to."""
    assert walk(grow)(c.Back(to=to)).reasons == [reason]


def test_back_to_an_unknown_stage_is_refused_with_a_hint(will: Any) -> None:
    """Among those that were visited."""
    hint = "there is no earlier stage 'realty'. Did you mean 'reality'?"
    assert will(c.Back(to="realty")).reasons == [hint]


def test_back_skips_stages_that_ask_nothing(walk: Any) -> None:
    """One would only be sent forward again from there."""
    here = walk(
        a={"collect": {"x": TEXT}, "next": [{"to": "pass", "when": "has(x)"}]},
        **{"pass": {"next": [{"to": "b", "when": "has(x)"}]}},
        b={"collect": {"y": TEXT}, "next": [{"to": "end", "when": "has(y)"}]},
        end={"final": True},
    )(x="1")
    assert (here.stage, here(BACK).stage, here.asks) == ("b", "a", "x")


def test_back_gives_up_what_was_believed_since(walk: Any, grow: Flow) -> None:
    """And doubts again what was doubtful when the visit began."""
    here = walk(grow)(c.Set(field="obstacle", value="no time", confidence=0.5))
    here(c.Decline(field="measure"), goal="run 10k", importance=9)
    assert here.stage == "reality"
    here(rating=4)(c.Set(field="obstacle", value="rain", confidence=0.6))(c.Confirm(what="a2"))
    assert here(BACK).stage == "reality"
    assert here.known()["obstacle"] == "no time"
    assert here.context.get_unconfirmed_assumptions()[0].value == "no time"


def test_after_back_no_rule_moves_on_by_itself(walk: Any) -> None:
    """Where one has returned to, one stays until the next message."""
    here = walk(
        a={"collect": {"x": TEXT | {"optional": True}}, "next": [{"to": "b", "when": "has(x)"}]},
        b={"collect": {"y": TEXT}, "next": [{"to": "c", "when": "has(y)"}]},
        c={"final": True},
    )(x="1")(BACK)
    assert (here.stage, here.decision.candidates) == ("a", ())


def test_what_is_said_with_back_moves_on(will: Any) -> None:
    """'Go back, I choose a': one is where the new answer leads."""
    will(BACK, options=["a", "b"], chosen="a")
    assert will.moves == ["will -> options", "options -> will"]
    assert will.known()["chosen"] == "a"


# -- undo ----------------------------------------------------------------------------------


def test_undo_takes_the_last_turn_back_whole(will: Any) -> None:
    """Answers, stage and question are as they were; what is spent stays spent."""
    before = will.past[-2]
    will(UNDO)
    assert will.decision.events == ("undid the last turn",)
    assert [move.kind for move in will.decision.moves] == ["undo"]
    assert (will.stage, will.asks) == (before.stage, before.asks)
    assert will.context.answers == before.answers
    assert (will.context.turns, will.context.revision, will.context.messages) == (4, 4, 4)


def test_undo_goes_back_turn_by_turn(will: Any) -> None:
    """To the very start, and no further."""
    stages = [will(UNDO).stage for _ in range(3)]
    assert stages == ["options", "reality", "goal"]
    assert will.context.answers == {}
    assert will(UNDO).reasons == ["there is nothing to undo"]


def test_undo_several_times_in_one_turn(will: Any) -> None:
    """Each takes one more back."""
    assert will(UNDO, UNDO).stage == "reality"
    assert will(UNDO).stage == "goal"


def test_undo_takes_a_correction_back(will: Any) -> None:
    """What was stale is not, and one stands where one stood."""
    before = will.context
    will(c.Correct(field="goal", value="swim far"))(UNDO)
    assert (will.stage, will.context.answers) == ("will", before.answers)


def test_undo_takes_back_and_restart_back(will: Any) -> None:
    """Whatever the last turn did."""
    before = will.context
    for command in (BACK, c.Restart(), c.Trigger(name="pause")):
        will(command)(UNDO)
        assert (will.stage, will.context.answers) == ("will", before.answers)
        assert will.context.visits == before.visits


def test_a_turn_after_undo_can_be_undone(will: Any) -> None:
    """The chain goes on from where it was taken up."""
    will(UNDO)(options=["x", "y"])
    assert will(UNDO).known().get("options") is None
    assert will(UNDO).stage == "reality"


def test_what_is_said_with_an_undo_can_be_undone(walk: Any, grow: Flow) -> None:
    """'No, undo that: swim far' is a turn of its own."""
    here = walk(grow)(goal="run 10k")(UNDO, goal="swim far")
    assert here.known() == {"goal": "swim far"}
    assert here(UNDO).known() == {"goal": "run 10k"}


def test_undo_restores_metadata_and_assumptions(walk: Any, nested: Flow) -> None:
    """What actions wrote is taken back with the turn."""
    here = walk(nested)(c.Assume(content="x"))
    ran = list(here.context.metadata["ran"])
    here(text="y")(UNDO)(UNDO)
    assert here.context.metadata["ran"] == ran
    assert here.context.assumptions == {}


# -- restart, finish, small talk, and what is not there yet ----------------------------------


def test_restart_begins_the_flow_anew(will: Any) -> None:
    """Answers, counts, visits and beliefs are gone; turns are spent."""
    will(c.Assume(content="x"))(c.Restart())
    assert (will.stage, will.asks, will.context.progress) == ("goal", "goal", 0.0)
    assert (will.context.answers, will.context.asked) == ({}, {"goal": 1})
    assert [visit.stage for visit in will.context.visits] == ["goal"]
    assert will.context.get_unconfirmed_assumptions() == []
    assert (will.context.turns, will.decision.events) == (5, ("restarted",))


def test_restart_passes_through_what_asks_nothing(walk: Any) -> None:
    """As a new session does."""
    here = walk(
        hello={"next": [{"to": "a"}]},
        a={"collect": {"x": TEXT}, "next": [{"to": "end", "when": "has(x)"}]},
        end={"final": True},
    )
    assert (here.stage, here(c.Restart()).stage, here.asks) == ("a", "a", "x")


def test_finish_ends_the_session_with_a_reason(will: Any) -> None:
    """Where it stands."""
    will(c.Finish(reason="dinner"))
    assert (will.stage, will.context.finished, will.context.finished_because) == (
        "will",
        True,
        "dinner",
    )
    assert (will.asks, will.context.progress, will.decision.events) == (None, 1.0, ("finished",))


@pytest.mark.parametrize(
    "command",
    [
        c.Set(field="goal", value="run 10k"),
        c.Undo(),
        c.Back(),
        c.Restart(),
        c.Trigger(name="pause"),
        c.Finish(),
        c.Note(artifact="plan"),
    ],
)
def test_a_finished_session_refuses_everything(will: Any, command: Any) -> None:
    """Thanks afterwards change nothing."""
    before = will(c.Finish()).context
    will(command, c.SayNothing())
    assert will.reasons == ["the session is finished; a new one begins where it ended"]
    assert (will.context.answers, will.context.stage) == (before.answers, before.stage)
    assert will.context.finished


def test_small_talk_changes_nothing(will: Any) -> None:
    """The question stands, and is not counted as put again."""
    before = will.context
    will(c.SayNothing())
    assert (will.stage, will.asks, will.context.asked) == ("will", "action", before.asked)
    assert will.context.answers == before.answers
