"""Errors: one tree, as it is drawn."""

import inspect
import re

import pytest

from coach import errors
from coach.errors import CoachError, FlowFileError, Problem, did_you_mean

CLASSES = {
    name: cls
    for name, cls in inspect.getmembers(errors, inspect.isclass)
    if issubclass(cls, Exception)
}


def test_the_tree_is_as_it_is_drawn() -> None:
    """Every error stands in the drawing, under its base, and the drawing names no other."""
    drawn: dict[str, str] = {}
    above = ["Exception"]
    for line in (errors.__doc__ or "").splitlines()[2:]:
        depth, name = (len(line) - len(line.lstrip("│├└─ ")), re.split(r"[ │├└─]+", line.strip()))
        word = next(part for part in name if part)
        above = above[: depth // 4 + 1]
        drawn[word] = above[-1]
        above.append(word)
    assert drawn == {name: cls.__base__.__name__ for name, cls in CLASSES.items() if cls.__base__}


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_error_is_ours_and_says_what_it_is(name: str) -> None:
    """One `except CoachError` catches all that is raised on purpose."""
    assert issubclass(CLASSES[name], CoachError)
    assert CLASSES[name].__doc__


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("stagse", ["stages", "start"], " Did you mean 'stages'?"),
        ("zzz", ["b", "a"], " Known: a, b."),
        ("zzz", [], ""),
        ("a1", iter(["a11"]), " Did you mean 'a11'?"),
    ],
)
def test_a_hint_names_the_nearest_word_or_all(word: str, known: list[str], hint: str) -> None:
    """Or nothing, when there is nothing to name."""
    assert did_you_mean(word, known) == hint


def test_a_file_error_lists_every_problem_with_its_line() -> None:
    """path:line, the code, and what to do."""
    here = Problem(path="grow.yaml", line=3, code="F020", message="unknown key 'wen'")
    there = Problem(path="grow.yaml", line=None, code="F101", message="no start")
    error = FlowFileError([here, there])
    assert str(error) == "grow.yaml:3: F020 unknown key 'wen'\ngrow.yaml: F101 no start"
    assert error.problems == (here, there)
