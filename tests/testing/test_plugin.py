"""The pytest plugin: stories as tests, in runs of pytest of their own."""

import subprocess
import sys
from textwrap import dedent
from xml.etree import ElementTree

import pytest
import yaml

from coach.testing import running, talk
from coach.testing.generated import items

# What a run of pytest in this process imports, it takes away again: not these.
KEPT = (yaml, running, talk, items)

pytest_plugins = ["pytester"]
PLUGINS = ("coach.testing.plugin", "coach.testing.coverage.plugin")
OPTIONS = ("-p", "coach.testing.plugin", "-p", "no:cacheprovider", "-p", "no:asyncio", "-ra")
STORIES = """\
flow: grow
tags: [all]
---
story: a goal is asked for its measure
tags: [first]
turns:
  - user: run a marathon
    expect: {asks: measure, stage: goal}
---
story: a goal moves on
turns:
  - user: run a marathon
    heard: [{set: {goal: run a marathon, importance: 9}}, {decline: measure}]
    expect: {moves: [goal -> reality], asks: obstacle}
  - user: never said
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with a story that passes and one that fails."""
    (pytester.path / "grow.story.yaml").write_text(STORIES)
    return pytester


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess(*OPTIONS, *args)


def test_each_story_is_a_test(project: pytest.Pytester) -> None:
    """By its name; one that fails shows what was said, and the line of the story."""
    result = run(project, "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "grow.story.yaml::a goal is asked for its measure PASSED*",
            "grow.story.yaml::a goal moves on FAILED*",
            "wrong_question: it asks rating, not obstacle",
            "  goal        |  coach: What would you like to achieve?",
            "  1           |  you:   run a marathon",
            "              |         heard {set: {goal: run a marathon, importance: 9}}*",
            "  -> reality  |  coach: How far along are you today, 0 to 10?",
            "grow.story.yaml:14: expect: {moves: [[]goal -> reality], asks: obstacle}",
            "  expected  obstacle",
            "  got       rating",
            "why",
            "  moved goal -> reality: the goal is clear",
            "  held back reality -> options: has(rating) is false (rating is missing)*",
            "1 turn not run",
            "FAILED grow.story.yaml::a goal moves on - wrong_question: it asks rating*",
        ]
    )
    assert "coach/testing" not in result.stdout.str()


def test_the_report_says_little(project: pytest.Pytester) -> None:
    """A person reads it."""
    lines = run(project, "--no-header", "-q").stdout.lines
    assert len(lines) < 35


@pytest.mark.parametrize(
    ("options", "passed", "failed"),
    [(["-k", "moves"], 0, 1), (["-m", "first"], 1, 0), (["-m", "all and not first"], 0, 1)],
)
def test_stories_are_chosen_as_tests_are(
    project: pytest.Pytester, options: list[str], passed: int, failed: int
) -> None:
    """By their names, and by their tags as marks."""
    result = run(project, "--strict-markers", *options)
    result.assert_outcomes(passed=passed, failed=failed, deselected=1)


def test_a_story_has_an_id(project: pytest.Pytester) -> None:
    """To be run alone."""
    result = run(project, "grow.story.yaml::a goal is asked for its measure")
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("name", ["a [draft], 50%", "a :: b", "über <b> {{ 7*7 }}", "日本の話"])
def test_a_story_with_any_name_can_be_run_alone(pytester: pytest.Pytester, name: str) -> None:
    """And stands in junit's report by it."""
    text = f"flow: grow\n---\nstory: {name!r}\nturns: [{{user: run far}}]\n"
    (pytester.path / "a.story.yaml").write_text(text)
    shown = name.replace("::", ":")
    result = run(pytester, f"a.story.yaml::{shown}", "--junitxml=out.xml")
    result.assert_outcomes(passed=1)
    case = ElementTree.parse(pytester.path / "out.xml").find(".//testcase")
    assert case is not None
    assert str(case.get("name")).startswith(shown)


