"""Questions: what is asked next, how often, and what happens when no answer comes."""

from typing import Any

import pytest

from coach.flows.flow import Flow
from coach.flows.questions import choices_of, label, label_of
from coach.vocabulary import commands as c

TEXT = {"type": "text", "ask": "?"}
BAD = c.Set(field="n", value="many")


def sure(field: str, value: Any, confidence: float) -> c.Set:
    return c.Set(field=field, value=value, confidence=confidence)


def test_questions_come_in_the_order_of_the_stage(walk: Any) -> None:
    """Each once, as long as it is missing."""
    here = walk(a={"collect": {"x": TEXT, "y": TEXT, "z": TEXT}})
    assert [here.asks, here(x="1").asks, here(z="3").asks, here(y="2").asks] == [
        "x",
        "y",
        "y",
        None,
    ]
    assert here.context.asked == {"x": 1, "y": 1}


def test_the_fields_of_groups_are_asked_first(walk: Any, nested: Flow) -> None:
    """From the outermost group inwards."""
    here = walk(nested)
    assert (here.asks, here(topic="x").asks) == ("topic", "text")


def test_a_choice_waits_for_its_list(walk: Any) -> None:
    """There is nothing to choose from before."""
    ways = {"type": "list", "ask": "?"}
    here = walk(
        a={"collect": {"way": {"type": "choice", "from": "ways", "ask": "?"}, "ways": ways}}
    )
    assert (here.asks, here(ways=["a", "b"]).asks) == ("ways", "way")
    field = here.flow.fields["way"]
    assert choices_of(field, here.context) == ("a", "b")
    assert here.flow.situation(here.context).choices == ("a", "b")


def test_doubtful_answers_are_asked_about_after_the_missing_ones(walk: Any) -> None:
    """In the order of the stage."""
    doubted = TEXT | {"confirm": "below 0.8"}
    here = walk(a={"collect": {"x": doubted, "y": doubted, "z": TEXT}})
    here(sure("y", "1", 0.5), sure("x", "2", 0.7))
    assert (here.asks, here.context.asks_about) == ("z", None)
    here(z="3")
    assert (here.asks, here.context.asks_about) == ("x", "a2")
    assert here.flow.situation(here.context).proposal == "x: 2"
    here(c.Confirm(what="x"))
    assert (here.asks, here.context.asks_about) == ("y", "a1")
    assert here(c.Confirm(what="a1")).asks is None


def test_a_stage_confirms_what_is_believed_lowest_confidence_first(walk: Any) -> None:
    """Those below its threshold, whatever they are about."""
    here = walk(a={"confirm": "below 0.8", "collect": {"x": TEXT}})
    here(x="1")(
        c.Assume(content="evenings", confidence=0.7, related_to="x"),
        c.Assume(content="weekends", confidence=0.3),
        c.Assume(content="mornings", confidence=0.8),
    )
    assert (here.asks, here.context.asks_about) == (None, "a2")
    here(c.Reject(what="a2"))
    assert (here.asks, here.context.asks_about) == ("x", "a1")
    here(c.Confirm(what="a1"))
    assert here.context.asks_about is None
    assert here.context.assumptions["a3"].open


def test_a_doubtful_answer_without_an_assumption_hides_no_other(walk: Any) -> None:
    """An action may leave one; the next doubtful answer is asked about all the same."""
    doubted = TEXT | {"confirm": "always"}
    here = walk(a={"collect": {"x": doubted, "y": doubted}})(x="1", y="2")
    here.context.supersede("a1")
    assert here(c.SayNothing()).context.asks_about == "a2"


@pytest.mark.parametrize(("limits", "asked"), [({}, 2), ({"max_asks": 2}, 3)])
def test_an_optional_question_lapses(walk: Any, limits: dict[str, Any], asked: int) -> None:
    """When it was put more often than its patience, and still no answer could be taken."""
    number = {"type": "number", "ask": "?", "optional": True} | limits
    here = walk(a={"collect": {"n": number, "x": TEXT}})
    for _ in range(asked - 1):
        assert here(BAD).asks == "n"
    assert here(BAD).asks == "x"
    assert (here.context.declined("n"), here.context.asked["n"]) == (True, asked)
    assert here.decision.events == ("skipped n",)


def test_a_question_about_a_forgotten_answer_has_its_patience_anew(walk: Any) -> None:
    """One answer that could not be taken does not leave open what was answered before."""
    number = {"type": "number", "ask": "?", "optional": True}
    again = {"to": "a", "trigger": "again", "forget": "n"}
    on = {"to": "b", "when": "has(n)"}
    here = walk(a={"collect": {"n": number}, "next": [on]}, b={"next": [again]})
    here(n=3)(c.Trigger(name="again"))
    assert here(BAD).asks == "n"
    assert here(BAD).context.declined("n")


def test_a_question_is_counted_each_time_it_is_put(walk: Any) -> None:
    """After a refusal and after a return; not after small talk or another answer."""
    here = walk(a={"collect": {"n": {"type": "number", "ask": "?"}, "x": TEXT}})
    counts = [here(order).context.asked["n"] for order in (BAD, c.SayNothing(), BAD)]
    assert counts == [2, 2, 3]
    assert here(x="1").context.asked == {"n": 3}


