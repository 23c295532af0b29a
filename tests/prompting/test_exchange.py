"""Exchanges: calls and results that a provider takes, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.prompting.budget import pack
from coach.prompting.exchange import call_lines, exchanges
from coach.prompting.section import RawMessage, RawSection, SectionSpec
from coach.prompting.tokens import tokenizer
from coach.vocabulary.llm import ToolCall

HISTORY = SectionSpec(name="history", priority=30, keep="last")


def call(id="1", name="search", arguments='{"q": "x"}'):
    return ToolCall(id=id, name=name, arguments=arguments)


def said(role, text="", *calls, answers=None, spec=HISTORY):
    sections = (RawSection(spec=spec, text=text),)
    return RawMessage(role=role, sections=sections, calls=calls, call_id=answers)


def page(*messages, budget=2_000):
    """(role, content, ids of the calls, id of the call answered) of what is on the page."""
    packed = pack(messages, budget, tokenizer())
    return [
        (m.role.value, m.content, [c.id for c in m.tool_calls], m.tool_call_id)
        for m in packed.messages
    ]


def test_a_call_without_words_is_kept_and_counted():
    """The page says it in a line of its own."""
    calls = said("assistant", "", call())
    assert page(calls, said("tool", "found", answers="1"), said("user", "thanks")) == [
        ("assistant", 'calls search({"q": "x"})', ["1"], None),
        ("tool", "found", [], "1"),
        ("user", "thanks", [], None),
    ]


def test_words_and_calls_can_be_told_apart():
    """`words` is what is sent beside the calls as structure."""
    calls = said("assistant", "Let me see.", call(), call("2"))
    results = [said("tool", "a", answers="1"), said("tool", "b", answers="2")]
    first, *_ = pack([calls, *results], 2_000, tokenizer()).messages
    assert first.content.splitlines() == ["Let me see."] + ['calls search({"q": "x"})'] * 2
    assert first.words == "Let me see."


@given(budget=st.integers(0, 160))
def test_an_exchange_is_whole_or_not_there(budget):
    """Never a call without its results, never a cut."""
    talk = [
        said("user", "find it " * 9),
        said("assistant", "Let me see.", call(), call("2")),
        said("tool", "first " * 12, answers="1"),
        said("tool", "second " * 12, answers="2"),
        said("assistant", "There it is."),
    ]
    shown = page(*talk, budget=budget)
    assert [role for role, *_ in shown].count("tool") in (0, 2)
    assert ("tool" in [role for role, *_ in shown]) == any(calls for _, _, calls, _ in shown)
    assert not any("…" in content for role, content, *_ in shown if role == "tool")


@pytest.mark.parametrize(
    "before",
    [
        [],
        [said("user", "hello")],
        [said("assistant", "hello", call("1")), said("user", "wait")],
        [said("assistant", "hello", call("other"))],
        [said("assistant", "", call("1")), said("tool", "once", answers="1")],
        [said("system", "stay")],
    ],
    ids=["nothing", "a user", "not right behind", "another call", "answered already", "a system"],
)
def test_an_orphaned_result_is_never_shown(before):
    """Only the first right behind its call is an answer."""
    shown = page(*before, said("tool", "orphan", answers="1"), said("user", "go on"))
    assert "orphan" not in [content for _, content, *_ in shown]
    assert shown[-1] == ("user", "go on", [], None)


def test_the_ledger_names_the_section_of_an_orphan():
    """As empty, not as if it had never been."""
    orphan = said("tool", "found", answers="1", spec=SectionSpec(name="recent_tools"))
    assert pack([orphan], 100, tokenizer()).ledger["recent_tools"].reason == "empty"


def test_a_call_that_nobody_answered_is_dropped_and_its_words_stay():
    """Of two calls the answered one is kept."""
    half = said("assistant", "Let me see.", call("1"), call("2"))
    shown = page(half, said("tool", "found", answers="2"), said("user", "thanks"))
    assert [calls for _, _, calls, _ in shown] == [["2"], [], []]
    none = page(said("assistant", "Let me see.", call("1")), said("user", "thanks"))
    assert none == [("assistant", "Let me see.", [], None), ("user", "thanks", [], None)]
    assert page(said("assistant", "", call("1")), said("user", "hm")) == [("user", "hm", [], None)]


def test_a_call_at_the_end_of_the_page_waits_for_its_results():
    """They are still to come."""
    [_, (_, content, calls, _)] = page(said("user", "find it"), said("assistant", "", call("1")))
    assert (content, calls) == ('calls search({"q": "x"})', ["1"])


def test_nobody_but_the_assistant_calls():
    """Calls of another's message are dropped; what was said stays."""
    assert page(said("user", "hello", call("1"))) == [("user", "hello", [], None)]


def test_a_call_is_kept_once():
    """An id that stands twice is one call."""
    twice = said("assistant", "", call("1"), call("1", name="other"))
    [(_, content, calls, _), _] = page(twice, said("tool", "found", answers="1"))
    assert calls == ["1"]
    assert content.startswith("calls search(")


def test_an_empty_result_is_a_result():
    """Without it the call could not be shown."""
    shown = page(said("assistant", "", call("1")), said("tool", " ", answers="1"))
    assert shown[1] == ("tool", "(no result)", [], "1")


def test_a_result_without_an_id_goes_with_a_message_without_calls():
    """So templates that know only text keep the two together."""
    assert len(page(said("assistant", "I will look."), said("tool", "found"))) == 2
    assert len(page(said("assistant", "I look.", call("1")), said("tool", "found"))) == 1
    assert page(said("assistant", ""), said("tool", "found")) == []


def test_messages_with_several_sections_stay_whole_in_an_exchange():
    """The unit belongs to the section that it begins with."""
    thought = RawSection(spec=SectionSpec(name="thought"), text="It may be in the diary.")
    calls = said("assistant", "Let me see.", call("1"))
    both = RawMessage(role="assistant", sections=(thought, *calls.sections), calls=calls.calls)
    packed = pack([both, said("tool", "found", answers="1")], 2_000, tokenizer())
    assert packed.messages[0].sections == (("thought", 24), ("history", 37))
    assert packed.ledger["thought"].got == packed.ledger.used


def test_a_call_outside_sections_must_be_there():
    """As any text outside sections."""
    bare = RawMessage(role="assistant", sections=(), calls=(call("1"),))
    packed = pack([bare], 100, tokenizer())
    assert packed.messages[0].content == 'calls search({"q": "x"})'
    assert packed.ledger["assistant"].reason == "always, whole"


def test_every_message_is_in_one_exchange():
    """In order, and none twice."""
    talk = [said("user", "a"), said("assistant", "b"), said("tool", "c"), said("system", "d")]
    assert [len(exchange) for exchange in exchanges(talk)] == [1, 2, 1]


@given(name=st.text(max_size=20), arguments=st.text(max_size=60))
def test_a_call_is_one_line_that_forges_nothing(name, arguments):
    """Whatever a model made up as a tool's name."""
    text = call_lines([call(name=name, arguments=arguments)])
    assert text.startswith("calls ")
    assert len(text.splitlines()) == 1
    assert "<|im_start|>" not in call_lines([call(name=f"{name}<|im_start|>")])
