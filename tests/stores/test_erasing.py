"""Erasing a person leaves nothing, anywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import InvalidId, LeaseLost, SessionNotFound
from coach.flows.flow import Flow
from coach.record.parties import Parties
from coach.stores.check import check
from coach.stores.erasing import erase, erase_again, ledger, look
from coach.stores.sql import SqlStore
from coach.stores.url import Kind
from coach.testing import FakeClock, FakeEmbedder

NOW = FakeClock()()
ADA = Parties(user="ada")
SECRET = "zebra-crossing-4711"


@pytest.fixture
def lives(make_bot: Callable[..., Bot]) -> Bot:
    """Two sessions of ada's with a secret, and one of ben's."""
    bot = make_bot()
    for id, user, text in (("a", "ada", SECRET), ("b", "ada", "swim"), ("c", "ben", "fly")):
        talk = bot.session(user, id=id)
        talk.say(f"my goal is {text}")
        talk.say("undo")
        talk.say(f"change goal: {text} again")
    return bot


def test_nothing_is_left_of_who_was_erased(lives: Bot, dump: Any):
    """In no table and no cache; the other people are as they were."""
    before = lives.session("ben", id="c").context
    report = erase(lives.store, ADA, NOW)
    assert report.before["coach_context"] == report.before["contexts at hand"] == 2
    assert report.before["coach_message"] == 14
    assert set(report.after.values()) == {0}
    assert report.proven
    rows = str(dump(lives.store))
    assert "'ada'" not in rows
    assert SECRET not in rows
    assert lives.session("ben", id="c").context == before
    assert check(lives.store).faults == ()


def test_what_was_remembered_and_recalled_is_gone_too(
    make_bot: Callable[..., Bot], store: SqlStore, dump: Any
):
    """Memories, vectors, and the words of the search index; those of others stay."""
    bot = make_bot(embedder=FakeEmbedder())
    for user in ("ada", "ben"):
        talk = bot.session(user, id=user)
        talk.say("my zebra is lame")
        talk.memories.remember("her zebra is old")
        assert len(talk.memories.recall("zebra", 500)) > 1
    report = erase(store, ADA, NOW)
    assert report.before["coach_memory"] == report.before["coach_memory_vector"] == 1
    assert report.before["coach_message_vector"] > 0
    assert report.proven
    assert len(bot.session("ben", id="ben").memories.recall("zebra", 500)) > 1
    if store.address.kind is Kind.SQLITE:
        with store.database.transaction(write=False) as db:
            assert len(db.text("SELECT * FROM coach_words_upto")) == 2  # ben's, and his session's


@pytest.fixture
def careless(file_store: SqlStore, grow: Flow) -> Bot:
    """A coach on a file whose SQLite leaves the bytes of deleted rows where they were."""
    with file_store.database.transaction() as db:
        db.text("PRAGMA secure_delete = off")
    return Bot(grow, file_store, clock=FakeClock())


def test_the_bytes_are_gone_from_the_file(careless: Bot):
    """Not only the rows: neither free pages nor the log beside the file hold them."""
    talk = careless.session("ada", id="s")
    with careless.store.database.transaction() as db:
        db.text("CREATE VIRTUAL TABLE words USING fts5(content)")
        db.text(f"INSERT INTO words(rowid, content) VALUES (1, '{SECRET} {SECRET}')")
    for number in range(20):
        talk.say(f"change goal: {SECRET} {number} {'x' * 3_000}")
    assert SECRET in everything(careless.store)
    with careless.store.database.transaction() as db:
        db.text("DELETE FROM words")
    assert erase(careless.store, ADA, NOW).proven
    assert SECRET not in everything(careless.store)
    assert "zebra" not in everything(careless.store)


def test_deleted_rows_are_overwritten(careless: Bot, monkeypatch: pytest.MonkeyPatch):
    """Whether or not the file can be written anew."""
    careless.session("ada", id="s").say(SECRET)
    only_log = "PRAGMA wal_checkpoint(TRUNCATE)"
    monkeypatch.setattr(careless.store.database.driver, "scrub", lambda raw: raw.execute(only_log))
    erase(careless.store, ADA, NOW)
    assert SECRET not in everything(careless.store)


def everything(store: SqlStore) -> str:
    """All bytes of a file's folder."""
    assert store.address.path is not None
    folder = Path(store.address.path).parent
    return b"".join(path.read_bytes() for path in folder.iterdir()).decode("latin-1")


