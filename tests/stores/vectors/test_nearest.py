"""Vectors: made once, kept with what they are of, and found again by what lies near."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import InvalidValue, StoreUnavailable
from coach.record.parties import Parties
from coach.session import Session
from coach.stores.memories.reading import Seer
from coach.stores.sql import SqlStore
from coach.stores.vectors import keeping, nearest, pgvector
from coach.testing import FakeClock, FakeEmbedder
from coach.testing.clock import START
from coach.vocabulary.embedder import Embedder

ALIKE = {"lorry": "truck", "vehicle": "truck", "trucks": "truck"}
ADA = Seer(who=Parties(user="ada"))


def near_memories(
    store: SqlStore, embedder: Embedder, words: str, now: datetime = START
) -> list[str]:
    keeping.of_memories(store.database, embedder, ADA, now)
    (vector,) = keeping.vectors(embedder, [words])
    with store.database.transaction(write=False) as db:
        found = nearest.memories(db, vector, ADA.bound | {"now": now, "by": embedder.name})
    return [_memory(store, one) for one in found]


def _memory(store: SqlStore, number: int) -> str:
    with store.database.transaction(write=False) as db:
        sql = f"SELECT content FROM coach_memory WHERE user_id = 'ada' AND number = {number}"
        return str(db.text(sql)[0][0])


def near_messages(store: SqlStore, embedder: Embedder, words: str, past: int) -> list[int]:
    keeping.of_messages(store.database, embedder, "s", past)
    (vector,) = keeping.vectors(embedder, [words])
    with store.database.transaction(write=False) as db:
        return nearest.messages(db, vector, {"session": "s", "past": past, "by": embedder.name})


KINDS = [
    ("file_store", "without pgvector"),
    ("postgres_store", "without pgvector"),
    ("postgres_store", "with pgvector"),
]


@pytest.fixture(params=KINDS, ids=" ".join)
def vectored(request: pytest.FixtureRequest) -> SqlStore:
    """A store on which pgvector is made use of, where there is one, and not."""
    kind, extension = request.param
    store: SqlStore = request.getfixturevalue(kind)
    with store.database.transaction() as db:
        if db.dialect == "postgresql":
            db.text("DROP EXTENSION IF EXISTS vector CASCADE")
            if extension == "with pgvector":
                try:
                    db.text("CREATE EXTENSION vector")
                except StoreUnavailable as error:
                    pytest.skip(str(error))
            there = pgvector.place(db) is not None
            assert there == (extension == "with pgvector")
    return store


def test_what_means_the_same_lies_near(vectored: SqlStore):
    """The same on every store, with no word in common."""
    bot = Bot("grow", vectored, clock=FakeClock())
    for words in ("she drives a lorry", "the garden is green", "trucks are loud"):
        bot.memories("ada").remember(words)
    found = near_memories(vectored, FakeEmbedder(ALIKE), "vehicle")
    assert set(found[:2]) == {"trucks are loud", "she drives a lorry"}


def test_messages_are_found_below_a_number(vectored: SqlStore):
    """What stands on the page already is not looked at."""
    talk = Bot("grow", vectored, clock=FakeClock()).session("ada", id="s")
    talk.say("I drive a lorry")
    talk.say("and trucks are loud")
    assert near_messages(vectored, FakeEmbedder(ALIKE), "lorry", past=100)[:1] == [2]
    assert set(near_messages(vectored, FakeEmbedder(ALIKE), "vehicle", 100)[:2]) == {2, 4}
    assert 4 not in near_messages(vectored, FakeEmbedder(ALIKE), "vehicle", 4)


def test_an_embedder_is_asked_once_for_a_text(talk: Session, store: SqlStore):
    """And again under another name only."""
    talk.say("I drive a lorry")
    first, again, other = FakeEmbedder(), FakeEmbedder(), FakeEmbedder(name="other")
    made = [keeping.of_messages(store.database, e, "s", 100) for e in (first, again, other)]
    assert made == [3, 0, 3]
    assert [e.calls for e in (first, again, other)] == [1, 0, 1]


def test_vectors_go_with_what_they_are_of(bot: Bot, talk: Session, store: SqlStore, dump: Any):
    """Forgotten, corrected or deleted: nothing is left of it, and nothing is found."""
    memories = bot.memories("ada")
    memories.remember("a lorry", key="it")
    talk.say("a lorry")
    near_messages(store, FakeEmbedder(), "lorry", 100)
    assert near_memories(store, FakeEmbedder(), "lorry") == ["a lorry"]
    memories.remember("the garden", key="it")
    assert near_memories(store, FakeEmbedder(), "lorry garden") == ["the garden"]
    memories.forget("it")
    bot.store.delete("s")
    left = dump(store)
    assert (left["coach_memory_vector"], left["coach_message_vector"]) == ([], [])


def test_nobody_is_near_to_somebody_else(bot: Bot, store: SqlStore):
    """Not even with the same words, or under another account."""
    bot.memories("bob").remember("a lorry")
    bot.memories("ada", account="acme").remember("a lorry")
    assert near_memories(store, FakeEmbedder(), "lorry") == []


def test_withdrawn_messages_are_not_found(talk: Session, store: SqlStore):
    """Nor embedded."""
    talk.say("I drive a lorry")
    near_messages(store, FakeEmbedder(), "lorry", 100)
    talk.undo()
    assert 2 not in near_messages(store, FakeEmbedder(), "lorry", 100)


class Hasty(FakeEmbedder):
    """An embedder that has everything forgotten while it thinks."""

    def __init__(self, bot: Bot) -> None:
        super().__init__()
        self._bot = bot

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        self._bot.memories("ada").forget("it")
        self._bot.store.delete("s")
        return super().__call__(texts)


def test_what_is_gone_meanwhile_gets_no_vector(bot: Bot, talk: Session, dump: Any):
    """No transaction is open while an embedder works."""
    bot.memories("ada").remember("a lorry", key="it")
    assert keeping.of_messages(bot.store.database, Hasty(bot), talk.id, 100) == 1
    bot.memories("ada").remember("a lorry", key="it")
    assert near_memories(bot.store, Hasty(bot), "lorry") == []
    left = dump(bot.store)
    assert (left["coach_memory_vector"], left["coach_message_vector"]) == ([], [])


def test_embedders_do_not_mix(bot: Bot, store: SqlStore):
    """What one made is not compared with what another did: each makes its own."""
    bot.memories("ada").remember("a lorry")
    for name in ("one", "other"):
        embedder = FakeEmbedder(name=name)
        made = [keeping.of_memories(store.database, embedder, ADA, START) for _ in range(2)]
        assert made == [1, 0]
        assert near_memories(store, embedder, "lorry") == ["a lorry"]


def test_what_has_ended_is_not_found(bot: Bot, store: SqlStore):
    """Though its vector may be there."""
    end = FakeClock()() + timedelta(hours=1)
    bot.memories("ada").remember("a lorry", expires_at=end)
    assert near_memories(store, FakeEmbedder(), "lorry") == ["a lorry"]
    assert near_memories(store, FakeEmbedder(), "lorry", now=end) == []


class Odd:
    """An embedder that answers with what it was made with."""

    def __init__(self, made: Any, name: Any = "odd") -> None:
        self.name, self._made = name, made

    def __call__(self, texts: Any) -> Any:
        return self._made


@pytest.mark.parametrize(
    ("embedder", "says"),
    [
        (Odd([]), "gave 0 vectors for 1 texts"),
        (Odd([[]]), "a vector of 0 numbers"),
        (Odd([[float("nan")]]), "length nan"),
        (Odd([["x"]]), r"gave \['x'\] for a vector"),
        (Odd([[1.0]], name=""), "name '' is not usable"),
        (Odd([[1.0]], name=7), "name 7 is not usable"),
    ],
)
def test_an_embedder_that_is_none_is_refused(bot: Bot, embedder: Any, says: str):
    """And nothing is kept of what it said."""
    bot.memories("ada").remember("a lorry")
    with pytest.raises(InvalidValue, match=says):
        near_memories(bot.store, embedder, "lorry")


def test_vectors_of_another_length_are_passed_over(bot: Bot, store: SqlStore):
    """An embedder that has changed under its name does no harm."""
    bot.memories("ada").remember("a lorry")
    near_memories(store, FakeEmbedder(), "lorry")
    assert near_memories(store, FakeEmbedder(size=8), "lorry") == []


def test_without_numpy_it_is_said_what_to_install(
    make_bot: Callable[..., Bot], file_store: SqlStore, monkeypatch: pytest.MonkeyPatch
):
    """Vectors are an extra."""
    monkeypatch.setitem(__import__("sys").modules, "numpy", None)
    make_bot(on=file_store).memories("ada").remember("a lorry")
    with pytest.raises(StoreUnavailable, match=r"coachflow\[vectors\]"):
        near_memories(file_store, FakeEmbedder(), "lorry")
