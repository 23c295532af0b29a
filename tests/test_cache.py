"""The provider's prompt cache: successive pages begin alike."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[1] / "benchmarks" / "cache.py"


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    """The benchmark, which prints what is held here."""
    spec = importlib.util.spec_from_file_location("cache_simulation", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_kept_start_lets_most_of_a_page_come_from_the_cache(simulation: ModuleType):
    """80 turns at 3,000 tokens: at least three quarters, where a rolling window has half."""
    found = {
        name.partition(",")[0] + ("" if "tokens" not in name else " by tokens"): shares.share
        for name, shares in (
            (name, simulation.simulate(window, 80, 3_000))
            for name, window in simulation.POLICIES.items()
            if "60" not in name
        )
    }
    assert found["start kept by tokens"] >= 0.75
    assert found["start kept"] >= 0.70
    assert found["rolling"] <= 0.55
