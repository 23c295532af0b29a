"""The budget: never exceeded, exact to the token, and fair by priority."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import BudgetError
from coach.prompting.budget import pack
from coach.prompting.section import ROLE_LINES, RawMessage, RawSection, SectionSpec
from coach.prompting.tokens import tokenizer


def section(name, text, **settings):
    return RawSection(spec=SectionSpec(name=name, **settings), text=text)


def system(*sections):
    return RawMessage(role="system", sections=sections)


def said(role, text, **settings):
    return RawMessage(role=role, sections=(section("history", text, keep="last", **settings),))


def lines(count, words="one more line of text"):
    return "".join(f"- {words} {i}\n" for i in range(count))


def shown(packed):
    """The (role, text) of its messages."""
    return [(message.role.value, f"{message.content}\n") for message in packed.messages]


def whole(packed):
    return "".join(f"{ROLE_LINES[role]}{text}" for role, text in shown(packed))


TEXTS = st.text(max_size=60) | st.sampled_from(
    ["", "a", " " * 500, "/x", "# h\n- a\n- b\n", "é" * 90]
)
SETTINGS = st.fixed_dictionaries(
    {"priority": st.integers(0, 100), "keep": st.sampled_from(["first", "last"])},
    optional={
        "always": st.booleans(),
        "min": st.integers(1, 30),
        "max": st.integers(30, 200),
        "cache": st.booleans(),
        "more": st.integers(0, 3) | st.just(12_345),
    },
)
SECTIONS = st.lists(st.tuples(TEXTS, SETTINGS), max_size=4)
PAGES = st.lists(
    st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), SECTIONS), max_size=6
)


def messages(page):
    """Section names run through the page, so that some are shared by several messages."""
    return [
        RawMessage(
            role=role,
            sections=tuple(
                section(f"s{i}", text * 3, **more) for i, (text, more) in enumerate(parts)
            ),
        )
        for role, parts in page
    ]


@given(page=PAGES, budget=st.integers(0, 400))
def test_any_page_fits_or_says_what_cannot(page, budget):
    """tokens(page) <= budget, counted whole; the ledger adds up to exactly that."""
    try:
        packed = pack(messages(page), budget, tokenizer())
    except BudgetError:
        return
    assert tokenizer().count(whole(packed)) == packed.ledger.used <= budget
    assert sum(entry.got for entry in packed.ledger.entries) == packed.ledger.used
    assert all(entry.got <= entry.wanted for entry in packed.ledger.entries)


@given(page=PAGES)
def test_with_room_enough_everything_is_whole(page):
    """Nothing is cut, but for what its own max caps."""
    packed = pack(messages(page), 100_000, tokenizer())
    for entry in packed.ledger.entries:
        assert entry.got == entry.wanted or "capped" in entry.reason


@given(high=st.integers(1, 30), low=st.integers(1, 30), budget=st.integers(20, 400))
def test_a_lower_priority_never_displaces_a_higher_one(high, low, budget):
    """Beyond the lower one's smallest useful cut, the higher one gets all it can use."""
    top, bottom = section("top", lines(high), priority=80), section("low", lines(low), priority=10)
    alone = pack([system(top)], budget, tokenizer()).ledger["top"].got
    both = pack([system(bottom, top)], budget, tokenizer()).ledger
    smallest = 2 * tokenizer().count(lines(1)) + 8
    assert both["top"].got >= alone - smallest - tokenizer().count(lines(1))
    if both["low"].kept > 1:
        assert both["top"].got + both["low"].got + smallest >= min(alone, both["top"].wanted)


def test_the_page_keeps_the_order_of_the_template():
    """Priority decides what is in, not where it stands."""
    packed = pack(
        [system(section("a", "A", priority=1), section("b", "B", priority=99))], 50, tokenizer()
    )
    assert shown(packed) == [("system", "A\nB\n")]


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ("first", "# Facts\n- item 0\n- item 1\n- item 2\n… and 27 more\n"),
        ("last", "# Facts\n… and 27 earlier\n- item 27\n- item 28\n- item 29\n"),
    ],
)
def test_a_cut_section_keeps_its_heading_and_says_how_much_is_missing(keep, expected):
    """The marker is counted too."""
    facts = section("facts", "# Facts\n" + lines(30, "item"), keep=keep)
    packed = pack([system(facts)], 30, tokenizer())
    assert shown(packed) == [("system", expected)]
    assert (packed.ledger["facts"].kept, packed.ledger["facts"].total) == (3, 30)


def test_one_oversize_unit_is_cut_by_tokens():
    """A single long line is cut at a space, and marked."""
    packed = pack([system(section("long", "word " * 500))], 30, tokenizer())
    assert shown(packed)[0][1].endswith(" word…\n")
    assert packed.ledger["long"].reason == "1 of 1, cut short"