def test_a_question_put_again_on_entering_is_counted_and_does_not_lapse(
    walk: Any, nested: Flow
) -> None:
    """It lapses when an answer could not be taken, not when one comes back or talks."""
    here = walk(nested)(topic="x")
    for count in (2, 3):
        assert here(c.Trigger(name="again")).context.asked["text"] == count
    assert here(c.SayNothing()).asks == "text"


def test_a_group_may_confirm_more_than_its_stage(walk: Any) -> None:
    """The highest threshold counts."""
    stages = {"b": {"confirm": "below 0.5"}}
    here = walk(a={"confirm": "below 0.8", "stages": stages})
    assert here(c.Assume(content="x", confidence=0.6)).context.asks_about == "a1"


def test_asked_survives_forgetting(will: Any) -> None:
    """So that a rule can stop a loop."""
    for round_ in (1, 2):
        will(action="b now", due="2026-06-01")
        assert will.context.asked["commitment"] == round_
        will(commitment=4)
        assert (will.stage, will.asks) == ("options", "chosen")
        will(chosen="a")
    will(action="b now", due="2026-06-01")(commitment=4)
    assert will.stage == "done"


STUCK = {
    "a": {
        "stages": {
            "b": {"collect": {"n": {"type": "number", "ask": "?", "max_asks": 2}}},
            "c": {},
        },
        "on_stuck": "help",
        "next": [{"to": "end", "when": "has(n)"}],
    },
    "help": {"collect": {"x": TEXT}, "next": [{"to": "end", "when": "has(x)"}]},
    "end": {"final": True},
    "spare": {},
}
ANYWHERE = [{"trigger": "c", "to": "a/c"}, {"trigger": "spare", "to": "spare"}]


@pytest.fixture
def stuck(walk: Any) -> Any:
    return walk({"flow": "f", "start": "a", "stages": STUCK, "anywhere": ANYWHERE})


def test_who_is_stuck_is_led_elsewhere(stuck: Any) -> None:
    """After `max_asks` questions without an answer, to `on_stuck` of the stage or its group."""
    assert stuck(BAD).stage == "a/b"
    stuck(BAD)
    assert (stuck.stage, stuck.asks) == ("help", "x")
    assert [(str(m), m.kind, m.because) for m in stuck.decision.moves] == [
        ("a/b -> help", "stuck", "no answer to n")
    ]


def test_who_talks_of_other_things_is_not_stuck(stuck: Any) -> None:
    """Nor is who answers after all."""
    stuck(BAD)(c.SayNothing())(c.SayNothing())
    assert stuck.stage == "a/b"
    assert stuck(n=3).stage == "end"


def test_who_ends_the_session_is_not_led_elsewhere(stuck: Any) -> None:
    """Even after a last answer that could not be taken."""
    stuck(BAD)(BAD, c.Finish())
    assert (stuck.stage, stuck.moves, stuck.context.finished) == ("a/b", [], True)


def test_a_name_reads_as_words() -> None:
    """'budget_note' is 'budget note'."""
    assert label("budget_note") == "budget note"


def test_a_field_may_have_words_of_its_own() -> None:
    """For whoever reads of it: in refusals and in what is believed."""
    size = {"type": "rating", "ask": "?", "label": "how big it is", "confirm": "always"}
    collect = {"size": size, "the_kind": {"type": "text", "ask": "?"}}
    flow = Flow.model_validate({"flow": "x", "start": "a", "stages": {"a": {"collect": collect}}})
    assert [label_of(flow, name) for name in flow.fields] == ["how big it is", "the kind"]
    step = flow.begin()
    refused = flow.step(step.context, [c.Set(field="size", value=11)]).decision.rulings[0]
    assert refused.reason == "how big it is takes a number from 0 to 10, not 11"
    (belief,) = flow.step(step.context, [c.Set(field="size", value=4)]).context.assumptions.values()
    assert belief.content == "how big it is: 4"


def test_a_situation_says_what_could_be_asked_for(walk: Any, grow: Flow) -> None:
    """What can be corrected, chosen from, settled, gone back to and judged."""
    here = walk(grow)(goal="run 10k", importance=8, measure="a clock", options=["run", "swim"])
    here(c.Assume(content="evenings", confidence=0.3), c.Assume(content="mornings"))
    here.context.submit_artifact(here.context.add_artifact("plan", "words").id)
    found = here.flow.situation(here.context)
    assert found.answered == {"goal", "importance", "measure", "options"}
    assert found.offered == {"chosen": ("run", "swim")}
    assert found.believed == {"a1": "evenings", "a2": "mornings"}
    assert (found.earlier, found.put_forward) == (("goal",), ("plan",))


def test_of_many_assumptions_a_situation_holds_the_one_asked_about(walk: Any) -> None:
    """And twenty more, however many there are."""
    here = walk(a={"confirm": "below 0.8", "collect": {"x": TEXT}})
    here(x="1")(*(c.Assume(content=f"n{n}", confidence=0.7) for n in range(40)))
    here(c.Assume(content="sure", confidence=0.75))
    here.context.asks_about = "a41"
    believed = here.flow.situation(here.context).believed
    assert (next(iter(believed)), len(believed)) == ("a41", 21)
