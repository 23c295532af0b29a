"""What of each page a provider could serve from its prompt cache, over a long session.

80 turns of a real session at a budget of 3,000 tokens, measured on the texts of successive pages:
the share of a page's tokens that stand in the same place as on the page before (`diverge`). The
window's start is persisted and moves at a high-water mark, or it rolls with every turn (seed 002).

    python benchmarks/cache.py [--turns 80] [--budget 3000]
"""

import argparse
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import coach
from coach.prompting.divergence import diverge
from coach.testing import FakeClock
from coach.vocabulary.commands import SayNothing
from coach.vocabulary.context_policy import ContextPolicy, WindowPolicy

WORDS = (
    "I sat down at seven as I had planned, and for the first half hour it went well; then the "
    "phone rang and I did not find my way back into it until after lunch.",
    "It is mostly the evenings. I come home, I am tired, I tell myself that I will only sit for "
    "ten minutes, and then it is ten o'clock and I have not opened the draft at all.",
    "My supervisor has written again. She is kind about it, but I can tell that she expects a "
    "chapter.",
    "What helped last week was to leave the laptop at the library and to write by hand at home.",
    "I told Sam about the deadline, and he offered to read whatever I have on Friday, however "
    "rough.",
)
ANSWERS = (
    *("Write my thesis by June", "a bound copy", "9", "3", "a diary", "I am too tired at night"),
    *("write at seven in the library, ask Sam to read", "1", "write one page on Monday at seven"),
)
POLICIES = {
    "start kept, by tokens (2,000)": WindowPolicy(tokens=2_000),
    "start kept, last 60 messages": WindowPolicy(messages=60),
    "start kept, last 20 messages (default)": WindowPolicy(),
    "rolling, last 20 messages": WindowPolicy(messages=20, trim_to=1.0),
}


@dataclass(frozen=True)
class Shares:
    """Over the turns: tokens in the common prefix of successive pages, and their sizes."""

    cached: int
    tokens: int
    median: float

    @property
    def share(self) -> float:
        return self.cached / self.tokens


def _turn(talk: coach.Session, number: int, answers: Iterator[str]) -> coach.Prompt:
    if number % 8 == 0 and (line := next(answers, None)) is not None:
        return talk.say(line).prompt
    said = f"{WORDS[number % len(WORDS)]} That was day {number}."
    return talk.say(said, heard=[SayNothing()]).prompt


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=80)
    parser.add_argument("--budget", type=int, default=3_000)
    options = parser.parse_args()
    print(f"{'window':42}{'cached':>8}{'median':>8}{'tokens/page':>13}")
    for name, window in POLICIES.items():
        found = simulate(window, options.turns, options.budget)
        size = found.tokens / (options.turns - 1)
        print(f"{name:42}{found.share:>8.1%}{found.median:>8.1%}{size:>13,.0f}")


def simulate(window: WindowPolicy, turns: int, budget: int) -> Shares:
    """A session of that many turns through the stages of `grow`: every eighth turn answers what
    is asked, the others are talk."""
    flow = coach.load("grow").model_copy(update={"context": ContextPolicy(window=window)})
    talk = coach.Bot(flow, budget=budget, clock=FakeClock()).session(user="ada")
    answers = iter(ANSWERS)
    pages = [_turn(talk, number, answers) for number in range(turns)]
    found = [diverge(before, after) for before, after in pairwise(pages)]
    return Shares(
        cached=sum(each.token for each in found),
        tokens=sum(each.tokens for each in found),
        median=statistics.median(each.share for each in found),
    )


if __name__ == "__main__":
    main()
