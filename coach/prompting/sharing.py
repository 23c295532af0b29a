"""Sharing: how much of the room each section gets.

What must be there has its floor first: all of it, or its `min`. Then every other section, by
priority, has its smallest useful cut set aside, as long as there is room. Then, by priority,
they grow. So a section never takes from one of higher priority more than what was set aside.
"""

from collections.abc import Iterable, Mapping, Sequence

from coach.errors import BudgetError
from coach.prompting.candidate import Candidate, Choice


def share(candidates: Sequence[Candidate], budget: int, frames: int = 0) -> list[Choice]:
    """What of each candidate is on a page of `budget` tokens, `frames` of them spent already.

    BudgetError names what must be there and cannot.
    """
    room = max(budget - frames, 0)
    if sum(candidate.cap for candidate in candidates) <= room:
        return [candidate.fit(candidate.cap) for candidate in candidates]
    ranked = sorted(candidates, key=_rank)
    floors = {candidate: _floor(candidate) for candidate in ranked if candidate.spec.always}
    needed = sum(floors.values())
    if needed > room:
        raise BudgetError(_cannot_fit(floors, frames, budget))
    others = (candidate for candidate in ranked if not candidate.spec.always)
    choices = _grow(ranked, floors | _reserve(others, room - needed), room)
    return [choices[candidate] for candidate in candidates]


def _rank(candidate: Candidate) -> int:
    return -candidate.spec.priority


def _floor(candidate: Candidate) -> int:
    return candidate.cap if candidate.spec.min is None else candidate.least


def _reserve(ranked: Iterable[Candidate], left: int) -> dict[Candidate, int]:
    """The smallest useful cut of each, as long as there is room, by priority."""
    reserved: dict[Candidate, int] = {}
    for candidate in ranked:
        reserved[candidate] = min(candidate.least, left)
        left -= reserved[candidate]
    return reserved


def _grow(
    ranked: Iterable[Candidate], reserved: Mapping[Candidate, int], room: int
) -> dict[Candidate, Choice]:
    """By priority, each as much as fits beside what is set aside for the rest."""
    left = room - sum(reserved.values())
    choices: dict[Candidate, Choice] = {}
    for candidate in ranked:
        choice = candidate.fit(reserved[candidate] + left)
        left += reserved[candidate] - choice.got
        choices[candidate] = choice
    return choices


def _cannot_fit(floors: Mapping[Candidate, int], frames: int, budget: int) -> str:
    names = ", ".join(f"{c.spec.name!r} ({floor:,})" for c, floor in floors.items() if floor)
    return (
        f"the sections that must be there need {sum(floors.values()) + frames:,} tokens and the "
        f"budget is {budget:,}: {names}, and {frames:,} for the lines that open messages. "
        "Raise the budget, or give the longest of them a 'min'"
    )
