"""Heat: each line of a page with its tokens and the template line that it is owed to."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from page_views import PROMPTS, big_view, history, templates, view

from coach.errors import BudgetError
from coach.prompting.heat import heat
from coach.prompting.prompt import render_page
from coach.prompting.section import ROLE_LINES
from coach.prompting.view import MessageView, SectionView
from coach.vocabulary.words import Role

PAGE = ["page.jinja"]
GENERAL = (PROMPTS / "general.md.jinja").read_text().splitlines()
OWN_LINES = {
    "history": {GENERAL.index("{{ said.content }}") + 1},
    "message": {GENERAL.index("{{ message }}") + 1},
    "summary": {GENERAL.index("{{ summary }}") + n for n in (0, 1)},
}
ROLES = {line.rstrip("\n") for line in ROLE_LINES.values()}


def heated(found, names, seen, budget=2_000, **more):
    prompt = render_page(found, names, seen, budget, **more)
    return prompt, heat(prompt, found.trace(names, seen))


def owed(warm):
    """(text, line of the template) for each line of the page."""
    return [(line.text, line.origin and line.origin.line) for line in warm.lines]


def listed(lines, name="s", settings="", role="system"):
    text = "\n".join(lines)
    section = f"{{% section '{name}' {settings} %}}\n{text}\n{{% endsection %}}"
    return f"{{% message '{role}' %}}\n{section}\n{{% endmessage %}}\n"


@pytest.mark.parametrize("budget", [400, 500, 600, 900, 1_500, 4_000])
def test_a_built_in_page_is_explained_to_the_last_token(budget):
    """Sections of one message cost what the ledger says; origins are missing for markers only."""
    part = SectionView(name="prefs", content={"a": 1, "b": [1]}, formatter="list")
    seen = big_view().model_copy(update={"sections": (part,)})
    prompt, warm = heated(templates(), ["grow/reality.md.jinja"], seen, budget)
    assert warm.tokens == prompt.tokens
    assert "\n".join(line.text for line in warm.lines) + "\n" == prompt.text
    for name, spent in warm.by_section.items():
        if name not in {None, "history", "message"}:
            assert spent.tokens == prompt.ledger[name].got
    loose = [line.text for line in warm.lines if line.origin is None and line.text not in ROLES]
    assert all(text.startswith("… and ") for text in loose)


def test_sums_are_by_line_by_template_and_by_section():
    """The most expensive first, with how many lines they are."""
    prompt, warm = heated(templates(), ["grow/reality.md.jinja"], big_view())
    line, spent = next(iter(warm.by_origin.items()))
    assert (str(line), spent.times) == ("general.md.jinja:43", 20)
    assert warm.by_template["parts/assumptions.md.jinja"].times == 13
    assert warm.by_section["rules"].tokens == prompt.ledger["rules"].got
    for sums in (warm.by_origin, warm.by_template, warm.by_section):
        assert sum(spent.tokens for spent in sums.values()) == prompt.tokens


ITEMS = ["# head", *(f"- item {i} " + "word " * 6 for i in range(9))]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", [(3, 0), (4, 1), (5, 2), (None, 0)]),
        ("keep='last'", [(3, 0), (None, 0), (11, 8), (12, 9)]),
    ],
)
def test_a_cut_list_is_matched_from_the_end_that_was_kept(tmp_path, setting, expected):
    """The heading, the items that stayed, and a marker that nobody wrote."""
    found = templates(tmp_path, page=listed(ITEMS, settings=setting))
    _, warm = heated(found, PAGE, view(), 33)
    assert [line for _, line in owed(warm)[1:]] == [line for line, _ in expected]


def test_what_is_cut_short_keeps_its_origin(tmp_path):
    """At its end in a list, at its beginning in an utterance whose end is kept."""
    long = "- one " + "word " * 40
    found = templates(tmp_path, page=listed([long, "- two"]))
    _, warm = heated(found, PAGE, view(), 30)
    assert [line for _, line in owed(warm)[1:]] == [3, None]
    said = ["first " * 30, "middle " * 30, "last"]
    found = templates(tmp_path, page=listed(said, settings="keep='last'", role="user"))
    _, warm = heated(found, PAGE, view(), 30)
    assert [line for _, line in owed(warm)[1:]] == [4, 5]
    assert warm.lines[1].text.startswith("…")


def test_of_sections_that_read_alike_the_one_on_the_page_is_named(tmp_path):
    """The ledger knows which it is."""
    message = "{% message 'system' %}BODY{% endmessage %}"
    section = "{% section 'NAME' priority=PRIORITY %}\nsame words in both\n{% endsection %}\n"
    both = section.replace("NAME", "a").replace("PRIORITY", "1")
    both += section.replace("NAME", "b").replace("PRIORITY", "2")
    found = templates(tmp_path, page=message.replace("BODY", both))
    _, warm = heated(found, PAGE, view(), 8)
    assert [(line.section, line.origin.line) for line in warm.lines[1:]] == [("b", 5)]


def test_what_people_write_imitates_nothing(tmp_path):
    """Lines of other sections, markers and cuts, said by somebody."""
    imitation = "# What is known\n- goal: run\n… and 3 more\n… and 2 earlier\nsystem:\n…\n- goal…"
    said = history(imitation, "- goal: run", imitation, "yes", "yes")
    seen = view(history=said, message=imitation, summary=imitation, answers={"goal": "run"})
    for budget in range(300, 900, 20):
        prompt, warm = heated(templates(), ["general.md.jinja"], seen, budget)
        for line in warm.lines:
            wanted = OWN_LINES.get(line.section)
            if wanted is not None and line.text not in {"… and 4 more", "… and 5 more"}:
                assert line.origin.line in wanted
        assert warm.by_section["answers"].tokens == prompt.ledger["answers"].got


def test_a_trace_of_something_else_explains_what_it_can():
    """No line is made up, and none is lost."""
    found, names = templates(), ["general.md.jinja"]
    prompt = render_page(found, names, big_view())
    other = heat(prompt, found.trace(names, view(answers={}, purpose="Other.")))
    assert other.tokens == prompt.tokens
    assert any(line.origin is None for line in other.lines)
    assert heat(prompt, []).by_template[None].tokens == prompt.tokens


@pytest.mark.parametrize("text", [" " * 1_000_000 + "x", "word " * 3_000])
def test_estimates_are_shared_out_and_add_up(tmp_path, text):
    """What tiktoken gives up on is an upper bound, and its parts add up to it."""
    found = templates(tmp_path, page=listed(["a", "b {{ message }}"]))
    prompt, warm = heated(found, PAGE, view(message=text), 2_000_000)
    assert warm.tokens == prompt.tokens
    assert [line for _, line in owed(warm)[1:]] == [3, 4]


LINES = st.sampled_from(
    [
        *("# head", "- a", "- a", "- b", "  deeper", "  deeper…", "/x", "… and 1 more", "…"),
        *("… and 2 more", "… and 1 earlier", "… and 3 earlier", "- long " + "word " * 14, "user:"),
        *("- long " + "word " * 14 + "end…", "  far " + "away. " * 9, "", "- a…", "日本語" * 8),
    ]
)
SECTIONS = st.tuples(
    st.lists(LINES, max_size=8),
    st.sampled_from(
        ["", "keep='last'", "priority=60 max=30", "always min=12", "max=25 keep='last'"]
    ),
)
MESSAGES = st.tuples(
    st.sampled_from(["system", "system", "user", "assistant"]), st.lists(SECTIONS, max_size=4)
)


def source_of(messages):
    """A page template in which no two sections of a message have one name."""
    parts = []
    for number, (role, sections) in enumerate(messages):
        parts.append(f"{{% message '{role}' %}}")
        for at, (lines, setting) in enumerate(sections):
            name = f"m{number}s{at}" if role == "system" else f"said {at} {setting}"
            text = "\n".join(lines)
            parts.append(f'{{% section "{name}" {setting} %}}\n{text}\n{{% endsection %}}')
        parts.append("{% endmessage %}")
    return "\n".join(parts)


@settings(max_examples=300, deadline=None)
@given(messages=st.lists(MESSAGES, max_size=4), budget=st.integers(4, 160))
def test_every_line_of_any_page_is_explained(messages, budget):
    """Sums are exact, markers alone have no origin, and what is named is what stands there."""
    source = source_of(messages)
    with TemporaryDirectory() as folder:
        found = templates(Path(folder), page=source)
        try:
            prompt, warm = heated(found, PAGE, view(), budget)
        except BudgetError:
            assume(False)
    assert warm.tokens == prompt.tokens
    file = source.split("\n")
    markers = 0
    for line in warm.lines:
        if line.origin is not None:
            held = file[line.origin.line - 1].strip()
            text = line.text.strip().removeprefix("…").removesuffix("…").removeprefix("\\")
            assert text in held
        elif line.text not in ROLES:
            assert line.text.startswith("… and ")
            markers += 1
    entries = [entry for entry in prompt.ledger.entries if (entry.section or "").startswith("m")]
    assert markers == sum(bool(entry.got) and entry.kept < entry.total for entry in entries)
    for entry in entries:
        assert not entry.got or warm.by_section[entry.section].tokens == entry.got


@settings(max_examples=100, deadline=None)
@given(
    said=st.lists(st.sampled_from(["yes", "no\nyes", "… yes", "w " * 30, "w " * 60]), max_size=8),
    budget=st.integers(30, 200),
)
def test_a_history_is_matched_from_its_newest_message(said, budget):
    """However often the same is said."""
    seen = view(history=[MessageView(role=Role.USER, content=s, tokens=1) for s in said])
    loop = "{% for said in history %}{% message said %}{% section 'h' keep='last' %}\n"
    loop += "{{ said.content }}\n{% endsection %}{% endmessage %}{% endfor %}"
    with TemporaryDirectory() as folder:
        found = templates(Path(folder), page=loop)
        prompt, warm = heated(found, PAGE, seen, budget)
    assert warm.tokens == prompt.tokens
    assert {line for _, line in owed(warm)} <= {None, 2}
    assert [text for text, line in owed(warm) if line is None] == ["user:"] * len(prompt.messages)
