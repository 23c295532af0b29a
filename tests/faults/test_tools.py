"""kill -9 while tools are called: what was begun is not begun twice, and nothing is lost."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coach.bot import Bot
from coach.flows.load import parse_flow
from coach.flows.registry import Registry
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.sweeper import Sweeper
from coach.testing import FakeClock, ScriptedLLM
from coach.vocabulary.llm import Completion, LlmRequest, ToolCall
from coach.vocabulary.words import Role
from tests.faults.kill import die, forked

SCRIPT = """
flow: post
start: desk
llm: {hear: rules}
stages:
  desk: {tools: [send, stamp], next: [{to: done, trigger: close}]}
  done: {final: true}
"""
LEASE = 0.05
KILLED = -9


class Office:
    """Tools that leave a line in a file; the process dies where it is told to."""

    def __init__(self, book: Path, dies: str = "") -> None:
        self.book, self.dies = book, dies
        self.registry = Registry()
        self.registry.tool(self.send)
        self.registry.tool(idempotent=True)(self.stamp)

    def send(self, to: str) -> str:
        """Send a letter."""
        self.write(f"sent {to}")
        return f"sent to {to}"

    def stamp(self, to: str, key: str) -> str:
        """Put a stamp on a letter."""
        self.write(f"stamped {key}")
        return f"stamped for {to}"

    def write(self, line: str) -> None:
        if self.dies == "before":
            die()
        with self.book.open("a") as book:
            book.write(f"{line}\n")
            book.flush()
            os.fsync(book.fileno())
        if self.dies == "after":
            die()

    def answer(self, request: LlmRequest) -> Any:
        """A call, then a reply that repeats what came of it."""
        last = request.messages[-1]
        if last.role is not Role.TOOL:
            made = (ToolCall(id="1", name=name, arguments='{"to": "Bo"}') for name in self.wanted)
            return Completion(tool_calls=tuple(made))
        if self.dies == "answering":
            die()
        return f"Then: {last.content}"

    wanted: tuple[str, ...] = ("send",)

    def bot(self, store: SqlStore | str) -> Bot:
        flow = parse_flow(SCRIPT, registry=self.registry)
        bot = Bot(flow, store, llm=ScriptedLLM(speak=[self.answer] * 9), clock=FakeClock())
        bot.store.__dict__["lease_seconds"] = LEASE
        return bot


def in_a_process(work: Callable[[], object]) -> int:
    """How a process ended that does it: negative for the signal that killed it."""
    child = forked()
    if child == 0:
        try:
            work()
        finally:
            os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture(params=["file", "postgresql"])
def url(request: pytest.FixtureRequest, file_url: str) -> str:
    """A store that outlives a process."""
    if request.param == "file":
        return file_url
    store = request.getfixturevalue("postgres_store")
    return str(store.url)


def killed(url: str, book: Path, tool: str, dies: str) -> None:
    """A turn whose process dies."""
    first = Office(book)
    bot = first.bot(url)
    bot.session("ada", id="s")
    bot.close()
    office = Office(book, dies)
    office.wanted = (tool,)
    how = in_a_process(lambda: office.bot(url).session("ada", id="s").say("hm?", key="k"))
    assert how == KILLED
    time.sleep(LEASE * 2)


def lines(book: Path) -> list[str]:
    return book.read_text().splitlines() if book.exists() else []


@pytest.mark.parametrize("dies", ["before", "after"])
def test_what_was_begun_is_not_begun_again(url: str, tmp_path: Path, dies: str) -> None:
    """A sweeper's try says that nobody knows, and the record too."""
    book = tmp_path / "book"
    killed(url, book, "send", dies)
    bot = Office(book).bot(url)
    assert Sweeper(bot).sweep().answered == ["s"]
    talk = bot.session("ada", id="s")
    assert talk.history()[-1].content == (
        "Then: error: outcome unknown: it was started before and is not repeated"
    )
    assert len(lines(book)) == (dies == "after")
    assert [run.unknown for run in talk.context.tool_history] == [True]
    assert check(bot.store).sound
    bot.close()


@pytest.mark.parametrize("dies", ["before", "after"])
def test_what_may_be_called_twice_is_with_the_same_key(url: str, tmp_path: Path, dies: str) -> None:
    """So that whoever gets it does it once."""
    book = tmp_path / "book"
    killed(url, book, "stamp", dies)
    bot = Office(book).bot(url)
    (turn,) = bot.session("ada", id="s").retry()
    assert turn.reply == "Then: stamped for Bo"
    assert len(lines(book)) == 1 + (dies == "after")
    assert len(set(lines(book))) == 1
    assert check(bot.store).sound
    bot.close()


@pytest.mark.parametrize("tool", ["send", "stamp"])
def test_a_result_that_was_kept_is_the_result(url: str, tmp_path: Path, tool: str) -> None:
    """Nothing is called again when the process dies in the answer to it."""
    book = tmp_path / "book"
    killed(url, book, tool, "answering")
    bot = Office(book).bot(url)
    talk = bot.session("ada", id="s")
    (turn,) = talk.retry()
    assert turn.reply in ("Then: sent to Bo", "Then: stamped for Bo")
    assert len(lines(book)) == 1
    assert [run.success for run in talk.context.tool_history] == [True]
    with bot.store.database.transaction(write=False) as db:
        assert db.text("SELECT place FROM coach_tool_intent") == []
    assert check(bot.store).sound
    bot.close()


def test_a_worker_that_was_overtaken_begins_no_tool(url: str, tmp_path: Path) -> None:
    """The fence of its claim is gone."""
    from coach.errors import LeaseLost
    from coach.record.tool_intent import ToolIntent
    from coach.stores.intents import TurnIntents

    bot = Office(tmp_path / "book").bot(url)
    bot.session("ada", id="s")
    now = bot.services.clock()
    old = bot.store.claim("s", "k", "hm?", now, hold=False)
    time.sleep(LEASE * 2)
    new = bot.store.claim("s", "k", "hm?", now, hold=False)
    intent = ToolIntent(place=0, round=0, call=ToolCall(id="1", name="send"))
    with pytest.raises(LeaseLost):
        TurnIntents(bot.store, old).begin([intent])
    TurnIntents(bot.store, new).begin([intent])
    assert TurnIntents(bot.store, new).earlier() == (intent,)
    bot.close()
