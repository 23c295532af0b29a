"""The power is cut: what was acknowledged is on the disk, and what is there is sound."""

import os

import pytest

from tests.faults import power

CUTS = int(os.environ.get("COACH_CUTS", "200"))
SEED = os.environ.get("COACH_SEED", "power")


@pytest.mark.parametrize("synchronous", ["full", "normal"])
def test_a_store_is_sound_after_any_cut(synchronous: str):
    """With the default, every acknowledged turn is there; with 'normal' the last may be gone."""
    figures = power.main(CUTS, SEED, synchronous, must_keep=synchronous == "full")
    print(figures)
    assert figures.faults == []
    assert figures.lossy > CUTS / 2


@pytest.mark.parametrize(
    "weaker", [{"synchronous": "normal"}, {"synchronous": "full", "syncs": False}]
)
def test_a_disk_that_was_not_told_to_sync_is_found_out(weaker: dict[str, str]):
    """The same test, where it must fail."""
    assert power.main(CUTS, SEED, must_keep=True, **weaker).faults
