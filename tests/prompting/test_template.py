"""Templates: structure without markers, a sandbox, errors with path:line."""

import time

import pytest
from page_views import question, templates, view

from coach.errors import TemplateError, TemplateNotFound
from coach.prompting.template import Templates

BASE = """{% message "system" %}
{% section "rules" priority=90 always cache %}Be kind.{% endsection %}
{% block middle %}{% section "facts" %}a fact{% endsection %}{% endblock %}
{% endmessage %}"""


def page(folder, source, seen=None, **files):
    found = templates(folder, page=source, **files)
    return found.render_prompt(["page.jinja"], seen or view())


def shape(messages):
    return [(m.role, [(s.spec.name, s.text.strip()) for s in m.sections]) for m in messages]


def system(body):
    return f'{{% message "system" %}}{body}{{% endmessage %}}'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% extends 'base.jinja' %}", [("rules", "Be kind."), ("facts", "a fact")]),
        (
            "{% extends 'base.jinja' %}{% block middle %}{% section 'new' %}x{% endsection %}"
            "{% endblock %}",
            [("rules", "Be kind."), ("new", "x")],
        ),
        (
            "{% extends 'base.jinja' %}{% block middle %}{{ super() }}"
            "{% section 'new' %}x{% endsection %}{% endblock %}",
            [("rules", "Be kind."), ("facts", "a fact"), ("new", "x")],
        ),
        (
            system("{% include 'part.jinja' %}"),
            [("part", "submit the thesis")],
        ),
        (
            system(
                "{% for n in range(2) %}{% if n %}{% section 's' %}{{ n }}{% endsection %}"
                "{% endif %}{% endfor %}"
            ),
            [("s", "1")],
        ),
        (
            system("loose {% section 's' %}x{% endsection %} end"),
            [("system", "loose"), ("s", "x"), ("system 2", "end")],
        ),
    ],
    ids=["extends", "block", "super", "include", "for-if", "loose"],
)
def test_structure_comes_through(tmp_path, source, expected):
    """Through extends, block, super, include, for and if."""
    part = "{% section 'part' %}{{ answers.goal }}{% endsection %}"
    assert shape(page(tmp_path, source, base=BASE, part=part)) == [("system", expected)]


def test_settings_of_a_section_arrive(tmp_path):
    """Numbers, words and flags."""
    source = system(
        "{% section 's' priority=7 always min=6 max=40 keep='last' cache %}x{% endsection %}"
    )
    spec = page(tmp_path, source)[0].sections[0].spec
    assert (spec.priority, spec.min, spec.max, spec.keep) == (7, 6, 40, "last")
    assert spec.always
    assert spec.cache


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("\ntext", "page.jinja:1: text outside a message: 'text'"),
        ("\n{% message 'systm' %}{% endmessage %}",
         "page.jinja:2: 'systm' is no role. Did you mean 'system'?"),
        (system(system("")), "a message 'system' inside the message 'system'"),
        ("{% section 's' %}{% endsection %}", "page.jinja:1: section 's' outside a message"),
        (system("{% section 'a' %}\n{% section 'b' %}{% endsection %}{% endsection %}"),
         "page.jinja:2: section 'b' inside section 'a'"),
        (system("{% section 'a' %}{% endsection %}" * 2), "section 'a' stands twice in one"),
        (system("{% section 'a' prioritty=1 %}{% endsection %}"), "Did you mean 'priority'?"),
        (system("{% section 'a' priority=101 %}{% endsection %}"), "section 'a': priority: Input"),
        (system("{% section 'a' min %}{% endsection %}"), "'min' needs a value, such as min=60"),
        (system("\n\n{% macro m() %}\n{% section 'a' %}{% endsection %}{% endmacro %}"),
         "page.jinja:4: a section inside a macro would lose its structure"),
        (system("{% set x %}{% section 'a' %}{% endsection %}{% endset %}"), "inside a set"),
        (system("\n{{ answrs.goal }}"), "page.jinja:2: no 'answrs' here. Did you mean 'answers'?"),
        (system("{{ answers.gaol }}"), "has no 'gaol'. Did you mean 'goal'?"),
        (system("{{ stage.nam }}"), "StageView has no 'nam'. Did you mean 'name'?"),
        (system("{{ answers.goal|uper }}"), "No filter named 'uper'. Did you mean 'upper'?"),
        ("{% mesage 'x' %}", "unknown tag 'mesage'. Did you mean 'message'?"),
        (system("\n{{ question }}"), "page.jinja:2: the value is None"),
        (system("{{ [1] }}"), "a list cannot be printed"),
        (system("{% include 'gone.jinja' %}"), "page.jinja:1: no template gone.jinja"),
        (system("{% include 'page.jinja' %}"), "page.jinja includes itself"),
        (system("{% include answers.goal %}"), "is a literal name inside the folders"),
        (system("{% include '../secret' %}"), "is a literal name inside the folders"),
        ("{% if %}", "page.jinja:1: Expected an expression"),
    ],
)  # fmt: skip
def test_errors_say_where_and_what_would_have_worked(tmp_path, source, expected):
    """Every mistake of an author is a TemplateError with path:line."""
    with pytest.raises(TemplateError) as caught:
        page(tmp_path, source)
    assert expected in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_an_error_in_a_block_names_the_child_that_wrote_it(tmp_path):
    """Not the base whose block it fills."""
    child = "{% extends 'base.jinja' %}\n{% block middle %}\n{{ nope }}{% endblock %}"
    with pytest.raises(TemplateError, match=r"page\.jinja:3: no 'nope'"):
        page(tmp_path, child, base=BASE)


def doubled(step, first="'aaaaaaaaaa'"):
    return f"{{% set a = {first} %}}" + f"{{% set a = {step} %}}" * 40


