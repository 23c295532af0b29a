"""Story files: read strictly, all problems at once, with their lines."""

from pathlib import Path

import pytest

from coach.errors import StoryError
from coach.testing.clock import START
from coach.testing.stories.files import load_stories, parse_stories, story_files
from coach.testing.stories.player import Player
from coach.testing.stories.story import Hear
from coach.vocabulary.commands import Set

FILE = """\
flow: grow
clock: 2026-03-02T09:00
hear: rules
tags: [all]
---
story: one
tags: [first]
turns:
  - user: run
    heard: [{set: {goal: run far}}]
    after: 3 days
    expect:
      asks: measure
      answers: {goal: run far, rating: {stale: true}, measure: null}
---
story: two
flow: requirements
turns:
  - user: build it
"""


def test_a_file_holds_a_header_and_stories() -> None:
    """The header says what a story does not say itself."""
    file = parse_stories(FILE, "a.story.yaml")
    one, two = file.stories
    assert (one.flow, two.flow) == ("grow", "requirements")
    assert one.begins.isoformat() == "2026-03-02T09:00:00+00:00"
    assert (one.tags, two.tags) == (("all", "first"), ("all",))
    assert one.hear is Hear.RULES
    assert one.turns[0].heard == (Set(field="goal", value="run far"),)
    assert one.turns[0].expect.answers["measure"].absent
    assert two.turns[0].heard is None


def test_parts_know_their_lines() -> None:
    """Of the whole file, in whatever document they stand."""
    one, two = parse_stories(FILE).stories
    assert (one.at.line, two.at.line) == (6, 16)
    assert one.at.of("turns", 0, "expect", "asks") == 13
    assert one.at.of("turns", 0, "expect", "answers", "rating", "stale") == 14
    assert two.at.of("turns", 0, "user") == 19
    assert two.at.of("turns", 0, "expect", "moves") == 19


def test_a_file_may_have_no_header() -> None:
    """Then each story names its flow; the clock starts where it always does."""
    (story,) = parse_stories("story: s\nflow: grow\nturns: [{user: x}]\n").stories
    assert story.flow == "grow"
    assert story.begins == START


WRONG = """\
flow: grow
clok: 2026-03-02T09:00
---
story: one
turns:
  - usr: run
    expect:
      aks: rating
      moves: [options > goal]
      prompt: {tokens: many}
      why: {blocked: a -> b, becase: x}
  - user: x
    heard: [{st: {goal: run}}]
start: {stage: goal, assumptions: [{contnt: x}]}
---
story: one
turns: []
---
"""
TOLD = [
    "a.story.yaml:2: S101 unknown key 'clok' in the header. Did you mean 'clock'?",
    "a.story.yaml:6: S101 unknown key 'usr' in item 1 of 'turns'. Did you mean 'user'?",
    "a.story.yaml:6: S102 item 1 of 'turns' needs 'user'",
    "a.story.yaml:8: S101 unknown key 'aks' in 'expect' of item 1 of 'turns'. Did you mean 'asks'?",
    "a.story.yaml:9: S103 'moves' of 'expect' of item 1 of 'turns': "
    "'options > goal' is no move: write 'goal -> reality'",
    "a.story.yaml:10: S103 'tokens' of 'prompt' of 'expect' of item 1 of 'turns': "
    "'many' is no number and no bound such as '<= 900'",
    "a.story.yaml:11: S101 unknown key 'becase' in 'why' of 'expect' of item 1 of 'turns'. "
    "Did you mean 'because'?",
    "a.story.yaml:13: S103 'heard' of item 2 of 'turns': item 1: "
    "unknown command 'st'. Did you mean 'set'?",
    "a.story.yaml:14: S101 unknown key 'contnt' in item 1 of 'assumptions' of 'start'. "
    "Did you mean 'content'?",
]


def test_every_problem_is_told_at_once() -> None:
    """With its line and the nearest word."""
    with pytest.raises(StoryError) as caught:
        parse_stories(WRONG, "a.story.yaml")
    told = str(caught.value).split("\n")
    assert [line for line in TOLD if line not in told] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "F003 a story is a map"),
        ("flow: grow\n", "a header and no story"),
        ("- x\n", "F003"),
        ("story: s\nturns: [{user: x}]\n", "S108 story 's' names no flow"),
        ("story: [\n", "F002"),
        ("story: s\nflow: grow\nturns: [{user: *x}]\n", "F005"),
        ("story: s\nstory: t\n", "F004 the key 'story' stands twice"),
        ("flow: grow\n---\nstory: s\nturns: [{user: x}]\n---\nstory: s\nturns: [{user: x}]\n",
         "<text>:6: S107 a story 's' stands on line 3 already"),
    ],
)  # fmt: skip
def test_what_is_no_story_file_is_told(text: str, told: str) -> None:
    """Nothing is passed over."""
    with pytest.raises(StoryError) as caught:
        parse_stories(text)
    assert told in str(caught.value)


