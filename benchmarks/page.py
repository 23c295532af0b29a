"""What it costs to believe one thing more: add an assumption, keep it, build the 2,000-token page.

In one run, in interleaved rounds, on a file database (WAL, FULL): beside 10, 100, 1,000 and 10,000
assumptions that have gathered, and beside 20, 2,000 and 50,000 messages of history. The last
columns say what is on the page, counted by encoding its text.

    python benchmarks/page.py [--rounds 20] [--beliefs 10,100,1000,10000] [--messages 20,2000,50000]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import coach
from coach.prompting.tokens import tokenizer

BUDGET = 2_000
LINES = ("Write my thesis by June", "a bound copy", "9", "3", "a diary", "I am tired at night")

Step = Callable[[int], tuple[float, float, coach.Prompt]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--beliefs", default="10,100,1000,10000")
    parser.add_argument("--messages", default="20,2000,50000")
    options = parser.parse_args()
    beliefs = [int(number) for number in options.beliefs.split(",")]
    messages = [int(number) for number in options.messages.split(",")]
    cases = [(number, messages[0]) for number in beliefs]
    cases += [(100, number) for number in messages[1:]]
    with tempfile.TemporaryDirectory() as folder:
        steps = {case: prepare(Path(folder), *case) for case in cases}
        measure(steps, options.rounds)


def prepare(folder: Path, beliefs: int, messages: int) -> Step:
    """A session in which that much has been believed and said."""
    url = f"sqlite:///{folder}/{beliefs}-{messages}.db"
    growing = coach.Bot("grow", store=f"{url}?synchronous=normal", keep_pages=False)
    talk = growing.session(user="ada", id="bench")
    for line in LINES:
        talk.say(line)
    for turn in range((messages - talk.context.messages) // 2):
        talk.say(f"change obstacle: I am tired in week {turn} of it")
    talk.update(lambda c: [believe(c, number) for number in range(beliefs)])
    growing.close()
    ready = coach.Bot("grow", store=url, budget=BUDGET).session(user="ada", id="bench")

    def step(number: int) -> tuple[float, float, coach.Prompt]:
        began = time.perf_counter()
        ready.update(lambda c: believe(c, number))
        kept = time.perf_counter()
        page = ready.prompt
        return kept - began, time.perf_counter() - kept, page

    return step


def believe(context: coach.CoachContext, number: int) -> None:
    context.add_assumption(
        f"Evening {number} of the term is free for work on the thesis",
        "inferred",
        confidence=(number * 37 % 100) / 100,
        related_to="goal" if number % 3 else None,
    )


def measure(steps: dict[tuple[int, int], Step], rounds: int) -> None:
    keeping: dict[tuple[int, int], list[float]] = {case: [] for case in steps}
    building: dict[tuple[int, int], list[float]] = {case: [] for case in steps}
    pages: dict[tuple[int, int], coach.Prompt] = {}
    for number in range(rounds + 2):
        for case, step in steps.items():
            kept, built, pages[case] = step(number)
            if number >= 2:  # the first two warm up
                keeping[case].append(kept * 1e6)
                building[case].append(built * 1e6)
    report(keeping, building, pages)


def report(
    keeping: dict[tuple[int, int], list[float]],
    building: dict[tuple[int, int], list[float]],
    pages: dict[tuple[int, int], coach.Prompt],
) -> None:
    print(f"{'beliefs':>8}{'messages':>9}{'keep µs':>9}{'page µs':>9}{'× at 100':>9}", end="")
    print(f"{'shown':>7}{'tokens':>8}{'used':>6}{'exact':>7}")
    base = sum(statistics.median(times[100, 20]) for times in (keeping, building))
    for case, page in pages.items():
        keep, build = statistics.median(keeping[case]), statistics.median(building[case])
        counted = len(tokenizer(page.encoding).encode(page.text))
        shown = page.ledger["unconfirmed_assumptions"].kept
        print(f"{case[0]:>8,}{case[1]:>9,}{keep:>9.0f}{build:>9.0f}", end="")
        print(f"{(keep + build) / base:>9.2f}{shown:>7}{counted:>8,}", end="")
        print(f"{counted / BUDGET:>6.0%}{'yes' if counted == page.tokens else 'NO':>7}")


if __name__ == "__main__":
    main()
