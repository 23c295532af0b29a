# ruff: noqa: E501  # a row of a table is one line
"""Lint: one planted fault per rule, found by its code on its line; and what comes close."""

import re
from pathlib import Path

import pytest
from linting import found, message, write

from coach.checks.imagined import MOMENTS, Moment
from coach.errors import TemplateError
from coach.flows.flow import Flow
from coach.prompting.lint import RULES, Entry, Lint
from coach.prompting.template import Templates

PAGES = Path(__file__).parents[2] / "docs" / "pages.md"
DEEP = "{% if moved %}" * 400 + "x" + "{% endif %}" * 400
LONG = message("{{ " + " + ".join(["1"] * 3_000) + " }}")
FAULTS = [
    # reading
    ("3: T102", "expected name or number", "x\n{{ stage. }}"),
    ("2: T102", "Did you mean 'section'?", "{% sektion 'a' %}"),
    ("2: T102", "block 'a' defined twice", "{% block a %}{% endblock %}{% block a %}{% endblock %}"),
    ("2: T102", "a loop cannot be recursive", "{% for a in heard recursive %}{% endfor %}"),
    ("2: T103", "no template 'nope.jinja'.", "{% include 'nope.jinja' %}"),
    ("2: T103", "no template 'a.jinja' or 'b.jinja'.", "{% include ['a.jinja', 'b.jinja'] %}"),
    ("2: T103", "Did you mean 'page.jinja'?", "{% import 'pages.jinja' as p %}"),
    ("2: T103", "a literal name", "{% include stage.name %}"),
    ("2: T103", "inside the folders, not '../x'", "{% include '../x' %}"),
    ("2: T104", "page.jinja -> page.jinja", "{% include 'page.jinja' %}"),
    ("2: T105", "no filter 'lin'. Did you mean 'line'?", "{{ stage.name|lin }}"),
    ("2: T105", "no test 'nonne'. Did you mean 'none'?", "{% if entered is nonne %}x{% endif %}"),
    ("2: T106", "a section inside a macro", "{% macro m() %}{% section 'a' %}{% endsection %}{% endmacro %}"),
    ("2: T106", "a section inside a set", "{% set m %}{% section 'a' %}{% endsection %}{% endset %}"),
    ("2: T106", "a section inside a filter", "{% filter upper %}{% section 'a' %}{% endsection %}{% endfilter %}"),
    ("3: T106", "a section inside a call", "{% macro m() %}{% endmacro %}\n{% call m() %}{% section 'a' %}{% endsection %}{% endcall %}"),
    # names
    ("2: T201", "no 'stge' here. Did you mean 'stage'?", "{{ stge.name }}"),
    ("3: T201", "no 'sumary' here. Did you mean 'summary'?", "{% if moved %}\n{{ sumary }}{% endif %}"),
    ("2: T201", "no 'loop' here", "{{ loop.index }}"),
    ("2: T201", "no 'super' here", "{{ super() }}"),
    ("2: T201", "no 'text' here", "{% for h in heard %}{% set text = h.text %}{% endfor %}{{ text }}"),
    ("2: T201", "no 'h' here", "{% for h in heard %}{% block b %}{{ h.text }}{% endblock %}{% endfor %}"),
    ("2: T202", "StageView has no 'nme'. Did you mean 'name'?", "{{ stage.nme }}"),
    ("2: T202", "a.conten: AssumptionView has no 'conten'. Did you mean", "{% for a in assumptions %}{{ a.conten }}{% endfor %}"),
    ("2: T202", "q.fild: QuestionView has no 'fild'", "{% set q = question %}{% if q %}{{ q.fild }}{% endif %}"),
    ("2: T202", "q.fild", "{% with q = question %}{% if q %}{{ q.fild }}{% endif %}{% endwith %}"),
    ("2: T202", "heard[…].x: HeardView has no 'x'", "{{ heard[0].x }}"),
    ("2: T202", "loop.idx: no 'idx' here. Did you mean 'index'?", "{% for h in heard %}{{ loop.idx }}{% endfor %}"),
    ("2: T202", "a word or number has no 'upper'", "{{ stage.name.upper() }}"),
    ("2: T202", "a list has no 'size'", "{{ heard.size }}"),
    ("2: T202", "map 'contnt': AssumptionView has no 'contnt'", "{{ assumptions|map(attribute='contnt')|listing }}"),
    ("2: T202", "selectattr 'fild'", "{{ heard|selectattr('fild')|list|length }}"),
    ("2: T202", "HeardView has no 'labl'", "{% set h = heard|selectattr('kind', 'equalto', 'set')|first %}{{ h.labl }}"),
    ("2: T202", "q.labl", "{% macro m(q) %}{{ q.labl }}{% endmacro %}{% for h in heard %}{{ m(h) }}{% endfor %}"),
    ("2: T202", "q.labl", "{% macro m(q) %}{{ q.labl }}{% endmacro %}{{ m(q=heard[0]) }}"),
    ("2: T203", "no field 'gaol'. Did you mean 'goal'?", "{% if 'gaol' in answers %}x{% endif %}"),
    ("2: T203", "no field 'gaol'", "{{ answers.gaol|default('') }}"),
    ("2: T203", "no field 'optins'. Did you mean 'options'?", "{% for f in ['goal', 'optins'] if f in answers %}{{ answers[f]|line }}{% endfor %}"),
    ("2: T204", "question may be None here: guard it with {% if question %}", "{{ question.ask }}"),
    ("2: T204", "summary may be None", "{{ summary|line }}"),
    ("2: T204", "summary may be None", "{% for letter in summary %}x{% endfor %}"),
    ("2: T204", "may be None: add", "{{ summary|default('x') }}"),
    ("2: T204", "may be None: add", "{{ question and question.ask }}"),
    ("2: T204", "turns_left may be None", "{% if turns_left > 1 %}x{% endif %}"),
    ("2: T204", "turns_left may be None", "{{ turns_left + 1 }}"),
    ("2: T204", "message may be None", "{{ 'x' in message }}"),
    ("2: T204", "question.proposal may be None", "{% if question %}{{ question.proposal|line }}{% endif %}"),
    ("2: T204", "a.related_to may be None", "{% for a in assumptions %}{{ a.related_to|line }}{% endfor %}"),
    ("2: T204", "question may be None", "{% if question %}x{% else %}{{ question.ask }}{% endif %}"),
    ("2: T204", "q may be None", "{% macro m(q) %}{{ q.ask }}{% endmacro %}{{ m(question) }}"),
    ("2: T205", 'answers.goal may be missing: guard it with {% if "goal" in answers %}', "{{ answers.goal }}"),
    ("2: T205", "answers.goal", "{% if answers.goal %}x{% endif %}"),
    ("2: T206", "without 'else'", "{{ ('a' if moved)|line }}"),
    ("2: T206", "without 'else'", "{{ ('a' if moved) ~ 'b' }}"),
    ("2: T206", "without 'else'", "{% set x = stage if moved %}{{ x.name }}"),
    ("2: T207", "a model cannot be printed", "{{ flow }}"),
    ("2: T207", "a list cannot be printed", "{{ problems }}"),
]  # fmt: skip
SOUND = [
    "{% set q = question %}{% if question %}{{ q.ask }}{% endif %}",
    "{% set asks = question is not none and moved %}{% if asks %}{{ question.ask }}{% endif %}",
    "{% if not question %}no{% elif question.kind == 'field' %}{{ question.ask }}{% endif %}",
    "{% if question is none or question.kind == 'field' %}x{% endif %}",
    "{% if question is not none and question.proposal %}{{ question.proposal|line }}{% endif %}",
    "{% if question != none %}{{ question.ask }}{% endif %}",
    "{{ question.ask if question else '' }}",
    "{{ 'x' if not question else question.ask }}",
    "{{ question.ask|default('x') }}",
    "{{ summary|default('x', true) }}",
    "{{ summary or 'x' }}",
    "{{ 'a' if moved }}{{ ('a' if moved) or 'b' }}",
    "{% for h in (heard if moved) %}x{% endfor %}",
    "{% if question.ask is defined %}{{ question.ask }}{% endif %}",
    "{% for a in assumptions if a.related_to %}{{ a.related_to|line }}{% endfor %}",
    "{% for a in assumptions|selectattr('related_to') %}{{ a.related_to|line }}{% endfor %}",
    "{% for a in assumptions|rejectattr('related_to', 'none') %}{{ a.related_to }}{% endfor %}",
    "{% if turns_left is not none and turns_left > 1 %}x{% endif %}",
    "{% if 'goal' in answers %}{{ answers.goal }}{{ answers['goal'] }}{% endif %}",
    "{% if 'goal' not in answers %}x{% else %}{{ answers.goal }}{% endif %}",
    "{{ answers.goal if 'goal' in answers else '' }}",
    "{{ answers.goal|default('x') }}",
    "{% if answers.goal is defined %}{{ answers.goal }}{% endif %}",
    "{% for f in stage.fields if f in answers %}{{ answers[f]|line }}{% endfor %}",
    "{% for name, value in answers|items %}{{ name }}{% if value %}x{% endif %}{% endfor %}",
    "{% if title is defined %}{{ title }}{% endif %}{{ subtitle|default('') }}",
    "{{ stage.metadata.anything }}{{ stage.metadata.any.thing }}",
    "{% set ns = namespace(n=0) %}{% for h in heard %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
    "{% macro m(q) %}{{ q.ask }}{% endmacro %}{% if question %}{{ m(question) }}{% endif %}",
    "{% macro unused() %}{{ question.ask }}{% endmacro %}",
    "{% macro m() %}{{ caller() }}{{ varargs|length }}{% endmacro %}{% call m() %}x{% endcall %}",
    "{% macro m() %}{{ later }}{% endmacro %}{% set later = 1 %}{{ m() }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(3) }}",
    "{% if moved %}{% set x = heard %}{% else %}{% set x = events %}{% endif %}"
    "{% for t in x %}{{ t.label }}{% endfor %}",
    "{% include 'nope.jinja' ignore missing %}",
    "{{ range(3)|join(',') }}{% for n in range(3) %}{{ n }}{% endfor %}",
    "{% for h in heard %}{{ loop.index }}{{ loop.last }}{% endfor %}",
    "{{ heard|map(attribute='field')|list|listing }}{{ events|map('line')|join(', ') }}",
    "{% for h in heard %}{% block b scoped %}{{ h.text }}{% endblock %}{% endfor %}",
    "{% raw %}{{ nothing.of.this }}{% endraw %}{# {{ nor.of.this }} #}",
]  # fmt: skip


