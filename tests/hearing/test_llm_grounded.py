"""Real utterances, scripted answers of an llm: what is set, what is assumed, what is left out."""

from collections import Counter
from collections.abc import Iterator

import pytest

from coach.vocabulary.commands import Command, Correct, Set
from tests.hearing.grounded.cases import Case, cases

CASES = cases()
UTTERANCES = 92
COUNTS = {
    "assume": 46,
    "correct": 7,
    "decline": 2,
    "drop": 15,
    "finish": 3,
    "nothing": 2,
    "problem": 9,
    "set": 84,
}


def became(case: Case) -> Iterator[str]:
    """'set goal', 'assume goal', 'finish', 'drop undo', 'problem', 'nothing'."""
    found = case.heard()
    yield from map(name_of, found.commands)
    yield from (f"drop {note.split(':')[0]}" for note in found.notes if "left out" in note)
    yield from ("problem" for _ in found.problems)


def name_of(command: Command) -> str:
    if command.command == "say_nothing":
        return "nothing"
    target = getattr(command, "field", None) or getattr(command, "related_to", None)
    return f"{command.command} {target}" if target else command.command


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.corpus} {case.at}")
def test_an_utterance_is_heard_as_it_was_read_by_hand(case: Case) -> None:
    """Whatever the llm says of it."""
    told = Counter(became(case))
    if told["nothing"] and "nothing" not in case.becomes:
        del told["nothing"]  # all that was asked for was left out
    assert told == Counter(case.becomes), case.heard()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.corpus} {case.at}")
def test_what_is_set_was_said(case: Case) -> None:
    """In the utterance, in those words."""
    said = " ".join(case.text.casefold().split())
    for command in case.heard().commands:
        if isinstance(command, Set | Correct):
            assert " ".join(str(command.quote or command.value).casefold().split()) in said


def test_the_set_is_what_it_says_it_is() -> None:
    """How many utterances, and what becomes of how many commands."""
    counts = Counter(name.split()[0] for case in CASES for name in case.becomes)
    print("\n" + "\n".join(f"{kind:<8} {count:>4}" for kind, count in sorted(counts.items())))
    assert len({(case.corpus, case.at) for case in CASES}) == UTTERANCES
    assert counts == COUNTS
