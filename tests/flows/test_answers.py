"""Commands about what is known: set, correct, confirm, reject, decline, assume."""

from datetime import timedelta
from typing import Any

import pytest

from coach.flows.flow import Flow
from coach.vocabulary import commands as c
from coach.vocabulary.words import AnswerStatus, Source

TEXT = {"type": "text", "ask": "?"}


# -- set -----------------------------------------------------------------------------------


def test_any_field_of_the_flow_can_be_set_several_in_one_step(walk: Any, grow: Flow) -> None:
    """Not only the one being asked, nor only those of this stage."""
    here = walk(grow)(rating=4, goal=" run 10k ", importance=9.0)
    assert here.known() == {"rating": 4, "goal": "run 10k", "importance": 9}
    assert (here.stage, here.asks) == ("goal", "measure")


def test_an_answer_says_where_it_came_from(walk: Any, grow: Flow) -> None:
    """Its words, message, turn and confidence."""
    said = c.Set(field="goal", value="run 10k", confidence=0.9, quote="I want to run 10k")
    answer = walk(grow)()(said).context.answers["goal"]
    assert (answer.quote, answer.message, answer.revision) == ("I want to run 10k", 2, 2)
    assert (answer.confidence, answer.source) == (0.9, Source.USER_STATED)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("gaol", "x", "unknown field 'gaol'. Did you mean 'goal'?"),
        ("goal", "run", "goal takes text of at least 2 words, not 1 word"),
        ("importance", 11, "importance takes a number from 0 to 10, not 11"),
        ("chosen", "a", "chosen is chosen from options, which is missing"),
        ("due", "soon", "due takes a day, such as '1 June', 'next Friday' or '2026-06-01', not"),
    ],
)
def test_a_set_that_cannot_be_is_refused_with_a_reason(
    walk: Any, grow: Flow, field: str, value: Any, reason: str
) -> None:
    """The others of the same step are applied all the same."""
    here = walk(grow)(c.Set(field=field, value=value), measure="a race")
    assert here.known() == {"measure": "a race"}
    assert here.reasons[0].startswith(reason)


def test_setting_an_equal_value_again_is_no_correction(walk: Any, grow: Flow) -> None:
    """Nothing is stale, nothing moves, and what was settled stays settled."""
    here = walk(grow)(goal="run 10k", rating=4)
    before = here.context.answers["goal"]
    here(c.Set(field="goal", value=" run 10k", confidence=0.1))
    assert here.decision.events == here.decision.moves == ()
    assert here.context.answers["goal"] == before
    assert here.decision.rulings[0].reason == "goal stays as it was"


def test_setting_a_differing_value_is_a_correction(walk: Any, grow: Flow) -> None:
    """What depends on it is stale."""
    here = walk(grow)(goal="run 10k", rating=4)(goal="swim far")
    assert here.decision.events == ("corrected goal", "rating is stale")
    assert here.decision.rulings[0].reason == "replaced; stale now: rating"
    assert here.known() == {"goal": "swim far"}


def test_an_answer_below_its_threshold_waits_for_a_yes(walk: Any, grow: Flow) -> None:
    """It is held as an unconfirmed assumption about its field."""
    here = walk(grow)(c.Set(field="obstacle", value="no time", confidence=0.7))
    (belief,) = here.context.get_assumptions_for("obstacle")
    assert (belief.content, belief.value, belief.confidence) == (
        "obstacle: no time",
        "no time",
        0.7,
    )
    assert here.context.answers["obstacle"].status is AnswerStatus.UNCONFIRMED


@pytest.mark.parametrize(("confidence", "status"), [(0.79, "unconfirmed"), (0.8, "given")])
def test_a_threshold_is_a_lower_bound(
    walk: Any, grow: Flow, confidence: float, status: str
) -> None:
    """'below 0.8' leaves 0.8 in peace."""
    here = walk(grow)(c.Set(field="obstacle", value="rain", confidence=confidence))
    assert here.context.answers["obstacle"].status == status


