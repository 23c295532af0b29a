"""Where the real conversations are. Importing this skips a module where they are absent."""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ECHO = HERE / "prompts"  # a reply is what the field `said` holds: someone else's words
DATA = Path(os.environ.get("COACH_DATA", HERE.parents[2] / "shared" / "data"))

if not DATA.is_dir():
    pytest.skip("no real conversations: set COACH_DATA to their folder", allow_module_level=True)
