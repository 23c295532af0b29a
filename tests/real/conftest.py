"""Where the real conversations are: beside the repository, or where COACH_DATA says."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with the real conversations; the test is skipped where it is absent."""
    folder = Path(os.environ.get("COACH_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no real conversations: set COACH_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def echo() -> Path:
    """Templates whose reply is what the field `said` holds: the words of a person's colleague."""
    return Path(__file__).parent / "prompts"