def test_names_are_held_against_the_flow(tmp_path: Path) -> None:
    """Stages, fields and artifacts that it does not have."""
    path = tmp_path / "a.story.yaml"
    path.write_text(
        "flow: grow\n---\nstory: s\nstart: {stage: realty, answers: {gaol: x}}\nturns:\n"
        "  - user: x\n    heard: [{set: {ratng: 3}}]\n    expect:\n      moves: [goal -> will]\n"
        "      asks: obstcle\n      artifacts: {spec: approved}\n      why: {blocked: goal -> x}\n"
    )
    with pytest.raises(StoryError) as caught:
        Player().load(path)
    told = [(p.line, p.code) for p in caught.value.problems]
    assert told == [
        (4, "S104"), (4, "S105"), (7, "S105"), (10, "S105"), (11, "S106"), (12, "S104"),
    ]  # fmt: skip
    assert "Did you mean 'obstacle'?" in str(caught.value)


def test_files_are_found_in_folders(tmp_path: Path) -> None:
    """However deep, each once."""
    (tmp_path / "deep").mkdir()
    for name in ("b.story.yaml", "deep/a.story.yaml", "c.yaml"):
        (tmp_path / name).write_text("")
    found = story_files([tmp_path, tmp_path / "b.story.yaml"])
    assert [path.name for path in found] == ["b.story.yaml", "a.story.yaml"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """In the words of a story."""
    with pytest.raises(StoryError, match="F001 cannot be read"):
        load_stories(tmp_path / "no.story.yaml")


def test_paths_are_seen_from_the_file(tmp_path: Path) -> None:
    """A flow with a suffix, and the folder of templates."""
    path = tmp_path / "a.story.yaml"
    path.write_text("flow: ../mine.yaml\nprompts: pages\n---\nstory: s\nturns: [{user: x}]\n")
    (story,) = load_stories(path).stories
    assert story.flow == str(tmp_path / "../mine.yaml")
    assert story.prompts == str(tmp_path / "pages")


def problems_of(text: str) -> list[str]:
    with pytest.raises(StoryError) as error:
        parse_stories(f"flow: grow\n---\nstory: s\n{text}\n", "f")
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ("[]", "f:4: S103 'turns' should hold at least 1"),
        ("[{user: 5}]", "f:4: S103 'user' of item 1 of 'turns' should be text: put it in quotes"),
        ("[{user: ' '}]", "f:4: S103 'user' of item 1 of 'turns' should be words, and not empty"),
        (
            "[{user: x, after: 3 moons}]",
            "f:4: S103 'after' of item 1 of 'turns' should be a span of time, such as '90 minutes' "
            "or '3 days' (seconds, minutes, hours, days, weeks)",
        ),
    ],
)
def test_a_turn_that_is_wrong_is_one_problem(turns: str, told: str) -> None:
    """In words that say what would be right."""
    assert problems_of(f"turns: {turns}") == [told]


def test_a_header_that_is_wrong_is_one_problem() -> None:
    """Its stories are not told to lack what it says."""
    with pytest.raises(StoryError) as error:
        parse_stories("flow: grow\nclock: tomorrow\n---\nstory: s\nturns: [{user: x}]\n", "f")
    assert str(error.value) == "f:2: S103 'clock': 'tomorrow' is no time: write 2026-03-02T09:00"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A project in a folder beside the one that we are in, with a story about its flow."""
    for name in ("states", "stories"):
        (tmp_path / "p" / name).mkdir(parents=True)
    (tmp_path / "p/states/tea.yaml").write_text("flow: tea")
    return tmp_path / "p/stories/a.story.yaml"


def test_a_flow_that_is_not_to_be_found_is_told_once(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With file and line, and the file of that name that is near."""
    monkeypatch.chdir(elsewhere.parents[2])
    elsewhere.write_text(
        "flow: tea\n---\nstory: one\nturns: [{user: x}]\n---\nstory: two\nturns: [{user: x}]\n"
        "---\nstory: three\nflow: grwo\nturns: [{user: x}]\n"
    )
    with pytest.raises(StoryError) as error:
        Player().load(elsewhere)
    first, second = map(str, error.value.problems)
    assert first.startswith(f"{elsewhere}:3: S109 no flow 'tea' in 'states'")
    assert first.endswith(
        "There is '../states/tea.yaml' beside this file: name that, or go to its project."
    )
    assert ":10: S109 no flow 'grwo'" in second
    assert "Did you mean 'grow'?" in second


def test_a_folder_of_templates_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Else the built-in ones would stand in for it in silence."""
    path = tmp_path / "a.story.yaml"
    path.write_text("flow: grow\n---\nstory: one\nprompts: nope\nturns: [{user: x}]\n")
    with pytest.raises(StoryError, match=r"a.story.yaml:4: S110 there is no folder .*nope"):
        Player().load(path)
