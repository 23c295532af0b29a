"""`coach chat --llm`, through a real pseudo-terminal, the real client and a real server."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeLlmServer, Fault, Pieces

SAID = "I want to run a half marathon"
GOAL = {
    "commands": [
        {"command": "set", "field": "goal", "value": "run a half marathon",
         "quote": "run a half marathon", "confidence": 0.9}
    ]
}  # fmt: skip
NOTHING: dict[str, object] = {"commands": []}


@pytest.fixture
def server() -> Iterator[FakeLlmServer]:
    with FakeLlmServer() as server:
        yield server


@pytest.fixture
def llm(server: FakeLlmServer) -> str:
    return f"openai_compatible:{server.url}#fake"


def test_words_appear_as_they_come(terminal, store, server, llm):
    """With where the talk stands above them."""
    server.script(GOAL, Pieces(["Good. ", "How will ", "you know?"], delay=0.3))
    with terminal("chat", "grow", "--store", store, "--llm", llm) as t:
        t.enter(SAID)
        t.wait("goal ● · reality ○ · options ○ · will ○\ncoach> Good.")
        assert "know?" not in t.screen
        t.wait(" How will you know?\n")
        t.enter("/quit")
        assert t.end() == 0


def test_a_server_that_dies_in_mid_answer_costs_nothing(terminal, store, server, llm):
    """The message says what happened, and /retry goes on with the same turn."""
    server.script(GOAL, Pieces(["Good. ", "How will ", "you know?"], delay=0.3))
    with terminal("chat", "grow", "--store", store, "--llm", llm, "--session", "one") as t:
        t.enter(SAID)
        t.wait("coach> Good.")
        server.kill()
        t.wait("broke")
        t.wait("(Your message is kept, unanswered: /retry goes on with it")
        server.restart()
        server.script(GOAL, "How will you know?")
        t.enter("/retry")
        t.wait(f"you> {SAID}\n")
        t.wait("coach> How will you know?")
        t.enter("/retry")
        t.wait("coach: nothing is left unanswered")
        t.enter("/quit")
        t.end()
    at = SqlStore(store)
    assert [m.content for m in at.messages("one")][1:] == [SAID, "How will you know?"]
    assert check(at).sound
    at.close()


def test_coming_back_goes_on_with_what_was_left(run, store, server, llm):
    """As it would have been answered then."""
    server.script(GOAL, Fault.status(500), Fault.status(500), Fault.status(500))
    done = run("chat", "--store", store, "--llm", llm, "--session", "one", input=SAID)
    assert done.exit_code == 1
    server.script(GOAL, "How will you know?")
    done = run("chat", "--store", store, "--llm", llm, "--session", "one", input="")
    assert f"(Answering what was left unanswered.)\nyou> {SAID}\ncoach> How will" in done.stdout


def test_ctrl_c_stops_the_answer_and_keeps_what_was_said(run, terminal, store, server, llm):
    """The talk goes on."""
    server.script(NOTHING, Pieces(["Good. ", "How will ", "you know?"], delay=0.5))
    with terminal("chat", "grow", "--store", store, "--llm", llm, "--session", "one") as t:
        t.enter(SAID)
        t.wait("coach> Good.")
        t.process.send_signal(signal.SIGINT)
        t.wait("(Stopped. What had been said is kept.)")
        t.enter("/quit")
        t.wait(f"--llm '{llm}'")
        t.end()
    assert "assistant (stopped): Good." in run("session", "show", "one", "--store", store).stdout
    at = SqlStore(store)
    assert at.messages("one")[-1].partial
    at.close()


def test_the_offline_coach_stands_in(run, store, server, llm):
    """It says so, and why."""
    server.script(Fault.status(401))
    done = run("chat", "--store", store, "--llm", llm, "--llm", "offline", input=SAID)
    assert done.exit_code == 0
    assert "coach> I cannot reach my language model right now" in done.stdout
    assert "(openai_compatible:" in done.stdout


def test_without_its_library_there_is_one_clear_line(store):
    """Before anything is asked."""
    hidden = "import sys; sys.modules['pydantic_ai'] = None; from coach.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", hidden, "chat", "--store", store, "--llm", "openai:gpt-5.2"],
        capture_output=True,
        text=True,
        input="",
    )
    assert done.returncode == 1
    assert done.stderr == "coach: 'openai:gpt-5.2' needs a library: pip install 'coachflow[llm]'\n"
