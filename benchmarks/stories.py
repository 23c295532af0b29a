"""How many stories a second are played: 1,000 of five turns, each turn with what it expects.

Reading is the YAML of all of them, held against their flow; playing is every turn as the product
runs it, replies rendered, and its judgement. In one process, and in several side by side.

    python benchmarks/stories.py [--stories 1000] [--processes 2] [--profile]
"""

import argparse
import cProfile
import multiprocessing
import pstats
import time

from coach.testing.stories.files import parse_stories
from coach.testing.stories.player import Player
from coach.testing.stories.story import Story

STORY = """\
---
story: number {number}
turns:
  - user: I want to run
    heard: [{{set: {{goal: run 10k far, importance: 9}}}}]
    expect: {{stage: goal, asks: measure, answers: {{goal: run 10k far}}}}
  - user: under an hour
    heard: [{{set: {{measure: under 60 min}}}}]
    expect: {{moves: [goal -> reality]}}
  - user: at four, nothing tried, too tired
    heard: [{{set: {{rating: 4, obstacle: tired in the evenings}}}}, {{decline: tried}}]
    expect: {{stage: options, events: [{{absent: completed}}]}}
  - user: walk or swim, and walk it is
    heard: [{{set: {{options: [walk there, swim there], chosen: walk there}}}}]
    expect: {{stage: will, asks: action}}
  - user: a half marathon
    heard: [{{correct: {{goal: half marathon now}}}}]
    expect: {{moves: [goal -> reality], answers: {{rating: {{stale: true}}}}, asks: rating}}
"""


def told(count: int) -> tuple[Story, ...]:
    text = "flow: grow\n" + "".join(STORY.format(number=number) for number in range(count))
    return parse_stories(text).stories


def play(count: int) -> tuple[float, float]:
    """Seconds of reading, and of playing."""
    begin = time.perf_counter()
    stories = told(count)
    read = time.perf_counter() - begin
    player = Player()
    player.play(stories[0])
    begin = time.perf_counter()
    for story in stories:
        assert player.play(story).passed
    return read, time.perf_counter() - begin


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--stories", type=int, default=1_000)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--profile", action="store_true")
    wanted = options.parse_args()
    if wanted.profile:
        profile = cProfile.Profile()
        profile.runcall(play, wanted.stories)
        pstats.Stats(profile).sort_stats("cumtime").print_stats(40)
        return
    read, played = play(wanted.stories)
    print(f"read    {wanted.stories / read:8,.0f} stories per second")
    print(f"played  {wanted.stories / played:8,.0f} stories per second in one process")
    share = wanted.stories // wanted.processes
    with multiprocessing.get_context("spawn").Pool(wanted.processes) as pool:
        took = max(played for _, played in pool.map(play, [share] * wanted.processes))
    rate = share * wanted.processes / took
    print(f"played  {rate:8,.0f} stories per second in {wanted.processes} processes")


if __name__ == "__main__":
    main()
