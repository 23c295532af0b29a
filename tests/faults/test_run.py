"""The big counts can be stopped and gone on with, and docs/faults.md tells of each."""

from pathlib import Path

import pytest

from tests.faults import run
from tests.faults.mutants import MUTANTS
from tests.faults.run import CAMPAIGNS, Campaign, Figures, Place, State

PAGE = (Path(__file__).parents[2] / "docs" / "faults.md").read_text()


def test_a_campaign_goes_on_where_it_was_stopped(tmp_path: Path):
    """Round after round; what a round had not finished is done again."""
    state, asked = State(tmp_path / "state.json"), []

    def at_most(place: Place, seed: str, most: int) -> Figures:
        asked.append(most)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return {"pranks": most, "laughs": 1}

    campaign = Campaign("pranks", "pranks", 10, 4, at_most)
    with pytest.raises(KeyboardInterrupt):
        run.run(campaign, state, 100)
    run.run(campaign, state, 100)
    assert asked == [4, 4, 2, 2]
    assert state.read()["pranks"] == {"pranks": 10, "laughs": 3, "seconds": 0.0}


def test_a_fault_ends_the_run_and_names_its_seed(tmp_path: Path):
    """So that it can be repeated."""

    def broken(place: Place, seed: str, most: int) -> Figures:
        raise AssertionError("a turn is lost")

    with pytest.raises(SystemExit, match=r"pranks, seed '\d+': a turn is lost"):
        run.run(Campaign("pranks", "pranks", 10, 4, broken), State(tmp_path / "s.json"), 100)


def test_the_page_tells_of_every_campaign_and_every_mutant():
    """By name."""
    names = [campaign.name for campaign in CAMPAIGNS]
    names += [mutant.name.replace("_", " ") for mutant in MUTANTS]
    assert [name for name in names if name not in PAGE] == []