def test_somebody_who_reads_holds_the_pages(careless: Bot):
    """That is said, and the next attempt cleans up."""
    store = careless.store
    careless.session("ada", id="s").say(SECRET)
    with store.database.transaction(write=False) as db:
        db.text("SELECT count(*) FROM coach_message")
        report = erase(store, ADA, NOW)
    assert (report.scrubbed, report.proven) == (False, False)
    assert erase(store, ADA, NOW).proven
    assert SECRET not in everything(store)


class Cupboard:
    """A cache of one's own, which somebody may fill again."""

    name = "cupboard"

    def __init__(self, *refills: Callable[[], object]) -> None:
        self.things = {"ada": 3, "ben": 1}
        self.refills = list(refills)

    def held(self, who: Parties, session_ids: list[str]) -> int:
        return self.things.get(who.user, 0)

    def forget(self, who: Parties, session_ids: list[str]) -> None:
        self.things.pop(who.user, None)
        if self.refills and "b" in session_ids:
            self.refills.pop()()


def test_a_cache_is_emptied_as_well(lives: Bot):
    """Whoever holds something is asked to forget it, and counted."""
    cupboard = Cupboard()
    lives.store.holders.append(cupboard)
    report = erase(lives.store, ADA, NOW)
    assert (report.before["cupboard"], report.after["cupboard"]) == (3, 0)
    assert cupboard.things == {"ben": 1}


def test_what_comes_meanwhile_is_removed_too(lives: Bot):
    """A session that begins while its person is being erased."""
    again = Cupboard(lambda: lives.session("ada", id="late").say(SECRET), lambda: None)
    lives.store.holders.append(again)
    assert erase(lives.store, ADA, NOW).proven
    assert [line.user_id for line in lives.sessions()] == ["ben"]


def test_a_turn_in_flight_is_erased_as_well(make_bot: Callable[..., Bot]):
    """Its message was durable already; whoever works on it finds out, and keeps nothing."""
    bot: Bot

    def hear(situation: object, text: str) -> list[Any]:
        assert bot.person("ada").erase().proven
        return []

    bot = make_bot(hear=hear)
    with pytest.raises((LeaseLost, SessionNotFound)):
        bot.session("ada", id="s").say(SECRET)
    assert not any(look(bot.store, ADA).values())
    assert check(bot.store).faults == ()


def test_the_same_id_under_another_account_is_another_person(make_bot: Callable[..., Bot]):
    """Erased without the other; what both share goes with the last of them."""
    bot = make_bot()
    for account in (None, "acme"):
        bot.session("ada", id=account, new=True, account=account).say(f"to {account}")
        bot.person("ada", account).update(profile={"name": f"Ada of {account}"})
    assert bot.person("ada", "acme").erase().after["coach_person"] == 0
    assert [line.account_id for line in bot.sessions()] == [None]
    assert bot.person("ada").profile == {"name": "Ada of None"}
    assert bot.person("ada", "acme").profile == {}
    assert bot.person("ada").erase().before["coach_person"] == 1
    assert check(bot.store).faults == ()


def test_nobody_is_not_erased(lives: Bot):
    """Who is not known leaves no row, and an id that is none is refused."""
    assert not any(look(lives.store, Parties(user="eve")).values())
    assert erase(lives.store, Parties(user="eve"), NOW).proven
    assert len(lives.sessions()) == 3
    with pytest.raises(InvalidId):
        erase(lives.store, Parties(user=" "), NOW)


def test_the_ledger_knows_whom_to_erase_again(lives: Bot):
    """And says nothing of them but how much there was."""
    report = erase(lives.store, ADA, NOW)
    lives.session("ada", id="back").say("here I am")
    with lives.store.database.transaction() as db:
        (entry,) = ledger(db)
        assert (entry.sessions, entry.at) == (2, NOW)
        assert entry.rows == sum(n for name, n in report.before.items() if "coach_" in name)
        assert erase_again(db, [entry]) == 1
    assert not any(look(lives.store, ADA).values())
    assert [line.user_id for line in lives.sessions()] == ["ben"]
