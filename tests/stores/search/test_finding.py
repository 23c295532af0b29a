"""Finding words: the same on every store, within one session or one person."""

from collections.abc import Callable

import pytest

from coach.bot import Bot
from coach.flows.flow import Flow
from coach.session import Session
from coach.stores.search import finding
from coach.stores.sql import SqlStore
from coach.testing import FakeClock


def held(store: SqlStore, term: str, session: str = "s", past: int | None = None) -> list[int]:
    with store.database.transaction() as db:
        heap = finding.session_heap(db, session, past)
        finding.catch_up(db, [heap])
        return finding.holding(db, heap, term, 100)


def remembered(store: SqlStore, term: str, user: str = "ada") -> list[int]:
    with store.database.transaction() as db:
        heap = finding.person_heap(db, user)
        finding.catch_up(db, [heap])
        return finding.holding(db, heap, term, 100)


@pytest.mark.parametrize(
    ("term", "there"),
    [
        ("run", True),
        ("running", True),
        ("marathons", True),
        ("cafe", True),
        ("example", True),
        ("org", True),
        ("first", True),
        ("2026", True),
        ("strasse", False),
        ("mara", False),
        ("or", False),
    ],
)
def test_a_word_is_found_in_all_its_forms(talk: Session, term: str, there: bool):
    """Stemmed, without accents, cut at everything that is no letter or figure."""
    talk.say("Running the Café-marathon, ada@example.org, my_first in 2026 (Straße)")
    assert (2 in held(talk.services.store, term)) is there


def test_only_the_session_is_searched(bot: Bot, talk: Session):
    """And of it what comes before a message, the newest first."""
    bot.session("bob", id="b").say("a marathon")
    talk.say("a marathon")
    talk.say("it is a marathon")
    found = held(bot.store, "marathon")
    assert {2, 4} <= set(found)
    assert found == sorted(found, reverse=True)
    assert held(bot.store, "marathon", past=4) == [n for n in found if n < 4]
    assert held(bot.store, "marathon", session="b")[-1] == 2


def test_what_came_later_is_found_later(talk: Session):
    """Each message is put into the index once."""
    store = talk.services.store
    talk.say("bats")
    assert held(store, "bats", past=50)[-1] == 2
    talk.say("more bats")
    assert held(store, "bats").count(4) == 1


def test_memories_are_searched_by_person(bot: Bot, talk: Session):
    """Those of another one are not there."""
    talk.memories.remember("Her thesis is on bats")
    bot.memories("bob").remember("Bats again")
    assert remembered(bot.store, "bat") == [1] == remembered(bot.store, "bat", "bob")
    talk.memories.remember("More bats")
    assert remembered(bot.store, "bat") == [2, 1]


def index_rows(store: SqlStore) -> tuple[int, str]:
    """How many rows the index knows of, and all it holds as one text."""
    with store.database.transaction() as db:
        finding.scrub(db)
        blocks = db.text("SELECT block FROM coach_words_data")
        rows = db.text("SELECT count(*) FROM coach_words_upto")[0][0]
    return rows, "".join(bytes(block[0]).decode("latin-1") for block in blocks)


@pytest.mark.parametrize("first", ["session", "messages"])
def test_a_deleted_session_leaves_no_word(file_store: SqlStore, grow: Flow, first: str):
    """In whatever order its rows go; those of another one stay."""
    bot = Bot(grow, file_store, clock=FakeClock())
    for session, words in (("s", "quokka"), ("t", "wombat")):
        bot.session("ada", id=session).say(words)
        held(file_store, words, session)
    if first == "messages":
        with file_store.database.transaction() as db:
            db.text("DELETE FROM coach_message WHERE session_id = 's'")
    assert file_store.delete("s")
    rows, text = index_rows(file_store)
    assert (rows, "okka" in text, "mbat" in text) == (1, False, True)


def test_a_forgotten_memory_leaves_no_word(file_store: SqlStore, grow: Flow):
    """Nor does one of a person who is deleted, memories and all."""
    bot = Bot(grow, file_store, clock=FakeClock())
    for number, words in enumerate(("quokka", "wombat", "numbat")):
        bot.memories("ada").remember(words, key=str(number))
    remembered(file_store, "x")
    bot.memories("ada").forget("0")
    assert "okka" not in index_rows(file_store)[1]
    assert "mbat" in index_rows(file_store)[1]
    with file_store.database.transaction() as db:
        db.text("DELETE FROM coach_person")
    assert index_rows(file_store)[0] == 0
    assert "mbat" not in index_rows(file_store)[1]


def test_a_memory_that_takes_the_last_place_again_is_found(bot: Bot):
    """Numbers are not given twice."""
    bot.memories("ada").remember("bats", key="a")
    assert remembered(bot.store, "bat") == [1]
    bot.memories("ada").forget("a")
    bot.memories("ada").remember("more bats", key="a")
    assert remembered(bot.store, "bat") == [2]


def test_a_turn_that_is_not_kept_leaves_the_index_as_it_was(make_bot: Callable[..., Bot]):
    """What is put in belongs to the transaction."""
    bot = make_bot()
    talk = bot.session("ada", id="s")
    talk.say("bats")
    db = bot.store.database.begin()
    heap = finding.session_heap(db, "s")
    finding.catch_up(db, [heap])
    db.rollback()
    assert held(bot.store, "bat")[-1] == 2
