"""Agents in several processes share one session: no write is lost, and expiry is told once."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from coach.manager import ContextManager
from coach.services import local_now
from coach.stores.check import check
from coach.stores.sql import SqlStore

SCRIPT = Path(__file__).parent / "agents.py"
NAMES, WRITES = ("a", "b", "c"), 8


def start(url: str, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPT), url, name, str(WRITES)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def test_agents_of_several_processes_lose_nothing(file_url: str):
    """Neither keys nor keys within a key; each expired session is told of by one of them."""
    with ContextManager(file_url, clock=lambda: local_now() - timedelta(days=3)) as manager:
        for number in range(10):
            manager.create_session(f"old{number}")
    agents = [start(file_url, name) for name in NAMES]
    for agent in agents:
        assert agent.stdout is not None
        assert agent.stdout.readline() == "ready\n"
    ends = [agent.communicate("go\n", timeout=120) for agent in agents]
    assert [error for _, error in ends] == [""] * len(agents)
    assert sum(int(told) for told, _ in ends) == 10
    expected = {f"{t}-{n}": n for t in range(2) for n in range(WRITES)}
    store = SqlStore(file_url)
    with ContextManager(store) as manager:
        found = manager.get_context("s")
    assert found["all"] == dict.fromkeys(NAMES, expected)
    assert found.keys() - {"all", "_timestamp"} == {f"{a}-{k}" for a in NAMES for k in expected}
    assert check(store).faults == ()
    store.close()
