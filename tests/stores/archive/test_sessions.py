"""A session as a file, and back."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.errors import ArchiveError, EmptyMessage, InvalidId, SessionNotFound
from coach.flows.flow import Flow
from coach.manager import ContextManager
from coach.session import Session
from coach.stores.archive.lines import Reading, sealed, text_of
from coach.stores.archive.sessions import export_session, import_session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock

Lines = list[dict[str, Any]]
WORDS = ("write my thesis", "a medal", "9", 1, "on time", "undo", "7", "a walk, a swim", "\u2028é")
SAID = st.sampled_from(["write my thesis", "9", "undo", "change goal: run"]) | st.text(max_size=20)


def told(talk: Session, words: Any = WORDS) -> Session:
    for word in words:
        talk.say(word) if isinstance(word, str) else talk.rewind(word)
    return talk


def lines_of(talk: Session) -> Lines:
    """The lines of a session but for the seal; its header without the time."""
    lines: Lines = [dict(line) for line in talk.export()][:-1]
    del lines[0]["at"]
    return lines


def put(bot: Bot, lines: Lines, id: str | None = None) -> str:
    source = [text_of(line).encode() for line in sealed(lines)]
    return import_session(bot.store, Reading("f", source, "session"), id)


def test_a_session_comes_back_from_every_store(talk: Session, grow: Flow, tmp_path: Path):
    """The same lines, and every page of it."""
    told(talk).export_to(tmp_path / "s.jsonl")
    there = Bot(grow, clock=FakeClock()).import_session(tmp_path / "s.jsonl")
    assert lines_of(there) == lines_of(talk)
    for turn in range(len(WORDS) + 1):
        assert there.page_at(turn).messages == talk.page_at(turn).messages
    assert check(there.services.store).faults == ()


def test_a_session_goes_to_every_store(make_bot: Callable[..., Bot], grow: Flow):
    """And goes on there."""
    talk = told(Bot(grow, clock=FakeClock()).session("ada", id="s"))
    bot = make_bot()
    assert put(bot, lines_of(talk)) == "s"
    there = bot.session("ada", id="s")
    assert lines_of(there) == lines_of(talk)
    assert there.say("undo").reply == talk.say("undo").reply
    assert check(bot.store).faults == ()


@given(words=st.lists(SAID, max_size=6))
@settings(max_examples=25)
def test_whatever_was_said_comes_back(grow: Flow, words: list[str]):
    """Exactly: the lines of what was imported are those that were exported."""
    talk = Bot(grow, clock=FakeClock()).session("ada", id="s")
    for word in words:
        try:
            talk.say(word)
        except EmptyMessage:
            continue
    other = Bot(grow, clock=FakeClock())
    put(other, lines_of(talk))
    assert lines_of(other.session("ada", id="s")) == lines_of(talk)


def test_a_message_that_waits_for_its_turn_comes_along(make_bot: Callable[..., Bot], grow: Flow):
    """What was acknowledged is not lost."""

    def hear(situation: Any, text: str) -> Any:
        raise RuntimeError

    talk = make_bot(hear=hear).session("ada", id="s")
    with pytest.raises(RuntimeError):
        talk.say("write my thesis", key="k")
    there = Bot(grow, clock=FakeClock())
    put(there, lines_of(talk))
    (turn,) = there.session("ada", id="s").retry()
    assert (turn.key, turn.text) == ("k", "write my thesis")


def test_the_memories_of_a_session_come_along(make_bot: Callable[..., Bot], grow: Flow):
    """With their history, also beside the session they are from; those of the person do not."""
    bot = make_bot()
    talk = bot.session("ada", id="s")
    for words in ("first", "second"):
        talk.memories.remember(words, "summary", key="it", metadata={"n": 1})
    talk.memories.remember("a fact")
    put(bot, lines_of(talk), "copy")
    copy = bot.session("ada", id="copy").memories
    assert [m.content for m in copy.list()] == ["a fact", "second"]
    assert [m.content for m in copy.history("it")] == ["first", "second"]
    assert copy.history("it")[0].superseded_by == copy.get("it").id != talk.memories.get("it").id
    assert copy.remember("third", "summary", key="it").superseded_by is None


def test_a_session_may_be_kept_under_another_id(bot: Bot, talk: Session):
    """And is refused under one that is taken; nothing is written then."""
    told(talk)
    with pytest.raises(InvalidId, match="'s' is there already: import it under another id"):
        put(bot, lines_of(talk))
    assert put(bot, lines_of(talk), "t") == "t"
    other = bot.session("ada", id="t")
    assert [t.text for t in other.turns()] == [t.text for t in talk.turns()]
    with pytest.raises(SessionNotFound):
        bot.session("ben", id="t")
    assert check(bot.store).faults == ()


def change(number: int, name: str, **values: Any) -> Callable[[Lines], None]:
    """A change of the n-th line of that name."""

    def make(lines: Lines) -> None:
        found = [line for line in lines if name in line][number]
        found[name] = found[name] | values

    return make


def drop(name: str) -> Callable[[Lines], None]:
    return lambda lines: lines.remove(next(line for line in lines if name in line))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (change(0, "message", seq="x"), "f:3: message.seq is a whole number"),
        (change(1, "message", content="forged"), "message 2 is not what the log has seen"),
        (change(0, "context", stage="nowhere"), "folding the log gives another context"),
        (change(0, "context", messages="x"), "f:2: "),
        (change(1, "turn", patch=[]), "the log cannot be folded"),
        (change(1, "turn", decision={"stage": 1}), "does not add up"),
        (change(0, "turn", patch=[]), "the turns hold no opening|does not add up"),
        (change(0, "flow", definition="{}"), "flow '[0-9a-f]{8}' is not what its hash says"),
        (change(0, "source", text="{{ 1 }}"), "is not what its hash says"),
        (drop("message"), "does not add up"),
        (drop("turn"), "does not add up|no opening"),
        (drop("flow"), "the definition of its flow is missing"),
        (drop("source"), "is not what its hash says"),
        (drop("context"), "f:1: the file holds no session"),
        (lambda lines: lines.append(lines[1]), "a second context"),
        (lambda lines: lines.append({"person": {}}), "there is nothing called 'person'"),
    ],
)
def test_a_file_that_was_tampered_with_is_refused(grow: Flow, damage: Any, words: str):
    """Also when its seal fits: nothing is written that does not add up."""
    talk = told(Bot(grow, clock=FakeClock()).session("ada", id="s"))
    lines: Lines = json.loads(json.dumps(lines_of(talk)))
    damage(lines)
    empty = Bot("grow")
    with pytest.raises(ArchiveError, match=words):
        put(empty, lines, "t")
    assert empty.sessions() == []
    assert check(empty.store).faults == ()


def test_a_session_without_a_flow_comes_back(store: SqlStore):
    """As agents share one."""
    agents = ContextManager(store=store)
    agents.create_session("s")
    agents.set_context("s", "topic", {"name": "tides", "of": [1, 2.5, None]})
    lines = [text_of(line).encode() for line in export_session(store, "s", FakeClock()())]
    import_session(store, Reading("f", lines, "session"), "t")
    assert agents.get_context("t") == agents.get_context("s") != {}
    assert check(store).faults == ()


def test_the_same_for_asyncio(grow: Flow, tmp_path: Path):
    """Export and import are awaited."""

    async def main() -> None:
        bot = AsyncBot(grow)
        talk = await bot.session("ada", id="s")
        await talk.export_to(tmp_path / "s.jsonl")
        there = await bot.import_session(tmp_path / "s.jsonl", "t")
        assert (await there.history()) == (await talk.history())

    asyncio.run(main())
