"""Every kept turn under two versions of the templates: what is counted is what there is."""

import resource
import statistics
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.bot import Bot
from coach.comparing import compare
from coach.differing import LAYOUT
from coach.earlier import before
from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.library import home
from coach.prompting.divergence import diverge
from coach.prompting.template import Templates
from coach.rebuilding import recipe_now, recorded
from coach.services import Services
from coach.stores.sql import SqlStore
from coach.tallying import Report, spread
from coach.testing import FakeClock

GOALS = ("submit my thesis", "run ten km", "sleep before midnight", "learn to swim")
LINES = (
    *("a medal", "9", "4", "what do you mean?", "nothing yet", "no time, ever", "undo"),
    *("walk more, ask Sam", "walk more", "change goal: do it all", "walk on Monday", "2036-12-01"),
)
RULE = "Ask one open question at a time, and wait for the answer."
ANSWER = "- {{ answer.label|line }}: {{ answer.text|line }}\n"
Edit = Callable[[str, str, str], None]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """A file with 210 turns that were made by talking: 15 sessions of 14, openings included."""
    place = tmp_path_factory.mktemp("talks")
    bot = Bot("grow", f"sqlite:///{place / 'talks.db'}", clock=FakeClock())
    for number in range(15):
        talk = bot.session(f"user{number}", id=f"s{number}")
        for line in (f"{GOALS[number % 4]} as number {number}", *LINES):
            talk.say(line)
    yield bot.store
    bot.close()


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """The built-in templates as one's own."""
    folder = tmp_path / "prompts"
    subprocess.run(["cp", "-r", str(home("prompts")), str(folder)], check=True)
    return folder


@pytest.fixture
def edit(prompts: Path) -> Edit:
    """Change a template of one's own."""

    def edit(name: str, old: str, new: str) -> None:
        text = (prompts / name).read_text()
        assert old in text
        (prompts / name).write_text(text.replace(old, new))

    return edit


@pytest.fixture
def report(store: SqlStore, prompts: Path) -> Callable[..., Report]:
    """The report on all sessions: the built-in templates, then one's own."""

    def report(what: str = str(home("prompts"))) -> Report:
        services = services_for(store, prompts)
        earlier = before(what, (prompts, home("prompts")))
        return compare(((services, line.session_id) for line in store.sessions()), earlier)

    return report


@pytest.fixture(scope="module")
def requirements() -> Flow:
    return load_flow("requirements")


def services_for(store: SqlStore, prompts: Path) -> Services:
    return Bot("grow", store, clock=FakeClock(), prompts=prompts).services


def test_the_same_templates_make_the_same_pages(report):
    """Then there is nothing to report but how many turns were looked at."""
    found = report()
    assert (found.same, found.sessions, found.turns, found.changed) == (True, 15, 210, 0)
    assert found.hunks == ()
    assert found.cached[0] == found.cached[1] > 0


def test_one_changed_line_is_one_hunk(report, edit: Edit):
    """With the line of the template, in all the turns that show it."""
    edit("general.md.jinja", RULE, "Ask, then wait.")
    found = report()
    assert (found.changed, found.sections) == (210, {"rules": 210})
    (hunk,) = found.hunks
    (part,) = hunk.parts
    assert (part.old, part.new) == ((RULE,), ("Ask, then wait.",))
    assert part.old_at == part.new_at == ("general.md.jinja:12",)
    assert (hunk.turns, hunk.section) == (210, "rules")


def test_a_line_with_words_of_the_person_is_still_one_hunk(report, edit: Edit):
    """Whatever they said, and however many answers there are."""
    edit("parts/answers.md.jinja", ANSWER, ANSWER.replace(":", " ="))
    found = report()
    assert set(found.sections) == {"answers"}
    assert len({hunk.parts[0].old_at for hunk in found.hunks}) == len(found.hunks) == 1
    assert found.hunks[0].turns == found.changed == found.sections["answers"] > 150
    assert found.hunks[0].parts[0].old_at == ("parts/answers.md.jinja:12",)
    assert found.delta.min >= 0


def test_what_was_recorded_is_what_was_sent(report, edit: Edit):
    """The sources are in the store, whatever the folder holds."""
    assert report("recorded").same
    edit("general.md.jinja", RULE, "Ask, then wait.")
    assert report("recorded") == report()


def test_errors_of_now_are_told_from_those_of_before(report, edit: Edit):
    """With the line, how often, and where."""
    edit("grow/reality.md.jinja", "Look at", "{{ nothing.here }}Look at")
    found = report()
    (broken,) = found.broken
    assert "reality.md.jinja:3: no 'nothing' here" in broken.what
    assert 0 < broken.times == found.turns - _rendered(found)
    assert found.mended == ()
    assert not found.same


def _rendered(found: Report) -> int:
    return found.turns - sum(t.times for t in found.broken) - found.broken_before


def test_a_section_of_which_less_is_there_is_named(report, edit: Edit):
    """It is cut more than before, and not dropped."""
    edit("general.md.jinja", 'priority=30 keep="last"', 'priority=30 keep="last" max=40')
    found = report()
    assert 0 < found.cut["history"] == found.sections["history"] <= found.changed
    assert found.dropped == {}
    assert found.tokens[1] < found.tokens[0]