@pytest.mark.parametrize(("place", "words", "body"), FAULTS)
def test_a_planted_fault_is_found(tmp_path: Path, place: str, words: str, body: str):
    """By its code, on its line, and nothing else is said to be wrong."""
    said = found(tmp_path, {"page.jinja": message(body)})
    assert len(said) == 1, said
    assert said[0].startswith(f"page.jinja:{place} ")
    assert words in said[0]


@pytest.mark.parametrize("body", SOUND)
def test_what_is_no_fault(tmp_path: Path, body: str):
    """Each comes close to a fault and is none."""
    assert found(tmp_path, {"page.jinja": message(body)}) == []


def broken(folder: Path, grow: Flow, body: str) -> set[str]:
    """The moments at which a page with that body cannot be rendered."""
    write(folder, {"page.jinja": message(body)})
    templates, failed = Templates([folder]), set()
    for words, imagine in MOMENTS.items():
        for leaf in ("goal", "paused"):
            try:
                templates.render_prompt(
                    ["page.jinja"], imagine(Moment(flow=grow, leaf=leaf, sure=()))
                )
            except TemplateError:
                failed.add(words)
    return failed


@pytest.mark.parametrize("body", [body for place, _, body in FAULTS if place > "2: T2"])
def test_what_is_told_does_go_wrong(tmp_path: Path, grow: Flow, body: str):
    """At some moment of some session."""
    silent = "gaol" in body or "optins" in body
    endless = grow.model_copy(update={"budget": None})
    assert bool(broken(tmp_path, endless, body)) != silent


