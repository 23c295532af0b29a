"""The built-in flows: without a warning, complete, and worth talking to."""

import pytest

from coach.flows.check import check_flow
from coach.flows.load import load_flow, read_flow
from coach.library import find_flow, home, list_flows

BUILTIN = list(list_flows([home("states")]))


@pytest.mark.parametrize("name", BUILTIN)
def test_a_shipped_flow_has_no_findings(name: str):
    """Not even a warning, and the name of its file is its own."""
    path = find_flow(name, [home("states")])
    reading = read_flow(path.read_text(), str(path))
    assert reading.problems == ()
    assert reading.flow is not None
    assert reading.flow.name == name


@pytest.mark.parametrize("name", BUILTIN)
def test_every_rule_of_a_shipped_flow_says_why(name: str):
    """`why` prints it."""
    flow = load_flow(name)
    rules = [rule for stage in flow.places.values() for rule in stage.next]
    assert all(rule.because for rule in (*rules, *flow.anywhere))


@pytest.mark.parametrize("name", BUILTIN)
def test_whoever_is_stuck_in_a_shipped_flow_can_be_shown_an_example(name: str):
    """Free words are the hardest to find."""
    fields = load_flow(name).fields
    free = [key for key, field in fields.items() if field.type in ("text", "list")]  # type: ignore[attr-defined]
    assert [key for key in free if not fields[key].examples] == []


@pytest.mark.parametrize("name", BUILTIN)
def test_every_question_is_a_question_and_every_stage_has_a_purpose(name: str):
    """Questions are asked as written when there is no llm."""
    flow = load_flow(name)
    assert all("?" in field.ask for field in flow.fields.values())
    assert all(flow.places[leaf].purpose for leaf in flow.leaves)


@pytest.mark.parametrize("name", BUILTIN)
def test_an_optional_field_may_be_declined_wherever_it_is_waited_for(name: str):
    """Else declining would leave the person standing."""
    flow = load_flow(name)
    guards = " ".join(r.when or "" for stage in flow.places.values() for r in stage.next)
    waited = [f for f, field in flow.fields.items() if field.optional and f"has({f})" in guards]
    assert waited
    assert all(f"has({field}) or declined({field})" in guards for field in waited)


def test_grow_goes_from_goal_to_a_committed_step():
    """Stages and fields as the method has them."""
    flow = load_flow("grow")
    assert flow.leaves == ("goal", "reality", "options", "will", "done", "paused")
    assert list(flow.fields) == [
        *("goal", "measure", "importance", "rating", "tried", "obstacle"),
        *("options", "chosen", "action", "due", "commitment"),
    ]
    assert flow.fields["rating"].depends_on == ("goal",)
    assert flow.places["will"].next[0].forget == ("chosen", "action", "due", "commitment")


def test_requirements_are_written_without_an_open_assumption():
    """And what is rejected at the end has to be answered again before it is written."""
    flow = load_flow("requirements")
    (leave,) = flow.places["assumptions"].next
    assert leave.when is not None
    assert leave.when.startswith("open_assumptions(0.8) == 0")
    assumed = [n for n, f in flow.fields.items() if f.confirm is not None or f.default is not None]
    assert assumed == ["audience", "scale", "platform"]
    assert all(
        f"has({name})" in leave.when for name in flow.written_from["spec"] if name != "needs"
    )


def test_requirements_end_with_a_sign_off():
    """Only a yes of its own leads to the end, and each line of the document can be changed."""
    flow = load_flow("requirements")
    ends = [r for stage in flow.places.values() for r in stage.next if r.to == "done"]
    assert [(rule.when, rule.approve) for rule in ends] == [("signed", ("spec",))]
    offered = flow.fields["change"].choices[:-1]  # type: ignore[attr-defined]
    assert offered == tuple(flow.labels[name] for name in flow.written_from["spec"])
    forgotten = [rule.forget[0] for rule in flow.places["revise"].next[1:]]
    assert forgotten == list(flow.written_from["spec"])


@pytest.mark.parametrize("name", BUILTIN)
def test_every_stage_can_be_paused(name: str):
    """And resumed where it was."""
    flow = load_flow(name)
    pause, resume = flow.anywhere
    assert (pause.trigger, pause.to, pause.origins) == ("pause", "paused", ())
    assert (resume.trigger, resume.to, resume.origins) == ("resume", "$history", ("paused",))


def test_general_templates_suffice():
    """A shipped flow needs no template of its own."""
    flows = map(load_flow, BUILTIN)
    assert [f for flow in flows for f in check_flow(flow, templates={"general"}.__contains__)] == []


@pytest.mark.parametrize("name", BUILTIN)
def test_every_field_has_words_for_a_person(name: str):
    """No name of a field is ever read aloud."""
    fields = load_flow(name).fields
    assert [key for key, field in fields.items() if field.label in (None, key)] == []
