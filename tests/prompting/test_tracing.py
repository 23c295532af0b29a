"""Tracing: each line of a page names the template and the line that made it."""

import re
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_views import PROMPTS, assumptions, big_view, history, question, templates, view

from coach.errors import TemplateError
from coach.prompting.view import SectionView

PAGES = sorted(p.relative_to(PROMPTS).as_posix() for p in PROMPTS.glob("*/*.md.jinja"))
PAGES = [name for name in PAGES if not name.startswith("parts/")]


def system(body):
    return f'{{% message "system" %}}{body}{{% endmessage %}}'


def traced(folder, source, seen=None, **files):
    """(text, 'template:line') of every line with words on it."""
    found = templates(folder, page=source, **files).trace(["page.jinja"], seen or view())
    return [
        (line.strip(), str(origin).replace(".jinja", ""))
        for message in found
        for section, origins in zip(message.raw.sections, message.origins, strict=True)
        for line, origin in zip(lines(section.text), origins, strict=True)
        if line.strip()
    ]


def lines(text):
    return text.split("\n") if text else []


BASE = system("\nfirst\n{% block middle %}\nsecond\n{% endblock %}\nthird")
MACRO = "{% macro m(x) %}\none\ntwo {{ x }}\n{% endmacro %}\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% extends 'base.jinja' %}", [("first", "base:2"), ("second", "base:4"),
                                        ("third", "base:6")]),
        ("{% extends 'base.jinja' %}\n\n{% block middle %}\nmine\n{{ super() }}{% endblock %}",
         [("first", "base:2"), ("mine", "page:4"), ("second", "base:4"), ("third", "base:6")]),
        (system("\na\n{% include 'part.jinja' %}\nb"), [("a", "page:2"), ("x", "part:1"),
                                                        ("y", "part:3"), ("b", "page:4")]),
        (system("{% for n in range(2) %}\n- {{ n }}\n{% endfor %}\nend"),
         [("- 0", "page:2"), ("- 1", "page:2"), ("end", "page:4")]),
        (system("{% if answers %}\nyes\n{% else %}\nno\n{% endif %}"), [("yes", "page:2")]),
        (system("{#\n comment\n#}\n\n{%- if true -%}\n\n  a\n{%- endif %}\n\n b {{ 'c' -}}\n\n d"),
         [("a", "page:7"), ("b cd", "page:10")]),
        (system("{% raw %}\n{{ a }}\n{% b %}\n{% endraw %}\nc"),
         [("{{ a }}", "page:2"), ("{% b %}", "page:3"), ("c", "page:5")]),
        (system("\n{{\n answers.goal\n|upper }}\n{{ 'p\nq' }}"),
         [("SUBMIT THE THESIS", "page:3"), ("p", "page:5"), ("q", "page:5")]),
        (MACRO + system("\n{{ m('x') }}\nend"),
         [("one", "page:2"), ("two x", "page:3"), ("end", "page:7")]),
        ("{% import 'lib.jinja' as lib %}" + system("\n{{ lib.m('x') }}\nend"),
         [("one", "lib:2"), ("two x", "lib:3"), ("end", "page:3")]),
        (system("{% set s %}\na\nb\n{% endset %}\n{{ s }}\nend\n{{ s|upper }}"),
         [("a", "page:2"), ("b", "page:3"), ("end", "page:6"), ("A", "page:7"), ("B", "page:7")]),
        (system("a\n{% filter upper %}\nb\nc\n{% endfilter %}\nd"),
         [("a", "page:1"), ("B", "page:2"), ("C", "page:2"), ("d", "page:6")]),
        ("{% macro c() %}\n<{{ caller() }}\n{% endmacro %}"
         + system("{% call c() %}\nx\n{% endcall %}"), [("<x", "page:2")]),
        (system("{% with a = 1 %}\n{{ a }}\n{% endwith %}"), [("1", "page:2")]),
        (system("a\u2028b\x0cc\nd\r\ne"), [("a\u2028b\x0cc", "page:1"), ("d", "page:2"),
                                           ("e", "page:3")]),
        (system("{% section 's' %}{% endsection %}{% section 't' %}\n{{ answers.goal }}\n"
                "{% endsection %}"), [("submit the thesis", "page:2")]),
    ],
    ids=["extends", "super", "include", "for", "if", "whitespace", "raw", "expression", "macro",
         "import", "set", "filter", "call", "with", "breaks", "section"],
)  # fmt: skip
def test_each_line_names_its_origin(tmp_path, source, expected):
    """The line of the file that holds its words, through everything that a template can do."""
    assert traced(tmp_path, source, base=BASE, part="x\n\ny\n", lib=MACRO) == expected