def test_history_gives_up_its_oldest_messages_whole():
    """No marker and no torn message; a message left out costs nothing."""
    page = [said("user", f"message number {i}") for i in range(40)]
    packed = pack(page, 60, tokenizer())
    assert shown(packed)[-1] == ("user", "message number 39\n")
    assert all(text.startswith("message number") for _, text in shown(packed))
    assert packed.ledger["history"].kept == len(packed.messages)


def test_a_tool_call_and_its_result_stay_together():
    """Both are on the page, or neither."""
    page = [said("assistant", "call " * 20), said("tool", "result"), said("user", "thanks")]
    assert [role for role, _ in shown(pack(page, 20, tokenizer()))] == ["user"]
    assert [role for role, _ in shown(pack(page, 90, tokenizer()))] == [
        "assistant",
        "tool",
        "user",
    ]


def test_always_sections_are_whole_before_others_get_anything():
    """A long always section leaves what is left."""
    rules, facts = section("rules", lines(10), always=True, priority=1), section("f", lines(10))
    ledger = pack([system(facts, rules)], 130, tokenizer()).ledger
    assert ledger["rules"].got == ledger["rules"].wanted
    assert 0 < ledger["f"].got < ledger["f"].wanted


def test_an_always_section_with_a_minimum_gives_way():
    """It is cut rather than refused."""
    ledger = pack([system(section("r", lines(50), always=True, min=20))], 60, tokenizer()).ledger
    assert 20 <= ledger["r"].got <= 60


def test_what_must_be_there_and_cannot_is_named():
    """With the tokens it needs and the tokens there are."""
    with pytest.raises(BudgetError, match=r"need \d+ tokens and the budget is 20: 'rules' \(90\)"):
        pack([system(section("rules", lines(10), always=True))], 20, tokenizer())


def test_what_must_be_there_is_there_whatever_its_cap():
    """`always` beats `max`, by as little as is useful."""
    entry = pack([system(section("s", lines(50), max=1, always=True))], 90, tokenizer()).ledger["s"]
    assert entry.kept == 1


def test_a_cap_holds_even_when_there_is_room():
    """max is the most a section gets."""
    entry = pack([system(section("s", lines(50), max=40))], 1_000, tokenizer()).ledger["s"]
    assert entry.got <= 40
    assert "capped at 40" in entry.reason


def test_the_ledger_prints_as_a_table():
    """Section, tokens wanted and got, units, and why."""
    page = [system(section("rules", "Be kind.", always=True, cache=True), section("f", lines(99)))]
    table = str(pack(page, 40, tokenizer()).ledger).splitlines()
    assert table[0].split() == ["section", "priority", "wanted", "got", "kept", "why"]
    assert table[1].endswith("always, whole, cached")
    assert table[-1].endswith("of 40 tokens used")


def test_ten_thousand_lines_still_show_as_many_as_fit():
    """Not none, as with packers that take a section whole or not at all."""
    entry = pack([system(section("s", lines(10_000)))], 2_000, tokenizer()).ledger["s"]
    assert entry.got > 1_980


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ("first", "# Facts\n- item 0\n- item 1\n… and 9,998 more\n"),
        ("last", "# Facts\n… and 9,998 earlier\n- item 0\n- item 1\n"),
    ],
)
def test_a_section_may_stand_for_more_than_was_rendered(keep, expected):
    """The marker says so although all that was rendered fits, and the ledger counts them."""
    facts = section("facts", "# Facts\n" + lines(2, "item"), keep=keep, more=9_998)
    packed = pack([system(facts)], 100, tokenizer())
    assert shown(packed) == [("system", expected)]
    entry = packed.ledger["facts"]
    assert (entry.kept, entry.total, entry.reason) == (2, 10_000, "cut to 2 of 10,000")
    assert entry.got == entry.wanted


def test_what_was_rendered_and_cut_counts_with_what_was_not():
    """One number for both."""
    facts = section("facts", "# Facts\n" + lines(30, "item"), more=100)
    packed = pack([system(facts)], 30, tokenizer())
    assert shown(packed)[0][1].endswith("- item 2\n… and 127 more\n")


def test_a_heading_with_more_behind_it_says_how_much():
    """Nothing at all, though, says nothing."""
    head, nothing = section("facts", "# Facts", more=5), section("none", "", more=5)
    packed = pack([system(head, nothing)], 30, tokenizer())
    assert shown(packed) == [("system", "# Facts\n… and 5 more\n")]
    assert packed.ledger["none"].reason == "empty"
