"""The stories of the shipped flows go through all of them, and notice what is planted."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.library import home
from coach.testing.coverage import FlowCoverage, Kind, Report, Source, Universe
from coach.testing.coverage.collecting import Collector
from coach.testing.coverage.hits import Sight
from coach.testing.coverage.terminal import text
from coach.testing.exempt import check_known, load_exempt
from coach.testing.mutation import Verdict, mutate
from coach.testing.stories.files import story_files
from coach.testing.stories.player import Player
from coach.vocabulary import commands as c

ROOT = Path(__file__).parents[2]
STORIES = ROOT / "tests" / "stories"
FLOWS = ("grow", "requirements")


@cache
def shipped(name: str) -> Flow:
    return load_flow(name)


def unreachable(flow: str) -> dict[str, str]:
    return load_exempt([STORIES], flow)[0].unreachable


@pytest.fixture(scope="module")
def covered() -> Callable[[str], FlowCoverage]:
    """The coverage of each flow by all stories, which are played once."""
    collector, player = Collector(FLOWS, unreachable), Player()
    for file in story_files([STORIES]):
        for story in player.load(file).stories:
            result = player.play(story)
            collector.begin()
            collector.played(result)
            collector.end(passed=result.passed)
    found = {coverage.universe.flow.name: coverage for coverage in collector.flows.values()}
    return found.__getitem__


@pytest.mark.parametrize("name", FLOWS)
def test_stories_go_through_all_of_a_flow(
    name: str, covered: Callable[[str], FlowCoverage]
) -> None:
    """Every rule, both sides of each part of a guard, every field, repair and own template."""
    coverage = covered(name)
    assert coverage.stories[False] == 0
    assert coverage.percent == 100, text(Report(coverage), most=999)
    assert {row.kind for row in Report(coverage).rows} == set(Kind)


@pytest.mark.parametrize("name", FLOWS)
def test_what_is_called_unreachable_is_an_item_and_was_not_reached(
    name: str, covered: Callable[[str], FlowCoverage]
) -> None:
    """Else the list would hide a gap, or be out of date."""
    coverage = covered(name)
    _, document = load_exempt([STORIES], name)
    check_known(document, "unreachable", unreachable(name), coverage.universe.items)
    assert not Report(coverage).surprises


VALUES = {
    "text": ["run 10k", "no time at all", "a"],
    "rating": [3, 6, 7, 9, 12],
    "yesno": [True, False],
    "date": ["2036-06-01", "2020-01-01"],
    "list": [["walk", "swim"], ["swim", "run"], ["a"]],
}


def _turns(flow: Flow) -> st.SearchStrategy[list[list[c.Command]]]:
    def value(name: str) -> st.SearchStrategy[object]:
        field = flow.fields[name]
        listed = getattr(field, "choices", ()) or ("walk", "swim")
        return st.sampled_from(VALUES.get(field.type, listed))

    names = st.sampled_from(list(flow.fields))
    answers = [
        st.builds(kind, field=st.just(name), value=value(name))
        for name in flow.fields
        for kind in (c.Set, c.Correct)
    ]
    others = [st.builds(c.Decline, field=names), st.builds(c.Reject, what=names)]
    others += [st.builds(c.Trigger, name=st.sampled_from(["pause", "resume"]))]
    others += [st.sampled_from([c.Back(), c.Undo(), c.Restart()])]
    verdicts = st.sampled_from(["approved", "rejected"])
    others += [st.builds(c.Review, artifact=st.just("spec"), verdict=verdicts)]
    some = st.lists(st.one_of(*answers, *others), max_size=8)
    full = st.tuples(*(st.builds(c.Set, field=st.just(n), value=value(n)) for n in flow.fields))
    return st.lists(st.one_of(some, full.map(list)), max_size=8)


@pytest.mark.parametrize("name", FLOWS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_random_talk_reaches_nothing_that_is_called_unreachable(
    name: str, data: st.DataObject
) -> None:
    """Whatever is said, in whatever order."""
    flow = shipped(name)
    sight, reasons = Sight(flow), unreachable(name)
    context, decision = flow.begin()
    for heard in data.draw(_turns(flow)):
        before = context.stage
        context, decision = flow.step(context, heard)
        assert not reasons.keys() & sight.hits(decision, before).keys()


@pytest.mark.parametrize("name", FLOWS)
def test_stories_notice_what_is_planted(name: str, covered: Callable[[str], FlowCoverage]) -> None:
    """At least 90 % of the mutants are killed, nothing is called equivalent that is killed, and
    the figures are those of docs/coverage.md."""
    report = mutate(home("states") / f"{name}.yaml", [STORIES])
    assert report.score >= 90, "\n".join(report.lines(brief=True))
    assert not report.wrong
    items = len(covered(name).counted)
    verdicts = (Verdict.KILLED, Verdict.SURVIVED, Verdict.EQUIVALENT, Verdict.STILLBORN)
    figures = [f"{items} of {items}", len(report.fates), *(len(report.of(v)) for v in verdicts)]
    row = " | ".join(map(str, (name, report.stories, *figures)))
    assert f"| {row} |" in (ROOT / "docs" / "coverage.md").read_text()


@pytest.mark.parametrize("name", FLOWS)
def test_every_item_has_its_line(name: str) -> None:
    """In the file that ships."""
    path = home("states") / f"{name}.yaml"
    universe = Universe.of(load_flow(path), Source.read(path))
    assert all(item.line for item in universe.items.values())
