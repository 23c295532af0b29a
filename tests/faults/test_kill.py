"""kill -9 at failpoints, on every kind of store that outlives a process.

COACH_KILLS (default 100 for each) makes the runs longer; COACH_SEED repeats one.
"""

import os
import random

import pytest

from tests.faults import crowd, kill

KILLS = int(os.environ.get("COACH_KILLS", "100"))
SEED = os.environ.get("COACH_SEED") or str(random.randrange(10**6))
CROWDS = [pytest.param(4, id="few sessions"), pytest.param(1, id="one session")]


@pytest.fixture(params=["file", "postgresql"])
def place(request: pytest.FixtureRequest, file_url: str) -> str:
    """The address of an empty store."""
    if request.param == "file":
        return file_url
    url: str = request.getfixturevalue("empty_postgres")
    return url


def test_nothing_is_lost_or_doubled_when_workers_are_killed(place: str):
    """Kill and send again: kept turns are the lines said, in order, once; the log adds up."""
    figures = kill.main(place, SEED, lambda f: f.kills >= KILLS)
    print(figures)
    assert figures.kills == KILLS
    assert len(figures.by_point) >= 8
    assert figures.unacknowledged > 0


@pytest.mark.parametrize("sessions", CROWDS)
def test_a_crowd_with_dead_and_undead_takes_its_turns(place: str, sessions: int):
    """Every line of every worker is there once, in the session it was said in."""
    figures = crowd.main(place, workers=8, turns=6, sessions=sessions, seed=SEED)
    print(figures)
    assert figures.turns == 48
    assert figures.kills + figures.stops > 0
