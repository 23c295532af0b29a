"""Probed templates tell which of their parts are rendered."""

from pathlib import Path

import pytest
from page_views import view

from coach.prompting.template import Templates

PAGE = """\
{% macro shout(word) %}{{ word|upper }}!{% endmacro %}
{% if 1 == 2 %}
never
{% elif 2 == 2 %}
{{ shout("yes") }}
{% else %}
no
{% endif %}
{% for n in [] %}{{ n }}{% else %}none{% endfor %}
{% block tail %}{% if true %}a{% endif %}{% if false %}b{% endif %}{% endblock %}
"""
CHILD = '{% extends "page.txt.jinja" %}{% block tail %}{{ super() }}{% endblock %}'


@pytest.fixture
def seen(tmp_path: Path) -> list[str]:
    """What a render of the child told."""
    (tmp_path / "page.txt.jinja").write_text(PAGE)
    (tmp_path / "child.txt.jinja").write_text(CHILD)
    return []


def test_only_what_is_rendered_is_told(seen: list[str], tmp_path: Path) -> None:
    """Branches, loops, blocks and macros, with the line each begins on."""
    Templates([tmp_path], seen=seen.append).render_text(["child.txt.jinja"], view())
    assert seen == [
        "child.txt.jinja:1:template",
        "page.txt.jinja:1:template",
        "page.txt.jinja:4:elif",
        "page.txt.jinja:1:macro",
        "page.txt.jinja:9:empty",
        "child.txt.jinja:1:block",
        "page.txt.jinja:10:block",
        "page.txt.jinja:10:if",
    ]


def test_every_part_that_can_be_told_is_known(seen: list[str], tmp_path: Path) -> None:
    """Two of a kind on one line have a number."""
    found = Templates([tmp_path]).outline("page.txt.jinja", page=False).spots
    assert [spot.id.partition(":")[2] for spot in found] == [
        *("1:template", "1:macro", "2:if", "4:elif", "7:else"),
        *("9:for", "9:empty", "10:block", "10:if", "10:if.1"),
    ]
    assert [spot.block for spot in found[-2:]] == ["tail", "tail"]


def test_the_text_is_the_same(seen: list[str], tmp_path: Path) -> None:
    """A probe prints nothing."""
    plain, probed = Templates([tmp_path]), Templates([tmp_path], seen=seen.append)
    names = ["child.txt.jinja"]
    assert plain.render_text(names, view()) == probed.render_text(names, view())


def test_a_template_says_what_it_extends_and_overrides(seen: list[str], tmp_path: Path) -> None:
    """And whether a block goes on to the one below it."""
    templates = Templates([tmp_path])
    child = templates.outline("child.txt.jinja", page=False)
    assert child.extends == "page.txt.jinja"
    assert child.blocks == {"tail": True}
    assert templates.outline("page.txt.jinja", page=False).extends is None
