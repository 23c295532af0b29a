# ruff: noqa: E501  # a row of a table is one line
"""Checks of flows together with their templates."""

from pathlib import Path

import pytest

from coach.checks.prompts import Report, flows_beside, lint_prompts
from coach.flows.load import parse_flow
from coach.library import home

FLOW = """\
flow: mine
start: plan
budget: {turns: 9}
stages:
  plan:
    start: draft
    stages:
      draft:
        collect: {goal: {type: text, ask: What?}, note: {type: text, ask: Q, optional: true}}
        next: [{to: review, when: has(goal)}]
      review:
        collect: {score: {type: rating, ask: How?}}
        next: [{to: end, when: has(score)}]
  end: {final: true}
"""
PAGE = '{% extends "general.md.jinja" %}{% block guidance %}BODY{% endblock %}'
HEAR = '{% extends "hear.md.jinja" %}{% block guidance %}{% section "own" %}BODY{% endsection %}{% endblock %}'
REPLY = '{% extends "reply.txt.jinja" %}{% block opening %}BODY{% endblock %}'


@pytest.fixture
def lint(tmp_path: Path):
    """Lint of the flow with these templates of its own: `lint({name: source})`."""

    def run(files: dict[str, str], flow: str = FLOW, **options) -> Report:
        for name, source in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(source)
        return lint_prompts([parse_flow(flow)], [tmp_path, home("prompts")], **options)

    def codes(files: dict[str, str], flow: str = FLOW, **options) -> list[str]:
        found = run(files, flow, **options).problems
        return [str(p).removeprefix(f"{tmp_path.resolve()}/") for p in found]

    codes.report = run
    return codes


def page(body: str, block: str = "guidance") -> str:
    return PAGE.replace("BODY", body).replace("guidance", block)


def test_a_flow_without_templates_of_its_own_is_sound(lint):
    """It has the general ones; the report says how much was looked at."""
    report = lint.report({})
    assert report.problems == report.errors == ()
    assert (report.stages, report.moments) == (3, 9)
    assert 6 <= report.templates <= 18


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("mine/plan/draft.md.jinja", "{{ answers.goal }}", "T205 answers.goal may be missing"),
        ("mine/plan/draft.md.jinja", "{{ answers.gaol|default('') }}", "T203 the flow has no field"),
        ("mine/plan/review.md.jinja", "{{ answers.note }}", "T205 answers.note may be missing"),
        ("mine/end.md.jinja", "{{ answers.goal }}{{ answers.score }}", ""),
        ("mine/plan/review.md.jinja", "{{ answers.goal }}", ""),
        ("mine/plan.md.jinja", "{{ answers.goal }}", "T205 answers.goal may be missing"),
        ("mine/general.md.jinja", "{{ stage.nme }}", "T202 stage.nme"),
        ("mine/plan/draft.reply.txt.jinja", "{{ answers.goal }}", "T205 answers.goal may be missing"),
        ("mine/reply.txt.jinja", "{{ stage.nme }}", "T202 stage.nme"),
        ("mine/general.hear.md.jinja", "{{ stage.nme }}", "T202 stage.nme"),
        ("mine/plan/draft.hear.md.jinja", "{{ answers.goal }}", "T205 answers.goal may be missing"),
        ("mine/plan/draft.hear.md.jinja", "{% for f in fields %}{{ f.name[99] }}{% endfor %}", "T601"),
        ("mine/plan/review.hear.md.jinja", "{{ triggers|length }} {{ answers.goal }}", "T406"),
    ],
)  # fmt: skip
def test_a_template_is_held_to_its_flow_and_stages(lint, name: str, body: str, said: str):
    """What is certain at a stage needs no guard in its template; elsewhere it does."""
    source = (REPLY if "reply" in name else HEAR if ".hear." in name else PAGE).replace(
        "BODY", body
    )
    found = [line for line in lint({name: source}) if "T501" not in line]
    assert len(found) == bool(said), found
    assert all(line.startswith(f"{name}:1: {said}") for line in found)


def test_without_a_budget_of_turns_there_may_be_none_left(lint):
    """`turns_left` is None then."""
    files = {"mine/general.md.jinja": page("{{ turns_left }}", "volatile")}
    assert lint(files) == []
    flow = FLOW.replace("budget: {turns: 9}\n", "")
    [line] = lint(files, flow)
    assert "T204 turns_left may be None" in line


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mine/plan/drft.md.jinja", "T502 flow 'mine' has no stage for"),
        ("mine/drft.reply.txt.jinja", "T502 flow 'mine' has no stage for"),
        ("mine/genral.md.jinja", "Did you mean 'mine/general.md.jinja'?"),
        ("mine/end.md", ""),
        ("parts/unused.md.jinja", "T503 nothing refers to this template"),
        ("loose.jinja", "T503 nothing refers to this template"),
        ("odd name.md.jinja", "T101 template name 'odd name.md.jinja' is not allowed"),
    ],
)
def test_a_template_that_nobody_uses_is_told(lint, name: str, said: str):
    """Its name is off, or it is left over."""
    found = lint({name: "text"})
    assert len(found) == bool(said), found
    assert all(line.startswith(f"{name}: ") and said in line for line in found)


