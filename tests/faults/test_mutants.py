"""Every play of faults is quiet on the protocol as it is, and loud on one that is broken."""

import re
from collections.abc import Callable

import pytest

from tests.faults import kill, scenes
from tests.faults.mutants import MUTANTS, Mutant

SCENES = sorted(
    {mutant.seen_by for mutant in MUTANTS} - {scenes.killed}, key=lambda scene: scene.__name__
)
CASES = [(mutant, kind) for mutant in MUTANTS for kind in mutant.kinds]
KINDS = ["file", "postgresql"]


@pytest.fixture
def place(file_url: str, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """The address of an empty store of a kind, whose statements are compiled."""

    def make(kind: str) -> str:
        url = file_url if kind == "file" else str(request.getfixturevalue("postgres_url"))
        kill.warm_up(url)
        return url

    return make


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_scene_finds_nothing_as_it_is(
    place: Callable[[str], str], scene: scenes.Scene, kind: str
):
    """On either database; kills have a test of their own."""
    assert scenes.report(scene, place(kind)) == ""


@pytest.mark.parametrize(
    ("mutant", "kind"), CASES, ids=[f"{mutant.name}-{kind}" for mutant, kind in CASES]
)
def test_each_mutant_is_caught(
    place: Callable[[str], str], mutant: Mutant, kind: str, monkeypatch: pytest.MonkeyPatch
):
    """By its scene, for what is wrong with it."""
    url = place(kind)
    mutant.apply(monkeypatch)
    said = scenes.report(mutant.seen_by, url)
    assert re.search(mutant.says, said), said
