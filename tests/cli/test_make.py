"""`make`: what is missing is said in one friendly line."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BROKEN = '#!/bin/sh\ncase "$*" in *"{}"*) exit 1;; esac\nexec python3 "$@"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What make needs, and two Pythons that cannot make an environment."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    for name, lacks in (("no-venv", "import venv"), ("no-pip", "-m venv")):
        (tmp_path / name).write_text(BROKEN.format(lacks))
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize("target", ["chat", "test"])
@pytest.mark.parametrize(
    ("python", "says"),
    [
        ("./no-venv", "apt install python3-venv"),
        ("./no-pip", "apt install python3-venv"),
        ("nowhere", "There is no nowhere."),
    ],
)
def test_what_is_missing_is_named(folder: Path, target: str, python: str, says: str):
    """Without the noise of a make inside make."""
    command = ["make", "UV=", f"PYTHON={python}", target]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    found = subprocess.run(command, cwd=folder, env=outside, capture_output=True, text=True)
    assert says in found.stderr
    assert found.returncode == 2
    assert "make[" not in found.stderr
    assert found.stderr.count("***") == 1
