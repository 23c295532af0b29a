"""docs/sharing.md is true: its programs run, and print what their comments say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from coach.settings import ManagerSettings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sharing.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)
PRINTED = re.compile(r"(?:print\(.*\)  # |# prints: )(.*)")


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_program_of_the_page_runs(number: int, tmp_path: Path) -> None:
    """With the output that is written beside it."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BLOCKS[number]],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == PRINTED.findall(BLOCKS[number])


def test_the_table_has_every_flag_with_its_default() -> None:
    """And no other."""
    rows: dict[str, str] = dict(re.findall(r"\| `([A-Z_]+)` \| (\w+) \|", PAGE))
    said = {"on": True, "off": False}
    found = {
        name.lower(): said[word] if word in said else float(word) for name, word in rows.items()
    }
    assert found == ManagerSettings().model_dump()