def test_a_section_without_any_room_left_is_dropped(tmp_path: Path, store: SqlStore):
    """It had something to say before; what only became shorter is not dropped but cut."""
    for name, words in (("old", "Be kind."), ("new", "kind " * 1_994)):
        folder = tmp_path / name
        folder.mkdir()
        rules = f"{{% section 'rules' always %}}{words}{{% endsection %}}"
        tips = "{% section 'tips' priority=9 %}Drink some water now and then.{% endsection %}"
        page = f"{{% message 'system' %}}{rules}{tips}{{% endmessage %}}"
        (folder / "general.md.jinja").write_text(page)
        for stage in ("goal", "reality", "options", "will", "done", "paused"):
            (folder / "grow").mkdir(exist_ok=True)
            (folder / "grow" / f"{stage}.md.jinja").write_text(page)
    services = services_for(store, tmp_path / "new")
    found = compare([(services, "s1")], before(str(tmp_path / "old"), (tmp_path / "new",)))
    assert (found.dropped, found.cut) == ({"tips": found.turns}, {})


def test_a_section_that_moves_is_a_change_of_layout(report, edit: Edit):
    """Although no line of it differs, the page does, and the cache serves less."""
    edit("general.md.jinja", '{% include "parts/progress.md.jinja" %}\n', "")
    edit(
        "general.md.jinja",
        '{% section "rules"',
        '{% include "parts/progress.md.jinja" %}\n{% section "rules"',
    )
    found = report()
    assert LAYOUT in found.sections
    assert found.cache_shares[1] < found.cache_shares[0] / 3


def test_the_figures_are_those_of_brute_force(report, store, prompts: Path, edit: Edit):
    """Each page made on its own, twice."""
    edit(
        "parts/answers.md.jinja", ANSWER, f"{{% if loop.first %}}Note well.{{% endif %}}\n{ANSWER}"
    )
    edit("general.md.jinja", 'priority=30 keep="last"', 'priority=30 keep="last" max=150')
    services, old = services_for(store, prompts), Templates((home("prompts"),))
    deltas, shared, all = [], [0, 0], [0, 0]
    for line in store.sessions():
        recipes = [recipe_now(services, record) for record in recorded(services, line.session_id)]
        pages = [(recipe.under(old).page(), recipe.page()) for recipe in recipes]
        deltas += [new.tokens - was.tokens for was, new in pages if new.text != was.text]
        for one, two in pairwise(pages):
            for side in (0, 1):
                shared[side] += diverge(one[side], two[side]).token
                all[side] += two[side].tokens
    found = report()
    assert found.changed == len(deltas) > 100
    assert found.delta.model_dump() == {
        "min": min(deltas), "median": statistics.median(deltas), "max": max(deltas)
    }  # fmt: skip
    assert (list(found.cached), list(found.cacheable)) == (shared, all)


@given(st.lists(st.integers(-50, 50), min_size=1))
def test_a_spread_is_that_of_the_sorted_numbers(numbers: list[int]):
    """Counted, not kept."""
    found = spread(Counter(numbers))
    assert (found.min, found.max) == (min(numbers), max(numbers))
    assert found.median == statistics.median(numbers)


def test_a_session_on_an_earlier_version_of_the_flow_is_rendered_on_that(
    make_bot: Callable[..., Bot], file_store: SqlStore, grow: Flow, prompts: Path
):
    """Its definition is in the store."""
    make_bot(on=file_store).session("ada", id="s").say("write my thesis")
    now = grow.model_copy(update={"version": 2, "title": "Another"})
    services = make_bot(now, on=file_store, prompts=prompts).services
    found = compare([(services, "s")], before("recorded", (prompts,)))
    assert (found.turns, found.changed, found.skipped) == (2, 0, ())


def test_what_cannot_be_rebuilt_is_left_out_and_said(
    make_bot: Callable[..., Bot], file_store: SqlStore, requirements: Flow, prompts: Path
):
    """A session of another flow, and a turn without a page of its own."""
    make_bot(on=file_store, keep_pages=False).session("ada", id="s").say("write my thesis")
    make_bot(requirements, on=file_store).session("ada", id="r")
    services = make_bot(on=file_store).services
    talks = [(services, "s"), (services, "r"), (services, "none")]
    found = compare(talks, before("recorded", (prompts,)))
    assert (found.turns, found.without_page) == (0, 2)
    assert [trouble.session for trouble in found.skipped] == ["r", "none"]
    assert "runs 'requirements', not 'grow'" in found.skipped[0].what


def test_memory_does_not_grow_with_the_turns(store: SqlStore, prompts: Path, edit: Edit):
    """The same 210 turns four times over."""
    edit("general.md.jinja", RULE, "Ask, then wait.")
    services = services_for(store, prompts)
    earlier = before(str(home("prompts")), (prompts,))
    once = [(services, line.session_id) for line in store.sessions()]
    compare(once, earlier)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert compare(once * 4, earlier).turns == 840
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < peak + 20_000