@pytest.mark.parametrize("body", SOUND)
def test_what_is_not_told_does_not_go_wrong(tmp_path: Path, grow: Flow, body: str):
    """At any moment."""
    lax = "any.thing" in body or "t.label" in body
    assert lax or broken(tmp_path, grow, body) == set()


def test_a_guard_around_a_block_holds_for_the_child_s_block(tmp_path: Path):
    """And what the parent set before it is known there."""
    base = message("{% set n = 1 %}{% if question %}{% block ask %}{% endblock %}{% endif %}")
    base = base.replace('{% message "system" %}\n', '{% set top = 1 %}{% message "system" %}\n')
    page = "{% extends 'base.jinja' %}{% block ask %}{{ question.ask }}{{ top }}{% endblock %}"
    assert found(tmp_path, {"page.jinja": page, "base.jinja": base}) == []
    page = page.replace("top", "n")
    assert found(tmp_path, {"page.jinja": page, "base.jinja": base})[0].startswith(
        "page.jinja:1: T201 no 'n' here."
    )


def test_a_part_is_looked_at_where_it_is_included(tmp_path: Path):
    """It sees what is set around it, and the guards; told once, however often it is included."""
    page = message("{% set a = 1 %}{% include 'part.jinja' %}\n{% include 'part.jinja' %}")
    said = found(tmp_path, {"page.jinja": page, "part.jinja": "{{ a }}\n{{ stage.nme }}\n"})
    assert [line.partition(" ")[0] for line in said] == ["part.jinja:2:"]