def test_hearing_it_again_for_sure_settles_it(walk: Any, grow: Flow) -> None:
    """Said again, the assumption is confirmed; said otherwise, it is rejected."""
    here = walk(grow)(c.Set(field="obstacle", value="no time", confidence=0.7))(obstacle="no time")
    assert here.context.answers["obstacle"].status is AnswerStatus.GIVEN
    assert [a.status for a in here.context.assumptions.values()] == ["confirmed"]
    here = walk(grow)(c.Set(field="obstacle", value="no time", confidence=0.7))(obstacle="money")
    assert [a.status for a in here.context.assumptions.values()] == ["rejected"]


@pytest.mark.parametrize(
    ("day", "taken"), [("2026-05-01", True), ("2026-04-30", True), ("2026-04-29", False)]
)
def test_a_day_that_must_come_may_not_have_passed(walk: Any, day: str, taken: bool) -> None:
    """Today counts; at 8 in Greenwich the day before is still today in Honolulu."""
    here = walk(a={"collect": {"due": {"type": "date", "ask": "?", "future": True}}})(due=day)
    assert here.context.has("due") is taken
    if not taken:
        assert here.reasons[0].startswith("due takes a day that is still to come, such as")


def test_a_day_that_has_passed_since_stays(walk: Any) -> None:
    """Only what is said now is held against the clock."""
    here = walk(a={"collect": {"due": {"type": "date", "ask": "?", "future": True}}})
    here(due="2026-05-02")
    later = here.flow.step(
        here.context, [c.SayNothing()], here.context.updated_at + timedelta(days=9)
    )
    assert later.context.value("due") == "2026-05-02"


# -- correct -------------------------------------------------------------------------------


def test_a_correction_makes_all_that_depends_on_it_stale(walk: Any) -> None:
    """Through `depends_on`, and what depends on that in turn."""
    here = walk(
        a={
            "collect": {
                "x": TEXT,
                "y": TEXT | {"depends_on": ["x"]},
                "z": TEXT | {"depends_on": ["y"]},
                "w": TEXT,
            }
        }
    )(x="1", y="2", z="3", w="4")(c.Correct(field="x", value="5"))
    assert here.known() == {"x": "5", "w": "4"}
    assert here.decision.events == ("corrected x", "y is stale", "z is stale")
    assert here.asks == "y"


def test_what_was_believed_of_a_stale_answer_is_settled(walk: Any) -> None:
    """There is nothing left to say yes to."""
    y = TEXT | {"depends_on": ["x"], "confirm": "always"}
    here = walk(a={"collect": {"x": TEXT, "y": y}})(x="1", y="2")(x="3")
    assert [a.status for a in here.context.assumptions.values()] == ["superseded"]
    assert (here.asks, here.context.asks_about) == ("y", None)


@pytest.mark.parametrize(("options", "keeps"), [(["b", "c"], True), (["a", "c"], False)])
def test_a_choice_is_stale_when_its_list_no_longer_has_it(
    walk: Any, grow: Flow, options: list[str], keeps: bool
) -> None:
    """And stays when the new list has it."""
    here = walk(grow)(options=["a", "b"])(chosen="b")(c.Correct(field="options", value=options))
    assert here.context.has("chosen") is keeps


def test_a_correction_goes_back_to_what_is_open_and_walks_on(will: Any) -> None:
    """The stage that asks for a stale answer; then forward again as far as the rules hold."""
    will(c.Correct(field="goal", value="swim far"))
    assert will.moves == ["will -> goal", "goal -> reality"]
    assert (will.stage, will.asks) == ("reality", "rating")
    assert will(rating=5).moves == ["reality -> options", "options -> will"]


def test_a_correction_that_affects_nothing_moves_nothing(will: Any) -> None:
    """The way taken still holds."""
    will(c.Correct(field="importance", value=3))
    assert (will.stage, will.moves) == ("will", [])
    assert will.decision.events == ("corrected importance",)