def test_a_file_with_problems_is_an_error(pytester: pytest.Pytester) -> None:
    """All of them, with file and line, and nothing of us."""
    (pytester.path / "a.story.yaml").write_text(STORIES.replace("asks", "aks"))
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*a.story.yaml:8: S101 unknown key 'aks'*Did you mean 'asks'?"])
    result.stdout.fnmatch_lines(["*a.story.yaml:14: S101 unknown key 'aks'*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_names_that_the_flow_does_not_have_are_errors(pytester: pytest.Pytester) -> None:
    """Before anything is played."""
    (pytester.path / "a.story.yaml").write_text(STORIES.replace("obstacle", "obstacel"))
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*S105 flow 'grow' has no field 'obstacel'*'obstacle'?"])


def test_stories_run_in_parallel_and_into_junit(project: pytest.Pytester) -> None:
    """Under xdist, each process with a player of its own."""
    result = project.runpytest_subprocess(*OPTIONS, "-n2", "--junitxml=out.xml")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["FAILED grow.story.yaml::a goal moves on - wrong_question*"])
    report = (project.path / "out.xml").read_text()
    assert 'name="a goal is asked for its measure"' in report
    assert 'value="wrong_question"' in report


def test_stories_hold_when_reloaded_and_replayed(project: pytest.Pytester) -> None:
    """What passes goes on passing."""
    run(project, "--coach-reload", "--coach-replay", "-k", "asked").assert_outcomes(
        passed=1, deselected=1
    )


FIXTURE = """\
from coach.testing.heard import correct, digress


def test_a_question_does_not_move_the_stage(coach):
    talk = coach("grow").at("reality", goal="run 10k", importance=9, measure="60 min")
    talk.say("What is a good 10k time?", heard=[digress("question")])
    assert talk.stage == "reality" and talk.asks == "rating"
    talk.say("A half marathon.", heard=[correct(goal="half marathon")])
    assert "half marathon" in talk.prompt


def test_each_is_a_world_of_its_own(coach):
    one, other = coach("grow"), coach("grow")
    one.say("run a marathon")
    assert other.context.revision == 0
    assert one.context.value("goal") == "run a marathon"
"""


def test_the_fixture_opens_conversations(pytester: pytest.Pytester) -> None:
    """From the start, or in the middle."""
    pytester.makepyfile(FIXTURE)
    run(pytester).assert_outcomes(passed=2)


HOOK = """\
import pytest

def pytest_coach_played(item, result):
    moves = [str(m) for d in result.decisions for m in d.moves]
    print(f"PLAYED {item.name} {result.passed} {moves}")
"""


def test_other_plugins_hear_what_was_played(pytester: pytest.Pytester) -> None:
    """Stories, and the conversations of tests, whether they passed or not."""
    (pytester.path / "grow.story.yaml").write_text(STORIES)
    pytester.makeconftest(HOOK)
    failing = FIXTURE.replace("other.context.revision == 0", "other.context.revision == 1")
    pytester.makepyfile(test_talk=failing)
    result = run(pytester, "-s")
    result.stdout.fnmatch_lines_random(
        [
            "*PLAYED a goal is asked for its measure True [[]]",
            "*PLAYED a goal moves on False [[]'goal -> reality'[]]",
            "*PLAYED test_a_question_does_not_move_the_stage True [[]'goal -> reality'*",
            "*PLAYED test_each_is_a_world_of_its_own False [[]]",
        ]
    )


SNAPSHOT = """\
flow: grow
prompts: prompts
---
story: the page of a goal
turns:
  - user: run a marathon
    expect: {snapshot: true}
"""


def test_snapshots_are_written_and_compared(pytester: pytest.Pytester) -> None:
    """--coach-update takes what has changed."""
    pytester.mkdir("prompts")
    (pytester.path / "a.story.yaml").write_text(SNAPSHOT)
    run(pytester).stdout.fnmatch_lines(["snapshot_changed: there is no snapshot yet*"])
    run(pytester, "--coach-update").assert_outcomes(passed=1)
    kept = pytester.path / "snapshots/a/the_page_of_a_goal/1.txt"
    assert "run a marathon" in kept.read_text()
    run(pytester).assert_outcomes(passed=1)
    kept.write_text(kept.read_text().replace("marathon", "mile"))
    result = run(pytester)
    result.stdout.fnmatch_lines(["snapshot_changed: the page has changed*", "  -*mile*"])


def test_guards_come_from_a_file(pytester: pytest.Pytester) -> None:
    """--coach-code, as --code does for the command."""
    (pytester.path / "own.yaml").write_text(
        "flow: own\nstart: a\nstages:\n  a: {next: [{to: b, when: sunny()}]}\n  b: {final: true}\n"
    )
    pytester.makepyfile(
        guards=dedent(
            """\
            import coach

            registry = coach.Registry()


            @registry.guard
            def sunny(context):
                return context.turns > 0
            """
        )
    )
    text = "flow: ./own.yaml\n---\nstory: s\nturns: [{user: x, expect: {finished: true}}]\n"
    (pytester.path / "a.story.yaml").write_text(text)
    run(pytester).assert_outcomes(errors=1)
    run(pytester, "--coach-code", "guards.py").assert_outcomes(passed=1)


def test_without_stories_nothing_is_imported(pytester: pytest.Pytester) -> None:
    """The plugin costs a run nothing until there is a story."""
    pytester.makepyfile(
        """
        import sys

        def test_nothing_heavy():
            heavy = ("pydantic", "sqlalchemy", "jinja2", "yaml", "transitions", "tiktoken")
            assert [name for name in heavy if name in sys.modules] == []
            ours = [name for name in sys.modules if name.startswith("coach.")]
            assert [name for name in ours if not name.startswith("coach.testing")] == []
            assert "coach.testing.stories" not in ours
        """
    )
    quiet = ("-p", "no:hypothesispytest", "-p", "no:anyio", "-p", "no:xdist")
    pytester.runpytest_subprocess(*OPTIONS, *quiet).assert_outcomes(passed=1)


def test_pytest_finds_the_plugins_by_themselves() -> None:
    """By the entry points that the package declares."""
    from tomllib import loads

    from tests.testing.stories.tell import ROOT

    points = loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    assert points == {name: name for name in PLUGINS}
    load = "; ".join(f"import {name}" for name in PLUGINS)
    done = subprocess.run([sys.executable, "-c", load], check=False)
    assert done.returncode == 0


def test_generated_stories_are_tests_too(project: pytest.Pytester) -> None:
    """Of the flow that is named, by name and mark, after those that are written."""
    result = run(project, "-v", "--coach-generated=grow", "-m", "all or flight", "-k", "goal")
    result.assert_outcomes(passed=4, failed=1, deselected=183)
    result.stdout.fnmatch_lines(
        [
            "grow.story.yaml::a goal moves on FAILED*",
            "generated/grow::goal and measure in flight at goal PASSED*",
        ]
    )


def test_generated_stories_of_ones_own_flows(project: pytest.Pytester) -> None:
    """Without a name each flow in states/ is meant."""
    (project.path / "states").mkdir()
    flow = "flow: hello\nstart: hi\nstages: {hi: {collect: {name: {type: text, ask: Who?}}}}\n"
    (project.path / "states/hello.yaml").write_text(flow)
    (project.path / "grow.story.yaml").unlink()
    result = run(project, "-v", "--coach-generated")
    result.stdout.fnmatch_lines(["generated/hello::correct name right after it was said PASSED*"])
    assert result.ret == 0
    assert "generated/grow" not in result.stdout.str()


def test_a_flow_that_is_not_there_cannot_be_generated_from(project: pytest.Pytester) -> None:
    """Perhaps it was a path for pytest."""
    result = run(project, "--coach-generated", "grow.story.yaml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --coach-generated: *put the option behind the paths)"])
