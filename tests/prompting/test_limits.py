"""What a template may spend: every attack is refused, with the template's own line."""

import pytest
from page_views import PROMPTS, question, templates, view

from coach.errors import TemplateError
from coach.prompting.template import Templates

BIG = "{% set s = range(10000)|join %}{% set s = s~s~s~s~s~s~s~s~s~s %}"
APPEND = "{% set ns.l = ns.l + [VALUE] %}"
KEEP = (
    BIG + "{% set ns = namespace(l=[]) %}{% for i in range(5000) %}" + APPEND + "{% endfor %}"
    "{{ ns.l|length }}"
)
WIDE = "{% set l = range(9999)|list %}{% set l = l + l + l + l %}"
LOOP = "{% for i in range(9000) %}{% if VALUE %}{% endif %}{% endfor %}"


def nested(levels, name="a", form="[{0}, {0}]"):
    step = f"{{% set {name} = {form.format(name)} %}}"
    return f"{{% set {name} = (1,) %}}" + step * levels


def reply(folder, source, **files):
    return templates(folder, reply=source, **files).render_text(["reply.jinja"], view())


def refused(folder, source, text, **files):
    with pytest.raises(TemplateError, match=r"jinja") as caught:
        reply(folder, source, **files)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "s ~ i",
        "s[1:]",
        "s|upper",
        "s|replace('1', i)",
        "s|title",
        "[s, i]|join",
        "[s, i]|listing",
        "[s, i]|json",
        "s|list",
        "range(9999)|list",
        "[" + "i, " * 2_000 + "]",
        "(" + "i, " * 2_000 + ")",
    ],
)
def test_what_is_made_adds_up_over_a_render(tmp_path, value):
    """Each value is small enough, all of them together are not."""
    refused(tmp_path, KEEP.replace("VALUE", value), "reply.jinja:1: ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("l|sort", "loop rounds and calls"),
        ("l|max", "loop rounds and calls"),
        ("l|map('string')|list", "No filter"),
        ("l|select|map('upper')|list", "loop rounds and calls"),
        ("l|map(attribute='x')|list", "loop rounds and calls"),
        ("l == l + [1]", "loop rounds and calls"),
        ("'x' in l", "loop rounds and calls"),
        ("'x' is in l", "loop rounds and calls"),
        ("l|select('in', l)|list", "loop rounds and calls"),
        ("l|sum == 1", "loop rounds and calls"),
    ],
)
def test_long_lists_cost_by_their_length(tmp_path, value, text):
    """A filter or a comparison over 40,000 items is no single step."""
    refused(tmp_path, WIDE + LOOP.replace("VALUE", value), text)


@pytest.mark.parametrize("value", ["s|list|sort", "s|title|upper|unique|list", "s|wordcount"])
def test_long_texts_cost_by_their_length(tmp_path, value):
    """A filter over a long text is no single step."""
    refused(tmp_path, BIG + LOOP.replace("VALUE", value), "reply.jinja:1: ")