def test_a_correction_that_breaks_a_rule_of_the_way_is_walked_again(walk: Any) -> None:
    """It leads where the rules lead now."""
    script = {
        "a": {
            "collect": {"n": {"type": "number", "ask": "?"}},
            "next": [{"to": "low", "when": "n < 5"}, {"to": "high", "when": "n >= 5"}],
        },
        "low": {"collect": {"why": TEXT}, "next": [{"to": "end", "trigger": "end"}]},
        "high": {"next": [{"to": "end", "trigger": "end"}]},
        "end": {"final": True},
    }
    here = walk(**script)(n=3)(c.Correct(field="n", value=7))
    assert here.moves == ["low -> a", "a -> high"]
    assert [move.kind for move in here.decision.moves] == ["revisit", "rule"]
    assert here.decision.moves[0].because == "n has changed"


def test_a_correction_in_a_loop_goes_back_to_the_last_visit(will: Any) -> None:
    """Not to the first: the round before stays as it was walked."""
    will(action="b now", due="2026-06-01")(commitment=4)(chosen="a")
    will(c.Correct(field="options", value=["c", "d"]))
    stages = [visit.stage for visit in will.context.visits]
    assert stages == ["goal", "reality", "options", "will", "options"]


def test_back_after_walking_again_undoes_to_before_the_first_answer(walk: Any) -> None:
    """The visits that a correction cut off are undone with the one that stayed."""
    rules = [{"to": "low", "when": "n < 5"}, {"to": "high", "when": "n >= 5"}]
    end = {"next": [{"to": "end", "trigger": "end"}]}
    script = {"a": {"collect": {"n": {"type": "number", "ask": "?"}}, "next": rules}}
    here = walk(**script, low=end, high=end, end={"final": True})(n=3)
    here(c.Correct(field="n", value=7))(c.Back())
    assert (here.stage, here.known()) == ("a", {})


def test_correcting_what_was_never_said_is_an_answer(walk: Any, grow: Flow) -> None:
    """No event of a correction."""
    here = walk(grow)(c.Correct(field="goal", value="run 10k"))
    assert here.known() == {"goal": "run 10k"}
    assert here.decision.events == ()


# -- confirm and reject --------------------------------------------------------------------


@pytest.mark.parametrize("what", ["a1", "obstacle"])
def test_confirming_settles_answer_and_assumption(walk: Any, grow: Flow, what: str) -> None:
    """By the assumption's id or by the field's name."""
    here = walk(grow)(c.Set(field="obstacle", value="no time", confidence=0.5))(
        c.Confirm(what=what)
    )
    assert here.context.answers["obstacle"].status is AnswerStatus.CONFIRMED
    assert here.context.assumptions["a1"].status == "confirmed"
    assert here.context.assumptions["a1"].settled_message == 2
    assert here.decision.events == ("confirmed obstacle",)


@pytest.mark.parametrize("what", ["a1", "obstacle"])
def test_rejecting_clears_answer_and_assumption(walk: Any, grow: Flow, what: str) -> None:
    """The field is asked again."""
    here = walk(grow)(c.Set(field="obstacle", value="no time", confidence=0.5))(c.Reject(what=what))
    assert "obstacle" not in here.context.answers
    assert here.context.assumptions["a1"].status == "rejected"
    assert here.decision.events == ("rejected obstacle",)


@pytest.mark.parametrize("kind", [c.Confirm, c.Reject])
@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("a1", "assumption 'a1' is already confirmed"),
        ("a22", "nothing open is called 'a22'. Did you mean 'a2'?"),
        ("measure", "nothing open is called 'measure'. Known: a2."),
    ],
)
def test_what_is_settled_or_unknown_is_refused(
    walk: Any, grow: Flow, kind: Any, what: str, reason: str
) -> None:
    """With its status, or a hint at what is open."""
    here = walk(grow)(c.Set(field="obstacle", value="no time", confidence=0.5))
    here(obstacle="no time")(c.Assume(content="evenings are free"))(kind(what=what))
    assert here.reasons == [reason]