def full():
    """A view that makes every part of a built-in page speak."""
    part = SectionView(name="prefs", title="Prefs", content={"a": [1]}, formatter="list")
    return big_view().model_copy(update={"sections": (part,), "question": question(asked=3)})


@pytest.mark.parametrize("name", PAGES)
def test_a_trace_is_the_page_with_origins(name):
    """The same messages and texts; every origin is a line that exists."""
    found = templates()
    raw = found.trace([name], full())
    assert [message.raw for message in raw] == found.render_prompt([name], full())
    for message in raw:
        for section, origins in zip(message.raw.sections, message.origins, strict=True):
            assert len(origins) == len(lines(section.text))
            for origin in origins:
                assert origin.path == str(PROMPTS / origin.template)
                assert 0 < origin.line <= len(Path(origin.path).read_text().split("\n"))


PIECES = st.sampled_from(
    [
        "WORD\n", "WORD {{ answers.goal }}\n", "\n", "  \n", "{# a\n comment #}\n",
        "{% if answers %}\nWORD\n{% endif %}\n", "{%- if answers %}\n  WORD{% endif -%}\n\n",
        "{% for n in range(2) %}\n- WORD {{ n }}\n{% endfor %}\n", "WORD{{ '\n' }}\n",
        "{% set x %}\nWORD\n{% endset %}\n{{ x }}\n", "{% raw %}\nWORD {{ x }}\n{% endraw %}\n",
        "{% filter trim %}{% endfilter %}\n", "{% include 'part.jinja' %}\n", "{{ answers.goal }} ",
        "{% block BLOCK %}\nWORD\n{% endblock %}\n", "{{ message }}", "\\ WORD\r\n",
        "{%+ if 1 %}{% endif %}",
        "{% with y = 1 %}\n\nWORD {{ y }}\n{% endwith %}\n",
    ]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(pieces=st.lists(PIECES, max_size=12), said=st.sampled_from(["a\nb", "# x", "w1 w2\nw3"]))
def test_words_stand_on_the_line_that_is_named(pieces, said):
    """For any template: a word that only one line of its file holds."""
    numbers = count()
    body = re.sub("WORD|BLOCK", lambda _: f"w{next(numbers)}w", "".join(pieces))
    with TemporaryDirectory() as folder:
        rows = traced(Path(folder), system(body), view(message=said), part="p1p\n\np2p\n")
        for text, origin in rows:
            template, _, line = origin.partition(":")
            held = (Path(folder) / f"{template}.jinja").read_text().split("\n")[int(line) - 1]
            word = re.match(r"\W*([wp]\d+[wp])\b", text)
            assert word is None or word[1] in held


@pytest.mark.parametrize(
    "body",
    [
        "{{ 'A' * 10 ** 9 }}",
        "{{ stage.__class__ }}",
        "{{ stage.model_dump() }}",
        "{{ (1, 'x', 2)|from }}",
        "{% for a in range(9999) %}{% for b in range(9999) %}\n\n{% endfor %}{% endfor %}",
        "{% for a in range(9999) %}" + "\n" * 1_000 + "{% endfor %}",
        "{% set a = 'aaaaaaaaaa' %}" + "{% set a %}{{ a }}\n{{ a }}{% endset %}" * 40,
        "{% macro m() %}\n{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_a_trace_is_bounded_like_a_render(tmp_path, body):
    """The same sandbox, the same meter; the marks are paid for."""
    begun = time.process_time()
    with pytest.raises(TemplateError, match=r"page\.jinja:"):
        traced(tmp_path, system(body))
    assert time.process_time() - begun < 30


def test_an_error_in_a_trace_names_the_same_line(tmp_path):
    """Marks move no line."""
    source = system("\na\n{{ answers.goal }}\n\nb {{ nope }}")
    found = templates(tmp_path, page=source)
    with pytest.raises(TemplateError, match=r"page\.jinja:5: no 'nope'"):
        found.render_prompt(["page.jinja"], view())
    with pytest.raises(TemplateError, match=r"page\.jinja:5: no 'nope'"):
        found.trace(["page.jinja"], view())


def test_people_make_no_origins(tmp_path):
    """What they write comes from the line that prints it."""
    said = history("a\n{% include 'part.jinja' %}", "b")
    body = "{% message said %}\n{{ said.content }}\n{% endmessage %}"
    loop = f"{{% for said in history %}}{body}{{% endfor %}}"
    rows = traced(tmp_path, loop, view(history=said, assumptions=assumptions("x")))
    assert {origin for _, origin in rows} == {"page:2"}