@pytest.mark.parametrize(
    "body",
    [
        "{{ 'A' * 10 ** 9 }}",
        "{{ 'A' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ 'x'|center(1000000000) }}",
        "{{ 'x'|indent(1000000000) }}",
        "{{ range(1000000000)|list }}",
        "{{ lipsum(100000) }}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for a in range(9999) %}" + "x" * 1_000 + "{% endfor %}",
        "{% set a = 'aaaaaaaaaa' %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40,
        doubled("a ~ a"),
        doubled("a + a"),
        doubled("a + a", "['a']"),
        doubled("a * a", "9"),
        doubled("a|replace('a', 'aaaa')"),
        doubled("[a, a]") + "{{ a|json }}",
        "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    ],
)
def test_bombs_are_refused_at_once(tmp_path, body):
    """At compile time and at run time, without time or memory spent."""
    begun = time.process_time()
    with pytest.raises(TemplateError):
        page(tmp_path, system(body))
    assert time.process_time() - begun < 30


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__ }}",
        "{{ stage.__class__ }}",
        "{{ stage.model_dump() }}",
        "{{ stage['model_config'] }}",
        "{{ answers.items() }}",
        "{{ answers|attr('items') }}",
        "{{ [stage]|map(attribute='__class__')|list|json }}",
        "{{ range.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ joiner() }}",
        "{{ answers.goal() }}",
        "{{ namespace.__init__ }}",
        "{% set ns = namespace() %}{{ ns.__class__ }}",
        "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
        "{% set stage.name = 'x' %}",
    ],
)
def test_the_sandbox_shows_data_only(tmp_path, body):
    """No attribute of Python's, no method, no call but ours."""
    with pytest.raises(TemplateError):
        page(tmp_path, system(body))


@pytest.mark.parametrize(
    "name", ["../t", "/etc/passwd", "a/../b", "a\\b", "a\0b", "", ".", "a//b", "./a", "x" * 300]
)
def test_names_stay_in_the_folders(tmp_path, name):
    """Whatever leads out is refused before anything is read."""
    with pytest.raises(TemplateError, match="is not allowed"):
        Templates([tmp_path]).find([name])


def test_a_link_that_leaves_the_folders_is_refused(tmp_path):
    """Even when it has a proper name."""
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "secret").write_text("s")
    (inside / "page.jinja").symlink_to(tmp_path / "secret")
    with pytest.raises(TemplateError, match="leaves"):
        Templates([inside]).find(["page.jinja"])


def test_a_missing_template_names_all_that_were_tried():
    """With the nearest name there is."""
    with pytest.raises(
        TemplateNotFound, match=r"'grow/gaol\.md\.jinja', 'x'.*Did you mean 'grow/goal"
    ):
        templates().find(["grow/gaol.md.jinja", "x"])


def test_the_first_name_and_the_first_folder_win(tmp_path):
    """Placing one file overrides one template."""
    (tmp_path / "grow").mkdir()
    (tmp_path / "grow" / "goal.md.jinja").write_text(system("mine"))
    found = templates(tmp_path)
    assert found.find(["x.jinja", "grow/goal.md.jinja", "general.md.jinja"]) == "grow/goal.md.jinja"
    assert shape(found.render_prompt(["grow/goal.md.jinja"], view())) == [
        ("system", [("system", "mine")])
    ]


def test_the_hash_covers_what_a_template_extends_and_includes(tmp_path):
    """A change in a part changes the hash of the whole, and of nothing else."""
    one = templates(
        tmp_path, page=system("{% include 'part.jinja' %}"), part="a", other=system("x")
    )
    before = one.template_hash("page.jinja"), one.template_hash("other.jinja")
    two = templates(tmp_path, part="b")
    assert two.template_hash("page.jinja") != before[0]
    assert two.template_hash("other.jinja") == before[1]


def test_a_reply_has_no_messages(tmp_path):
    """The tags belong to pages, and the error says so."""
    with pytest.raises(TemplateError, match="belong to pages, not to replies"):
        templates(tmp_path, page=system("x")).render_text(["page.jinja"], view())


def test_a_reply_keeps_the_words_as_they_are(tmp_path):
    """Nothing is escaped for the person who wrote it; blank lines are tidied."""
    found = templates(tmp_path, reply="{{ answers.goal }}\n\n\n\n{{ question.ask }}\n")
    seen = view(answers={"goal": "# 1"}, question=question(ask="Why?"))
    assert found.render_text(["reply.jinja"], seen) == "# 1\n\nWhy?"


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("0.5", "0.5"), ("7.0", "7"), ("true", "yes"), ("0.25|percent", "25%"),
        ("'2026-06-01'|day", "Monday 1 June 2026"), ("'soon'|day", "soon"),
        ("['a', 'b', 'c']|listing('or')", "a, b or c"), ("'a\nb'|line", "a b"),
        ("{'a': [1]}|json", '{"a": [1]}'), ("[1, 2]|join('-')", "1-2"), ("'a' ~ 1", "a1"),
        ("'aba'|replace('a', 'c')", "cbc"), ("[3, 1]|sort|first", "1"), ("1 + 2 * 3", "7"),
        ("'yes' if 'goal' in answers else 'no'", "yes"), ("answers.nope is defined", "no"),
        ("answers.nope|default('-')", "-"), ("stage['name']", "reality"), ("'abc'[1:]", "bc"),
    ],
)  # fmt: skip
def test_helpers(tmp_path, expression, printed):
    """What authors have at hand."""
    found = templates(tmp_path, reply=f"{{{{ {expression} }}}}")
    assert found.render_text(["reply.jinja"], view()) == printed