def test_rejecting_an_answer_sends_back_to_the_stage_that_asks(will: Any) -> None:
    """The way since then rested on it."""
    will(c.Reject(what="goal"))
    assert (will.stage, will.asks) == ("goal", "goal")
    assert not will.context.has("rating")


def test_confirming_another_value_is_a_correction(walk: Any, grow: Flow) -> None:
    """What depends on the old one is stale; a proposal that the field refuses is refused."""
    here = walk(grow)(goal="run 10k", rating=4)
    here.context.add_assumption("goal: swim far", related_to="goal", value="swim far")
    here.context.add_assumption("goal: swim", related_to="goal", value="swim")
    here(c.Confirm(what="a1"))
    assert here.known() == {"goal": "swim far"}
    here(c.Confirm(what="a2"))
    assert here.reasons == ["goal takes text of at least 2 words, not 1 word"]


# -- decline and assume --------------------------------------------------------------------


def test_an_optional_field_may_be_declined(walk: Any, grow: Flow) -> None:
    """It counts as declined, not as an answer, and is asked no more."""
    here = walk(grow)(goal="run 10k")(c.Decline(field="measure"))
    assert (here.context.declined("measure"), here.context.has("measure")) == (True, False)
    assert here.asks == "importance"
    assert here.decision.events == ("skipped measure",)


@pytest.mark.parametrize(("default", "kept"), [("walk", ["walk"]), ([" a ", "b", "a"], ["a", "b"])])
def test_declining_takes_the_default_as_an_assumption(walk: Any, default: Any, kept: Any) -> None:
    """In its normal form, unconfirmed, at 0.5: the person has not said it."""
    ways = {"type": "list", "ask": "?", "default": default}
    here = walk(a={"collect": {"ways": ways}})(c.Decline(field="ways"))
    answer = here.context.answers["ways"]
    assert (answer.value, answer.confidence, answer.source) == (kept, 0.5, Source.DEFAULT)
    assert (here.asks, here.context.asks_about) == ("ways", "a1")


def test_a_default_that_is_no_choice_any_more_is_not_taken(walk: Any) -> None:
    """The list does not hold it."""
    fields = {
        "ways": {"type": "list", "ask": "?"},
        "way": {"type": "choice", "from": "ways", "ask": "?", "optional": True, "default": "fly"},
    }
    here = walk(a={"collect": fields})(ways=["run", "walk"])(c.Decline(field="way"))
    assert here.context.declined("way")


def test_a_required_field_is_needed(walk: Any, grow: Flow) -> None:
    """The refusal says what would be valid."""
    assert walk(grow)(c.Decline(field="importance")).reasons == [
        "importance is needed to go on: a number from 0 to 10"
    ]


def test_a_field_that_a_rule_expects_to_be_declined_can_be_once_patience_is_used_up(
    will: Any,
) -> None:
    """`declined(commitment)` stands in a rule, and it was asked three times."""
    will(action="b now", due="2026-06-01")
    for asked in (2, 3):
        assert will(c.Decline(field="commitment")).reasons
        assert will.context.asked["commitment"] == asked
    assert will(c.Decline(field="commitment")).stage == "done"


def test_patience_is_used_up_by_the_last_question(walk: Any) -> None:
    """Asked twice, and twice is what `max_asks` says."""
    n = {"type": "number", "ask": "?", "max_asks": 2}
    rule = {"to": "b", "when": "has(n) or declined(n)"}
    here = walk(a={"collect": {"n": n}, "next": [rule]}, b={"final": True})
    assert [here(c.Decline(field="n")).stage for _ in "ab"] == ["a", "b"]