def test_a_block_that_is_imported_is_no_block_of_the_page(tmp_path: Path):
    """And `super()` belongs to the block that says it, not to a part that is included there."""
    macros = "{% macro m() %}{% block b %}{{ stge }}{% endblock %}{% endmacro %}"
    page = "{% extends 'base.jinja' %}{% from 'm.jinja' import m %}"
    page += "{% block b %}{{ m() }}{% include 'part.jinja' %}{% endblock %}"
    base = message("{% block b %}{{ stage.nme }}{% endblock %}")
    files = {
        "page.jinja": page,
        "m.jinja": macros,
        "base.jinja": base,
        "part.jinja": "{{ super() }}",
    }
    said = found(tmp_path, files)
    assert {line.split(":")[0] for line in said} <= {"m.jinja", "base.jinja", "part.jinja"}
    assert any("stage.nme" in line for line in said)


def test_what_is_imported_sees_no_view(tmp_path: Path):
    """Unless it is imported with context; its macros are looked at with what they are given."""
    macros = (
        "{% macro a(s) %}{{ s.nam }}{% endmacro %}\n{% macro b() %}{{ stage.name }}{% endmacro %}"
    )
    page = "{% import 'm.jinja' as m %}{% from 'm.jinja' import b, c %}"
    page += message("{{ m.a(stage) }}{{ m.d() }}{{ b() }}")
    said = found(tmp_path, {"page.jinja": page, "m.jinja": macros})
    assert [line[: line.index("T") + 4] for line in said] == [
        *("m.jinja:1: T202", "m.jinja:2: T201", "page.jinja:1: T202", "page.jinja:2: T202")
    ]
    assert "only 'with context'" in said[1]
    page = page.replace("import b, c", "import b with context")
    said = found(tmp_path, {"page.jinja": page, "m.jinja": macros})
    assert not [line for line in said if "T201" in line]


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        (b"\x00\xff\xfe", "T101", "cannot be read as UTF-8"),
        ("café".encode("latin-1"), "T101", "cannot be read as UTF-8"),
        (b"x" * 300_000, "T101", "larger than 262,144 bytes"),
        (DEEP.encode(), "T102", "nested too deeply"),
        (LONG.encode(), "T102", "nested too deeply"),
        (b"{{ " + b"(" * 5_000, "T102", "nested too deeply"),
        (b"{{ 1 }}{# x", "T102", "Missing end of comment"),
    ],
    ids=["binary", "latin", "large", "deep", "long", "brackets", "comment"],
)
def test_bad_input_is_a_problem_like_any_other(tmp_path: Path, source: bytes, code: str, words):
    """Never a traceback, and nothing else is made of it."""
    (tmp_path / "page.jinja").write_bytes(source)
    lint = Lint(Templates([tmp_path]))
    [problem] = lint.check([Entry(name="page.jinja", whole=False)]) or lint.compile()
    assert problem.code == code
    assert words in problem.message


def test_a_circle_of_templates_is_told_with_its_way(tmp_path: Path):
    """Whichever way they refer to each other."""
    files = {"page.jinja": "{% extends 'b.jinja' %}", "b.jinja": "{% include 'page.jinja' %}"}
    assert found(tmp_path, files) == [
        "b.jinja:1: T104 page.jinja includes itself: page.jinja -> b.jinja -> page.jinja"
    ]


def test_includes_that_multiply_are_not_waited_for(tmp_path: Path):
    """Three times three times three, eighteen levels deep."""
    files = {f"p{n}.jinja": f"{{% include 'p{n + 1}.jinja' %}}" * 3 for n in range(18)}
    said = found(tmp_path, files | {"p18.jinja": "x"})
    assert any("adds up to more than 100,000 statements" in line for line in said)
    chain = {f"p{n}.jinja": f"{{% include 'p{n + 1}.jinja' %}}" for n in range(30)}
    assert "T104 more than 20 levels" in found(tmp_path, chain | {"p30.jinja": ""})[0]


def test_a_template_with_thousands_of_faults_is_told_of_some(tmp_path: Path):
    """Two hundred are enough to begin with."""
    body = "".join(f"{{{{ name{n} }}}}\n" for n in range(3_000))
    assert len(found(tmp_path, {"page.jinja": message(body)})) == 200


def test_every_rule_has_its_code_level_and_sentence():
    """For the documentation."""
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert all(rule.sentence.endswith(".") for rule in RULES)


def test_the_documentation_has_every_rule():
    """The table of codes in docs/pages.md is the table of the code."""
    rows = re.findall(r"^\| (T\d+) \| (\w+) \| (.*) \|$", PAGES.read_text(), re.MULTILINE)
    assert rows == [(rule.code, rule.level, rule.sentence) for rule in RULES]


def test_a_reply_has_no_messages(tmp_path: Path):
    """They belong to pages."""
    write(tmp_path, {"a.reply.txt.jinja": message("x")})
    [problem] = Lint(Templates([tmp_path])).check([Entry(name="a.reply.txt.jinja")])
    assert (problem.code, problem.line) == ("T102", 1)
    assert "belong to pages, not to replies" in problem.message
