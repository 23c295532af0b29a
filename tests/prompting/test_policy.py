"""A policy: a deployment's word on the sections of any template."""

import pytest
from page_views import big_view, question, templates, view
from pydantic import ValidationError

from coach.prompting.policy import SectionPolicy, apply, section_name
from coach.prompting.prompt import render_page
from coach.prompting.section import RawMessage, RawSection, SectionSpec

BUILT_IN = templates()


def page(budget=2_000, seen=None, **policy):
    seen = big_view(believed=40) if seen is None else seen
    names = ["grow/reality.md.jinja"]
    return render_page(BUILT_IN, names, seen, budget, policy=SectionPolicy(**policy))


def message(role, *names, **settings):
    sections = [RawSection(spec=SectionSpec(name=n, **settings), text=n) for n in names]
    return RawMessage(role=role, sections=tuple(sections))


def names_of(messages):
    return [[section.spec.name for section in message.sections] for message in messages]


def test_an_empty_policy_changes_nothing():
    """Every section stays as its template has it."""
    assert page() == render_page(BUILT_IN, ["grow/reality.md.jinja"], big_view(believed=40))


@pytest.mark.parametrize(
    ("name", "known"),
    [("tool_history", "recent_tools"), ("assumptions", "unconfirmed_assumptions"), ("x", "x")],
)
def test_a_section_has_one_name_and_its_old_ones(name, known):
    """Other names are as they are, so that custom sections may be called anything."""
    assert section_name(name) == known


def test_priorities_are_overruled_by_name_or_alias():
    """The ledger shows what counted."""
    ledger = page(priorities={"assumptions": 7, "history": 99}).ledger
    assert ledger["unconfirmed_assumptions"].priority == 7
    assert ledger["history"].priority == 99


def test_who_gets_the_room_follows_the_policy():
    """The same tight page, with the order of the two turned round."""
    tight = {"budget": 700, "seen": big_view(believed=200)}
    before, after = page(**tight).ledger, page(priorities={"history": 99}, **tight).ledger
    assert after["history"].got > before["history"].got
    assert after["unconfirmed_assumptions"].got < before["unconfirmed_assumptions"].got


def test_a_cap_replaces_the_templates_own():
    """Also where it is below a section's minimum."""
    ledger = page(caps={"assumptions": 60, "rules": 30}).ledger
    assert ledger["unconfirmed_assumptions"].got <= 60
    assert "capped at 60" in ledger["unconfirmed_assumptions"].reason
    assert 0 < ledger["rules"].got <= 30


def test_what_is_always_there_is_there_before_the_rest():
    """With a cap, because a long one might not fit."""
    ledger = page(budget=400, always={"history"}, caps={"history": 80}).ledger
    assert ledger["history"].reason.startswith("always")
    assert ledger["history"].got


def test_an_excluded_section_is_gone_and_the_ledger_says_so():
    """It wants nothing, so it is not among the dropped."""
    prompt = page(exclude={"assumptions", "history"})
    entry = prompt.ledger["unconfirmed_assumptions"]
    assert (entry.reason, entry.wanted, entry.got, entry.total) == ("excluded", 0, 0, 0)
    assert [m.role for m in prompt.messages] == ["system", "system", "user"]
    assert "Believed" not in prompt
    assert prompt.ledger.dropped == ()


def test_what_is_included_is_all_there_is():
    """A message without sections is gone with them; the count is of what is left."""
    prompt = page(include={"rules", "next", "message"}, seen=view(question=question()))
    assert [e.section for e in prompt.ledger.entries if e.got] == ["rules", "next", None]
    assert sum(e.got for e in prompt.ledger.entries) == prompt.tokens


def test_excluding_wins_over_including_and_always():
    """The safer of two contrary wishes."""
    prompt = page(include={"rules", "next"}, exclude={"next"}, always={"next"})
    assert prompt.ledger["next"].reason == "excluded"


def test_text_outside_sections_is_not_asked_for_its_name():
    """It goes only when its name in the ledger is excluded."""
    said = [message("system", "rules", "system 2"), message("user", "user")]
    assert names_of(apply(said, SectionPolicy(include=frozenset()))) == [["system 2"], ["user"]]
    assert names_of(apply(said, SectionPolicy(exclude={"user"}))) == [["rules", "system 2"]]


@pytest.mark.parametrize(
    "wrong", [{"priorities": {"a": 101}}, {"priorities": {"a": -1}}, {"caps": {"a": 0}}, {"x": 1}]
)
def test_a_policy_that_cannot_hold_is_refused(wrong):
    """Priorities are 0 to 100, caps at least one token."""
    with pytest.raises(ValidationError):
        SectionPolicy(**wrong)
