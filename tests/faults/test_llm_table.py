"""The table of docs/llm-faults.md says what happens."""

import pytest

from tests.faults import llm_table
from tests.faults.llm_table import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_is_as_the_page_says(case: Case) -> None:
    """What is shown, raised and kept, and how often who was asked."""
    assert llm_table.row(case) == llm_table.rows_of_page()[case.name]


def test_the_page_has_no_other_faults() -> None:
    """And none twice."""
    lines = llm_table.PAGE.read_text().partition("\n\n## What breaks")[0].split("\n| ")[2:]
    assert len(lines) == len(CASES) == len({case.name for case in CASES})
