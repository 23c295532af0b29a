"""Imagined moments: what templates are tried on."""

import pytest

from coach.checks.imagined import HOSTILE, MOMENTS, Moment
from coach.flows.flow import Flow
from coach.flows.load import parse_flow
from coach.prompting.view import PromptView

EVERY = """\
flow: every
start: a
stages:
  a:
    collect:
      text: {type: text, ask: Q, min_words: 4}
      short: {type: text, ask: Q, max_words: 1}
      number: {type: number, ask: Q, minimum: 100}
      low: {type: number, ask: Q, maximum: -5}
      rating: {type: rating, ask: Q, lowest: 1}
      yesno: {type: yesno, ask: Q}
      choice: {type: choice, choices: [red, blue], ask: Q}
      date: {type: date, ask: Q, future: true}
      list: {type: list, ask: Q, at_least: 3}
      numbers: {type: list, of: number, ask: Q, at_least: 2}
      email: {type: email, ask: Q}
      pick: {type: choice, from: list, ask: Q}
    next: [{to: z, when: has(text)}]
  z: {final: true}
"""


def moment(flow: Flow, leaf: str, *sure: str) -> Moment:
    return Moment(flow=flow, leaf=leaf, sure=sure)


def seen(name: str, of: Moment) -> PromptView:
    return next(view for words, view in MOMENTS.items() if name in words)(of)


def test_every_type_of_field_gets_an_answer():
    """Within its limits."""
    flow = parse_flow(EVERY)
    answers = seen("every answer", moment(flow, "a")).answers
    assert set(answers) == set(flow.fields)


@pytest.mark.parametrize("leaf", ["goal", "options", "paused", "done"])
@pytest.mark.parametrize("name", MOMENTS)
def test_a_moment_can_be_seen_at_every_stage(grow: Flow, name: str, leaf: str):
    """A final stage is finished, and asks nothing."""
    view = MOMENTS[name](moment(grow, leaf, "goal"))
    assert view.stage.path == leaf
    assert "goal" in view.answers
    assert view.finished == (leaf == "done" or "ended" in name)
    assert view.question is None or not view.finished or "assumptions" in name


def test_between_them_they_fill_every_part_of_a_view(grow: Flow):
    """What no moment shows, no template is tried on."""
    views = [view(moment(grow, leaf)) for view in MOMENTS.values() for leaf in ("goal", "paused")]
    rare = {"more_assumptions", "offers_close", "waits_for", "asks_back", "turns_left", "progress"}
    rare |= {"fields", "triggers", "earlier", "asks_about"}  # of a page for hearing alone
    rare |= {"most_words"}  # and of one for summing up
    for name in PromptView.model_fields.keys() - rare:
        assert any(getattr(view, name) for view in views), name


def test_in_a_turn_with_everything_everything_was_heard(grow: Flow):
    """In every way there is, with trouble and with events."""
    view = seen("everything in it", moment(grow, "goal"))
    kinds = {thing.kind for thing in view.heard}
    assert kinds == {"set", "correct", "confirm", "reject", "decline", "assume"}
    assert view.problems
    assert view.moved


def test_hostile_words_are_everywhere_a_person_writes(grow: Flow):
    """In answers, assumptions, messages and the summary."""
    view = seen("hostile", moment(grow, "goal"))
    assert view.answers["goal"] == HOSTILE.strip()
    assert HOSTILE in {view.message, view.summary}
    assert {said.content for said in view.history} == {HOSTILE}
    assert view.assumptions[0].content == HOSTILE


def test_no_action_runs():
    """A moment is imagined, not lived."""
    ran = []
    text = EVERY.replace("  a:\n", "  a:\n    enter: [note]\n")
    from coach.flows.registry import Registry

    flow = parse_flow(text, registry=Registry(actions={"note": ran.append}))
    for view in MOMENTS.values():
        view(moment(flow, "a"))
    assert ran == []
