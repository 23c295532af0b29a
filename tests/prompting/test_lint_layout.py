# ruff: noqa: E501  # a row of a table is one line
"""Lint of the layout: messages, sections, blocks, and what is in front of the cache."""

from pathlib import Path

import pytest
from linting import found, message

CACHED = '{% section "rules" cache %}\nx\n{% endsection %}'


def section(name: str, body: str = "x", settings: str = "") -> str:
    return f'{{% section "{name}" {settings}%}}\n{body}\n{{% endsection %}}\n'


@pytest.mark.parametrize(
    ("place", "words", "source"),
    [
        ("1: T401", "text outside a message: 'hello'", "hello"),
        ("4: T401", "text outside a message: 'tail'", message("x") + "tail"),
        ("1: T401", "section 'a' outside a message", section("a", "")),
        ("3: T401", "section 'b' inside section 'a'", message(section("a", section("b").strip()))),
        ("2: T401", "a message inside a message", message('{% message "user" %}x{% endmessage %}')),
        ("1: T402", "'sytem' is no role. Did you mean 'system'?", '{% message "sytem" %}x{% endmessage %}'),
        ("2: T402", "section 'a': priority", message(section("a", settings="priority=200 "))),
        ("2: T402", "min 9 is more than max 5", message(section("a", settings="min=9 max=5 "))),
        ("5: T403", "section 'a' stands twice", message(section("a") + section("a"))),
        ("6: T403", "section 'a' stands twice", message(section("a") + "{% if moved %}\n" + section("a") + "{% endif %}")),
        ("3: T403", "in a loop within one message", message("{% for h in heard %}\n" + section("a") + "{% endfor %}")),
        ("2: T404", "'Goal:' beside a section's tag", message("Goal: " + section("a"))),
        ("4: T404", "'tail' beside a section's tag", message(section("a").strip() + " tail")),
        ("2: T404", "'mid' beside", message('{% section "a" %}x{% endsection %} mid {% section "b" %}y{% endsection %}')),
        ("4: T405", "begins with white space", message(section("a", "{% for h in heard %}\n  - {{ h.text }}\n{% endfor %}"))),
        ("5: T405", "begins with white space", message(section("a", "{% for h in heard %}\n{% if h.text %}\n  - {{ h.text }}\n{% endif %}\n{% endfor %}"))),
        ("2: T406", "'progress' changes every turn", message("{{ progress|percent }}\n" + CACHED)),
        ("3: T406", "'moved' changes every turn", message(section("a", "{% if moved %}x{% endif %}", "cache "))),
        ("1: T406", "'history' changes every turn", "{% for m in history %}{% message m.role %}{{ m.content }}{% endmessage %}{% endfor %}" + message(CACHED)),
        ("3: T406", "'heard'", message("{% set said = heard|map(attribute='text')|list %}\n{{ said|listing }}\n" + CACHED)),
        ("2: T406", "'today'", message("{% macro m() %}{{ today }}{% endmacro %}{{ m() }}\n" + CACHED)),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(tmp_path: Path, place: str, words: str, source: str):
    """By its code, on its line, and nothing else is said to be wrong."""
    said = found(tmp_path, {"page.jinja": source})
    assert len(said) == 1, said
    assert said[0].startswith(f"page.jinja:{place} ")
    assert words in said[0]


@pytest.mark.parametrize(
    "source",
    [
        message("{% if moved %}\n" + section("a") + "{% else %}\n" + section("a") + "{% endif %}"),
        message(section("a")) + message(section("a")),
        message("{% for h in heard %}\n{% if loop.first %}\n" + section("a") + "{% endif %}\n{% endfor %}"),
        message("{% for h in heard[:1] %}\n" + section("a") + "{% endfor %}"),
        message("{% for h in heard %}\n{% section h.field %}\nx\n{% endsection %}\n{% endfor %}"),
        message(section("a", "a list:\n  - indented by hand\n- {{ stage.name }}\n  {{ stage.purpose }}")),
        message(section("a", "{% for h in heard %} {{ h.text }}{% endfor %}")),
        message('{% if moved %}{% section "a" %}x{% endsection %}{% endif %}'),
        message("{# {% section 'a' %} #}\n{% raw %}{% endsection %} x{% endraw %}"),
        message(CACHED + "\n{{ progress|percent }}"),
        message("{{ stage.name }}{% if summary %}{{ summary }}{% endif %}\n" + CACHED),
        message("{% set later = events|list %}\n" + CACHED + "\n{{ later|listing }}"),
        "\n" + message("x") + "  \n\n" + message("y"),
        '{% for m in history %}{% message m.role %}{{ m.content }}{% endmessage %}{% endfor %}',
    ],
)  # fmt: skip
def test_what_is_no_fault(tmp_path: Path, source: str):
    """Each comes close to a fault and is none."""
    assert found(tmp_path, {"page.jinja": source}) == []


BASE = message(
    "{% block guidance %}{% endblock %}\n{% block other %}{{ stage.name }}{% endblock %}"
)


@pytest.mark.parametrize(
    ("place", "words", "child"),
    [
        ("2: T301", "outside of every block", "loose\n{% block other %}{% endblock %}"),
        ("2: T301", "outside of every block", "{{ stage.name }}"),
        ("3: T301", "outside of every block", "{% if moved %}\n{{ stage.name }}{% endif %}"),
        ("3: T301", "outside of every block", "{% for h in heard %}\ntext\n{% endfor %}"),
        ("3: T301", "outside of every block", "\n{% include 'base.jinja' %}"),
        ("2: T302", "Did you mean 'guidance'?", "{% block guidence %}x{% endblock %}"),
    ],
)
def test_what_a_child_says_in_vain_is_found(tmp_path: Path, place: str, words: str, child: str):
    """Jinja leaves it out without a word."""
    page = "{% extends 'base.jinja' %}\n" + child
    said = found(tmp_path, {"page.jinja": page, "base.jinja": BASE})
    assert len(said) == 1, said
    assert said[0].startswith(f"page.jinja:{place} ")
    assert words in said[0]


@pytest.mark.parametrize(
    "child",
    [
        "\n\n{# why #}\n{% block other %}{{ super() }}{% block inner %}x{% endblock %}{% endblock %}",
        "{% set x = 1 %}{% macro m() %}text{% endmacro %}{% block other %}{{ m() }}{% endblock %}",
        "{% set x %}text{% endset %}",
    ],
)
def test_what_a_child_may_say(tmp_path: Path, child: str):
    """Blocks, and blocks in them; macros and sets; white space and comments."""
    page = "{% extends 'base.jinja' %}" + child
    assert found(tmp_path, {"page.jinja": page, "base.jinja": BASE}) == []


def test_the_cache_is_followed_through_blocks_and_parts(tmp_path: Path):
    """What stands in a child's block or in a part stands where the parent puts it."""
    base = message("{% block first %}{% endblock %}\n{% include 'rules.jinja' %}")
    page = "{% extends 'base.jinja' %}\n{% block first %}{{ progress|percent }}{% endblock %}"
    files = {"page.jinja": page, "base.jinja": base, "rules.jinja": CACHED}
    [said] = found(tmp_path, files)
    assert said.startswith("page.jinja:2: T406 'progress'")
    assert found(tmp_path, files | {"rules.jinja": section("rules")}) == []


def test_a_block_that_is_overridden_does_not_count_for_the_page(tmp_path: Path):
    """Its names are looked at all the same: another child may not override it."""
    base = message(
        "{% block first %}{{ progress|percent }}{{ stage.nme }}{% endblock %}\n" + CACHED
    )
    page = "{% extends 'base.jinja' %}{% block first %}x{% endblock %}"
    said = found(tmp_path, {"page.jinja": page, "base.jinja": base})
    assert [line.split()[1] for line in said] == ["T202"]
    page = page.replace("x{%", "{{ super() }}{%")
    said = found(tmp_path, {"page.jinja": page, "base.jinja": base})
    assert [line.split()[1] for line in said] == ["T202", "T406"]
