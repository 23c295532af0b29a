"""One thread that has summaries written anew while nobody waits for it."""

import threading
import time
from typing import Any

import pytest

from coach import rewriter as module
from coach.aio import AsyncBot
from coach.calls.tap import Tap
from coach.errors import SessionBusy
from coach.flows.flow import Flow
from coach.rewriter import Rewriter
from coach.testing import FakeClock
from coach.vocabulary.context_policy import ContextPolicy, SummaryPolicy, WindowPolicy
from coach.vocabulary.llm import LlmRequest
from coach.vocabulary.llm_policy import LlmPolicy


class Work:
    """Stands for the rewriting of sessions: what was done, and a gate before it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.begun = threading.Event()
        self.gate = threading.Event()
        self.busy = 0

    def rewrite(self, services: Any, session_id: str, tap: Tap) -> list[Any]:
        self.begun.set()
        while not self.gate.wait(0.01):
            if tap.stopped:
                return []
        return [session_id]

    def swap(self, services: Any, session_id: str, written: Any) -> bool:
        if self.busy:
            self.busy -= 1
            raise SessionBusy("another turn is in flight")
        self.done.append(session_id)
        return True

    def wait(self, count: int) -> None:
        for _ in range(1_000):
            if len(self.done) >= count:
                return
            time.sleep(0.01)
        raise AssertionError(self.done)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    made = Work()
    monkeypatch.setattr(module, "rewrite", made.rewrite)
    monkeypatch.setattr(module, "swap", made.swap)
    return made


NOBODY: Any = None


def test_each_session_is_done_once(work: Work):
    """However often it is wanted while it waits."""
    rewriter = Rewriter()
    for name in ("a", "b", "b", "c"):
        rewriter.want(NOBODY, name)
    work.gate.set()
    work.wait(3)
    rewriter.close()
    assert work.done == ["a", "b", "c"]


def test_without_room_it_is_not_done(work: Work, caplog: pytest.LogCaptureFixture):
    """The log says so, and nobody waits."""
    rewriter = Rewriter(most=1)
    rewriter.want(NOBODY, "a")
    work.begun.wait(30)
    rewriter.want(NOBODY, "b")
    rewriter.want(NOBODY, "c")
    assert "session c: its summary stays as it is: 1 others wait for an llm" in caplog.text
    work.gate.set()
    work.wait(2)
    rewriter.close()


def test_a_busy_session_comes_later(work: Work, monkeypatch: pytest.MonkeyPatch):
    """The llm is not asked again for it."""
    monkeypatch.setattr(module, "PAUSES", (0.0, 0.0))
    work.busy = 2
    work.gate.set()
    rewriter = Rewriter()
    rewriter.want(NOBODY, "a")
    work.wait(1)
    rewriter.close()


def test_patience_ends(
    work: Work, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """The summary stays, and the next session has its turn."""
    monkeypatch.setattr(module, "PAUSES", (0.0,))
    work.busy = 2
    work.gate.set()
    rewriter = Rewriter()
    rewriter.want(NOBODY, "a")
    while "session a: its summary stays as it is: SessionBusy" not in caplog.text:
        time.sleep(0.01)
    rewriter.want(NOBODY, "b")
    work.wait(1)
    rewriter.close()
    assert work.done == ["b"]


def test_closing_waits_so_long_and_stops_what_is_asked(work: Work):
    """What waits is not done, and nothing is wanted any more."""
    rewriter = Rewriter()
    rewriter.want(NOBODY, "a")
    work.begun.wait(30)
    rewriter.want(NOBODY, "b")
    rewriter.close(seconds=0.01)
    rewriter.want(NOBODY, "c")
    assert work.done == []
    assert rewriter._thread is None


def test_closing_lets_what_is_nearly_done_end(work: Work):
    """Within its seconds."""
    rewriter = Rewriter()
    rewriter.want(NOBODY, "a")
    work.begun.wait(30)
    threading.Timer(0.05, work.gate.set).start()
    rewriter.close(seconds=30)
    assert work.done == ["a"]


def test_a_thread_without_work_ends_and_comes_again(work: Work):
    """Nothing runs for a bot in which nothing happens."""
    work.gate.set()
    rewriter = Rewriter(idle=0.01)
    for count, name in enumerate("ab", 1):
        rewriter.want(NOBODY, name)
        work.wait(count)
        while rewriter._thread is not None:
            time.sleep(0.01)
    assert work.done == ["a", "b"]


async def test_an_async_bot_has_one_as_well(grow: Flow, file_url: str):
    """In a thread: the event loop is not held up, and closing ends it."""
    policy = ContextPolicy(window=WindowPolicy(messages=6), summary=SummaryPolicy(strategy="llm"))
    quiet = LlmPolicy(hear="rules", speak="offline")
    flow = grow.model_copy(update={"context": policy, "llm": quiet})

    async def write(request: LlmRequest) -> str:
        return "They write a thesis."

    bot = AsyncBot(flow, file_url, llm=write, clock=FakeClock())
    talk = await bot.session("ada", id="s")
    for line in ("write my thesis", "a bound copy", "9", "3", "a diary", "no time"):
        await talk.say(line)
    for _ in range(600):
        if "They write a thesis." in ((await talk.context()).summary or ""):
            break
        time.sleep(0.05)
    else:
        raise AssertionError("it was not written anew")
    await bot.close()
