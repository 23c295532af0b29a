"""docs/doubles.md names every fault."""

import re
from pathlib import Path

from coach.testing.llm_faults import FAULTS

PAGE = (Path(__file__).parents[2] / "docs" / "doubles.md").read_text()


def test_the_table_of_faults_is_whole() -> None:
    """In the order of the module."""
    assert re.findall(r"^\| `([a-z_]+)\(.*?\)` \|", PAGE, re.M) == list(FAULTS)