def test_what_others_refer_to_is_used(lint):
    """By include, extends or import; a stage may name its template, too."""
    files = {
        "mine/general.md.jinja": page('{% include "mine/part.md.jinja" %}'),
        "mine/part.md.jinja": "text",
        "special/one.md.jinja": page("x"),
    }
    flow = FLOW.replace("end: {final: true}", "end: {final: true, template: special/one}")
    assert lint(files, flow) == []


def test_a_stage_that_was_left_out_is_told(lint):
    """If others of its flow have pages, and it asks something."""
    found = lint({"mine/plan/draft.md.jinja": page("x")})
    assert found == [
        "mine/plan/review: T501 no page mine/plan/review.md.jinja, so general.md.jinja is used; "
        "other stages have their own"
    ]
    assert lint({"mine/plan.md.jinja": page("x")}) == []


def test_a_page_is_tried_with_what_a_rule_cannot_see(lint):
    """A loop that never ends, a helper that takes no list: told once, with stage and moment."""
    body = "{% for e in events %}{{ e|percent }}{% endfor %}"
    [line] = lint({"mine/general.md.jinja": page(body, "volatile")})
    assert line.startswith("mine/general.md.jinja:1: T601 ")
    assert line.endswith("(mine/plan/draft, after a turn with everything in it)")


def test_what_is_told_already_is_not_told_by_rendering(lint):
    """One fault, one problem."""
    assert len(lint({"mine/general.md.jinja": page("{{ stge.name }}")})) == 1
    assert len(lint({"mine/general.md.jinja": page("{% include 'nope.jinja' %}")})) == 1


def test_an_empty_reply_is_a_problem(lint):
    """A coach that says nothing."""
    [line] = lint({"mine/end.reply.txt.jinja": "{% if moved %}x{% endif %}"})
    assert line.startswith("mine/end.reply.txt.jinja: T601 the reply is empty (mine/end, with")


def test_sections_that_must_be_there_have_to_fit(lint):
    """The configured budget is the one that counts."""
    [line] = {line.partition(": T602")[1] for line in lint({}, budget=50)}
    assert line == ": T602"
    long = {
        "mine/general.md.jinja": page("word " * 3_000).replace("{% block", "{# long #}{% block")
    }
    files = {
        "mine/general.md.jinja": '{% message "system" %}' + "word " * 3_000 + "{% endmessage %}"
    }
    assert lint(long) == []
    [line] = lint(files)
    assert "T602 the sections that must be there need 3,00" in line


def test_only_leaves_out_what_the_flows_do_not_use(lint):
    """`coach prompt lint FLOW`."""
    files = {"other/x.md.jinja": "{{ stge }}"}
    assert len(lint(files)) == 2
    assert lint(files, only=True) == []


@pytest.mark.parametrize("template", ["../secret", "/etc/passwd", "nowhere"])
def test_a_stage_whose_template_is_not_there_has_the_next(lint, template: str):
    """A name that leaves the folders is an error."""
    flow = FLOW.replace("end: {final: true}", f"end: {{final: true, template: {template}}}")
    found = lint({}, flow)
    assert bool(found) == (template != "nowhere")
    assert all(line.startswith("mine/end: T601 template name") for line in found)


def test_no_templates_at_all_is_a_problem_of_every_stage(tmp_path: Path):
    """Not even the general ones: a folder that is empty, or not there."""
    for folder in (tmp_path, tmp_path / "nowhere"):
        found = lint_prompts([parse_flow(FLOW)], [folder]).problems
        assert {(p.path, p.code) for p in found} == {
            ("mine/plan/draft", "T601"),
            ("mine/plan/review", "T601"),
            ("mine/end", "T601"),
        }
    assert lint_prompts([], [tmp_path]).problems == ()


def test_which_flows_belong_to_a_folder_of_templates(tmp_path: Path):
    """Your own, and the built-in ones that you have templates for; else all built-in ones."""
    own, prompts = tmp_path / "states", tmp_path / "prompts"
    builtin = home("states")
    states = (own, builtin)
    assert {path.stem for path in flows_beside(prompts, states)} == {"grow", "requirements"}
    own.mkdir()
    (own / "mine.yaml").write_text(FLOW)
    assert flows_beside(prompts, states) == [own / "mine.yaml"]
    (prompts / "grow").mkdir(parents=True)
    assert flows_beside(prompts, states) == [builtin / "grow.yaml", own / "mine.yaml"]