@pytest.mark.parametrize(
    "use",
    [
        "{{ 'x' if a == b }}",
        "{{ 'x' if a in [b] }}",
        "{{ 'x' if a is eq(b) }}",
        "{{ 'x' if a < b }}",
        "{{ [a, b]|max }}",
        "{{ [a, b]|sort }}",
        "{{ (a, b)|unique|list }}",
        "{{ [a, b]|select|unique|list }}",
        "{{ {a: 1}|length }}",
        "{{ answers[a] }}",
        "{{ a|json }}",
        "{{ a|upper }}",
        "{{ a|trim }}",
        "{{ a|wordcount }}",
        "{{ [1]|select(a)|list }}",
        "{{ 5|round(0, a) }}",
    ],
)
@pytest.mark.parametrize("levels", [28, 60])
def test_what_doubles_inside_is_not_compared(tmp_path, use, levels):
    """Two lists that hold each list twice, 28 deep, would take 2**28 comparisons."""
    both = nested(levels, "a", "({0}, {0})") + nested(levels, "b", "({0}, {0})")
    refused(tmp_path, both + use, "reply.jinja:1: ")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 5|round(1000000000000, 'floor') }}", "round: a precision beyond 15"),
        ("{{ 5|round(-1000000000000) }}", "round: a precision beyond 15"),
        ("{{ 'x' if '%999999999d' is divisibleby(5) }}", "not allowed"),
        ("{{ '" + "f" * 9_999 + "'|int(base=16) }}", "a number beyond 2**64"),
        ("{{ 0x" + "f" * 9_999 + " * 2 }}", "a number beyond 2**64"),
        (BIG + "{{ s|trim(s) }}", "trim: a setting of more than 200"),
        (WIDE + "{{ [l, l, l]|sum(start=[]) }}", "sum: a setting is no list"),
        ("{% autoescape true %}x{% endautoescape %}", "cannot set 'autoescape'"),
    ],
)
def test_numbers_and_settings_are_bounded(tmp_path, source, text):
    """At compile time nothing is worked out, at run time only what is small."""
    refused(tmp_path, source, text)


def test_a_long_body_costs_more_than_a_short_one(tmp_path):
    """A loop of few rounds is no cover for a hundred thousand tags."""
    body = "{% set a = 1 %}" * 9_000
    refused(tmp_path, "{% for i in range(9000) %}" + body + "{% endfor %}", "loop rounds and calls")
    macro = "{% macro m() %}" + body + "{% endmacro %}"
    refused(tmp_path, macro + "{% for i in range(9000) %}{{ m() }}{% endfor %}", "loop rounds")


@pytest.mark.parametrize("tag", ["include", "import"])
def test_includes_cost(tmp_path, tag):
    """Eighteen levels that each include the next one twice."""
    more = " as x with context" if tag == "import" else ""
    parts = {f"c{i}": f"{{% {tag} 'c{i + 1}.jinja'{more} %}}" * 2 for i in range(18)}
    source = f"{{% {tag} 'c0.jinja'{more} %}}"
    refused(tmp_path, source, "loop rounds and calls", **parts, c18="x")


def test_super_costs(tmp_path):
    """Eighteen levels that each call the one above twice."""
    child = "{% extends 'c{}.jinja' %}{% block b %}{{ super() }}{{ super() }}{% endblock %}"
    parts = {f"c{i}": child.replace("{}", str(i + 1)) for i in range(18)}
    root = "{% block b %}{% endblock %}"
    refused(tmp_path, child.replace("{}", "0"), "loop rounds and calls", **parts, c18=root)


def test_what_is_plain_still_works(tmp_path):
    """Rounding, sums, comparisons, slices, sorting and remembering."""
    source = (
        "{{ 2.567|round(1) }} {{ 2.1|round(0, 'ceil') }} {{ [1, 2.5]|sum }} {{ 'abc'[::-1] }} "
        "{{ [3, 1]|sort|join('<') }} {{ ['a', 'A']|unique|join }} {{ 1 < 2 < 3 }} "
        "{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}"
        "{{ ns.n }} {{ 6 is divisibleby(3) }} {{ {'a': (1, 2)}['a'][1] }}"
    )
    assert reply(tmp_path, source) == "2.6 3 3.5 cba 1<3 a yes 3 yes 2"


def test_every_built_in_template_compiles_and_spends_little():
    """The limits are far away from what the built-in templates do."""
    known = templates()
    names = [n for n in known.roots.names() if "/_" not in n and not n.startswith("parts/")]
    for name in names:
        run = known.render_prompt if name.endswith(".md.jinja") else known.render_text
        for seen in (view(), view(answers={}, question=question(choices=("a", "b")))):
            run([name], seen)
    assert len(names) > 20
    assert Templates([PROMPTS]).template_hash(names[0]) == known.template_hash(names[0])