def test_declining_what_others_rest_on_makes_them_stale(walk: Any) -> None:
    """The answer is gone, as in a correction."""
    fields = {"x": TEXT | {"optional": True}, "y": TEXT | {"depends_on": ["x"]}}
    here = walk(a={"collect": fields})(x="1", y="2")(c.Decline(field="x"))
    assert here.decision.events == ("skipped x", "y is stale")


def test_an_assumption_is_kept_unconfirmed(walk: Any, grow: Flow) -> None:
    """About a field or about nothing; without words it is refused."""
    here = walk(grow)(
        c.Assume(content="evenings are free", confidence=0.6, related_to="due"),
        c.Assume(content=" "),
    )
    (belief,) = here.context.get_unconfirmed_assumptions()
    assert (belief.content, belief.confidence, belief.source) == (
        "evenings are free",
        0.6,
        "inferred",
    )
    assert here.reasons == ["an assumption needs words"]


# -- assume a value ------------------------------------------------------------------------


def proposal(value: Any, field: str | None = "goal") -> c.Assume:
    return c.Assume(content=f"it is {value}", related_to=field, value=value)


def test_an_assumed_value_answers_nothing_until_it_is_confirmed(walk: Any, grow: Flow) -> None:
    """It is put to the person as a yes-or-no question about that field."""
    here = walk(grow)(proposal("run 10k"))
    assert (here.known(), here.asks, here.context.asks_about) == ({}, "goal", "a1")
    here(c.Confirm(what="a1"))
    assert (here.known(), here.asks) == ({"goal": "run 10k"}, "measure")


def test_an_assumed_value_that_is_rejected_is_not_proposed_again(walk: Any, grow: Flow) -> None:
    """The question is put plainly; another value may be proposed."""
    here = walk(grow)(proposal("run 10k"))(c.Reject(what="a1"))
    assert (here.asks, here.context.asks_about) == ("goal", None)
    here(proposal("run 10k"))
    assert here.reasons == ["that goal is 'run 10k' was rejected"]
    assert here(proposal("swim far")).context.asks_about == "a2"


def test_what_the_person_says_settles_what_was_assumed(walk: Any, grow: Flow) -> None:
    """Right or wrong."""
    here = walk(grow)(proposal("run 10k"))(goal="swim far")
    assert here.context.assumptions["a1"].rejected
    assert here.asks == "measure"


def test_a_newer_assumed_value_takes_the_place_of_the_older(walk: Any, grow: Flow) -> None:
    """One proposal a field; an unconfirmed answer keeps what it rests on."""
    here = walk(grow)(proposal("run 10k"))(proposal("swim far"))
    assert [a.content for a in here.context.get_unconfirmed_assumptions()] == ["it is swim far"]
    here(c.Set(field="obstacle", value="no time", confidence=0.5))(proposal("rain", "obstacle"))
    assert [a.value for a in here.context.get_assumptions_for("obstacle")] == ["no time", "rain"]
    assert all(a.open for a in here.context.get_assumptions_for("obstacle"))


def test_an_assumed_value_may_correct_what_was_answered(walk: Any, grow: Flow) -> None:
    """The answer stands until it is confirmed; the same value again is no news."""
    here = walk(grow)(goal="run 10k")(proposal("run 10k"))
    assert here.decision.rulings[0].reason == "goal stays as it was"
    here(proposal("swim far"))
    assert here.known() == {"goal": "run 10k"}
    assert here(c.Confirm(what="a1")).known() == {"goal": "swim far"}


def test_an_assumed_value_has_to_be_one(walk: Any, grow: Flow) -> None:
    """Of a field that takes it."""
    here = walk(grow)(proposal(14, "importance"), proposal(1, None), proposal(1, "gaol"))
    assert [reason[:44] for reason in here.reasons] == [
        "importance takes a number from 0 to 10, not ",
        "an assumed value needs the field that it wou",
        "unknown field 'gaol'. Did you mean 'goal'?",
    ]
