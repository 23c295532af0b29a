"""docs/redis.md is true: its programs run on a real server, and print what they say."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from coach.stores.redis.address import OPTIONS, CacheAddress
from coach.stores.redis.entries import CacheStats
from coach.testing.redis_server import RedisServer

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "redis.md").read_text()
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.S)
COMMANDS = re.findall(r"^\$ coach (.*)$", PAGE, re.M)
PRINTED = re.compile(r"(?:print\(.*\)  # |# prints: )(.*)")


def run(command: list[str], folder: Path, url: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COACH_CACHE": url},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_a_program_of_the_page_runs(
    number: int, tmp_path: Path, keeping_redis: RedisServer, keeping_url: str
) -> None:
    """On a server elsewhere, which is not in a hurry."""
    program = PROGRAMS[number].replace('"redis://localhost:6379/0"', repr(keeping_url))
    said = run(["-c", program], tmp_path, keeping_url).replace(keeping_redis.url, "REDIS")
    expected = PRINTED.findall(PROGRAMS[number])
    assert [line.replace("redis://localhost:6379/0", "REDIS") for line in expected] == (
        said.splitlines()
    )


def test_its_commands_run(tmp_path: Path, redis_url: str) -> None:
    """After a program has made the store."""
    run(["-c", PROGRAMS[0].replace('"redis://localhost:6379/0"', "None")], tmp_path, redis_url)
    for command in COMMANDS:
        assert "hits" in run(["-m", "coach", *command.split()], tmp_path, redis_url)


def test_the_tables_are_whole() -> None:
    """Every option with its default, and every count."""
    rows = dict(re.findall(r"\| `([a-z]+)` \| ([\w.]+) \|", PAGE))
    address = CacheAddress(url="", login="")
    assert {name: str(getattr(address, name)).removesuffix(".0") for name in OPTIONS} == rows
    assert all(f"`{field.name}`" in PAGE for field in fields(CacheStats))
