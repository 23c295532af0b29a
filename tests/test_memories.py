"""Memories: kept beyond the window, superseded instead of piled up, each person's own."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.errors import InvalidId, InvalidValue
from coach.memories import Memories
from coach.prompting.tokens import count_tokens
from coach.record.memory import MemoryContext
from coach.session import Session
from coach.stores import statements
from coach.stores.memories import writing
from coach.stores.sql import SqlStore
from coach.testing import FakeClock


def words(memories: Memories, **only: str) -> list[str]:
    return [memory.content for memory in memories.list(**only)]


def test_a_memory_comes_back_as_it_was_kept(talk: Session):
    """With everything that is attached to it."""
    kept = talk.memories.remember(
        "Ada's thesis is due in June",
        "context",
        "short_term",
        "thesis",
        source="agent",
        metadata={"page": 3},
        contexts=[{"type": "attribution", "data": {"message": 4}}],
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
    )
    assert talk.memories.get("thesis") == talk.memories.get(kept.id) == kept
    assert (kept.session_id, kept.user_id) == ("s", "ada")
    assert kept.tokens == count_tokens(kept.content)
    assert kept.contexts == (MemoryContext(type="attribution", data={"message": 4}),)


def test_a_corrected_memory_takes_the_place_of_the_old_one(talk: Session):
    """Which keeps its history."""
    old = talk.memories.remember("Exam on 3 May", key="exam")
    new = talk.memories.remember("Exam on 7 May", key="exam")
    assert words(talk.memories) == ["Exam on 7 May"]
    first, last = talk.memories.history("exam")
    assert (first.content, first.superseded_by) == (old.content, new.id)
    assert last == new == talk.memories.get("exam")


def test_what_is_said_again_is_not_kept_again(talk: Session):
    """With a key, or in the same words without one."""
    assert talk.memories.remember("Tea", key="drink") == talk.memories.remember("Tea", key="drink")
    assert talk.memories.remember("Likes rain") == talk.memories.remember("Likes rain")
    assert words(talk.memories) == ["Tea", "Likes rain"]


def test_one_key_is_free_for_every_kind_and_session(bot: Bot, talk: Session):
    """A fact supersedes no entity, one session's context not another's."""
    other = bot.session("ada", id="other")
    talk.memories.remember("a@example.org", "entity", key="mail")
    talk.memories.remember("answers at night", "fact", key="mail")
    talk.memories.remember("here", "context", key="place")
    other.memories.remember("there", "context", key="place")
    assert words(talk.memories) == ["a@example.org", "answers at night", "here"]
    assert words(other.memories) == ["a@example.org", "answers at night", "there"]
    assert len(bot.memories("ada").list()) == 4


def test_long_term_memories_are_there_in_every_session(bot: Bot, talk: Session):
    """Those of a session end with it."""
    talk.memories.remember("Ada is a nurse")
    talk.memories.remember("We spoke of rest", "summary")
    bot.memories("ada").remember("Be brief", "instruction")
    other = bot.session("ada", new=True)
    assert words(other.memories) == ["Ada is a nurse", "Be brief"]
    assert bot.store.delete("s")
    assert words(bot.memories("ada")) == ["Ada is a nurse", "Be brief"]


def test_nobody_sees_the_memories_of_another(bot: Bot, talk: Session):
    """Nor forgets them, by key or by id; an account is a wall as well."""
    mine = talk.memories.remember("Ada's secret", key="secret")
    for other in (bot.memories("bob"), bot.memories("ada", account="acme")):
        assert (other.list(), other.history("secret"), other.get(mine.id)) == ([], [], None)
        assert other.forget(mine.id) == other.forget("secret") == 0
        other.remember("Another secret", key="secret")
    assert words(talk.memories) == ["Ada's secret"]
    with pytest.raises(InvalidId):
        bot.memories("")


def test_the_list_is_of_a_kind_or_a_scope(talk: Session):
    """Oldest first; a limit keeps the newest."""
    for number in range(4):
        talk.memories.remember(f"fact {number}")
    talk.memories.remember("for now", "context", "working")
    assert words(talk.memories, kind="context") == words(talk.memories, scope="working")
    assert [m.content for m in talk.memories.list("fact", limit=2)] == ["fact 2", "fact 3"]
    with pytest.raises(InvalidValue, match="there is no kind 'facts'"):
        talk.memories.list("facts")


def test_a_memory_ends_when_its_time_is_over(make_bot: Callable[..., Bot]):
    """Working ones after an hour. Collecting deletes them, and nothing else."""
    clock = FakeClock()
    talk = make_bot(clock=clock).session("ada")
    talk.memories.remember("in hand", "context", "working", key="hand")
    talk.memories.remember("soon over", expires_at=clock() + timedelta(minutes=5))
    talk.memories.remember("stays")
    clock.forward(minutes=10)
    assert words(talk.memories) == ["stays", "in hand"] or words(talk.memories) == [
        "in hand",
        "stays",
    ]
    clock.forward(hours=1)
    assert words(talk.memories) == ["stays"]
    assert talk.memories.get("hand") is None
    with talk.memories.store.database.transaction() as db:
        assert (writing.collect(db, clock()), writing.collect(db, clock())) == (2, 0)
    assert words(talk.memories) == ["stays"]


def test_memories_under_another_account_keep_their_numbers(bot: Bot):
    """When the person is erased under one: what is remembered next is found by its own words."""
    bot.memories("ada", account="acme").remember("quokkas at work")
    bot.memories("ada").remember("wombats at home")
    assert bot.person("ada").erase().proven
    bot.memories("ada").remember("numbats at home")
    with bot.store.database.transaction(write=False) as db:
        numbers = [row[0] for row in db.text(f"SELECT number FROM {statements.MEMORY.name}")]
    assert len(numbers) == len({*numbers}) == 2
    assert [m.text for m in bot.memories("ada").recall("numbats", 99)] == ["numbats at home"]
    assert [m.text for m in bot.memories("ada", account="acme").recall("quokkas", 99)] != []


def test_to_forget_deletes_what_was_superseded_too(talk: Session, store: SqlStore):
    """By the key or by the id of any of them."""
    for day in ("Monday", "Tuesday"):
        talk.memories.remember(day, key="day")
    first = talk.memories.history("day")[0]
    talk.memories.remember("stays", "entity", key="day")
    assert (talk.memories.forget(first.id), talk.memories.forget(first.id)) == (2, 0)
    assert words(talk.memories) == ["stays"]
    assert talk.memories.forget("day") == 1
    with store.database.transaction(write=False) as db:
        assert db.text(f"SELECT count(*) FROM {statements.MEMORY.name}")[0][0] == 0


def test_many_who_correct_one_memory_lose_none(bot: Bot, talk: Session):
    """One stands, and the others are its history, each superseded by the next."""
    barrier = threading.Barrier(4)

    def correct(number: int) -> None:
        barrier.wait()
        for step in range(5):
            bot.memories("ada").remember(f"{number}.{step}", key="it")

    threads = [threading.Thread(target=correct, args=(n,)) for n in range(4)]
    [t.start() for t in threads], [t.join() for t in threads]
    history = talk.memories.history("it")
    assert len(history) == 20
    assert [m.superseded_by for m in history] == [*(m.id for m in history[1:]), None]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"metadata": {"a": float("nan")}}, "only finite numbers"),
        ({"metadata": {"a": "x" * 32_000}}, "take at most 32,000"),
        ({"expires_at": datetime(2030, 1, 1)}, "has no time zone"),
        ({"source": ""}, "source '' is not usable"),
        ({"scope": "for ever"}, "there is no scope 'for ever'"),
    ],
)
def test_what_cannot_be_kept_is_said(talk: Session, more: dict, says: str):
    """And nothing is kept."""
    with pytest.raises(InvalidValue, match=says):
        talk.memories.remember("words", **more)
    assert talk.memories.list() == []


async def test_asyncio_has_the_same_memories() -> None:
    """Under the same names."""
    bot = AsyncBot("grow", clock=FakeClock())
    talk = await bot.session("ada")
    await talk.memories.remember("Tea", key="drink")
    kept = await talk.memories.remember("Coffee", "fact", key="drink", source="user")
    assert await bot.memories("ada").list() == [kept] == await talk.memories.list("fact")
    assert await talk.memories.get("drink") == kept
    assert len(await talk.memories.history("drink")) == 2
    assert await talk.memories.forget("drink") == 2
    await bot.close()
