"""The index of PostgreSQL: it is used whatever the planner believes, and reads one session."""

from coach.bot import Bot
from coach.flows.flow import Flow
from coach.stores.prepared import Prepared
from coach.stores.search import tsvector
from coach.stores.sql import SqlStore
from coach.testing import FakeClock

OF = {"owner": "s", "term": "bats", "past": 99, "limit": 9}


def test_the_index_is_used_before_any_statistics_are(postgres_store: SqlStore, grow: Flow):
    """Working out the words of each row of a session takes a thousand times as long."""
    Bot(grow, postgres_store, clock=FakeClock()).session("ada", id="s").say("bats")
    for owner, index in (("session_id", "message_words"), ("user_id", "memory_words")):
        prepared = Prepared(tsvector.find[owner], postgres_store.database.dialect)
        with postgres_store.database.transaction(write=False) as db:
            plan = db.raw.execute(f"EXPLAIN {prepared.sql}", prepared.parameters(OF)).fetchall()
        assert f"Bitmap Index Scan on {index}" in str(plan)


def test_a_word_of_the_language_finds_nothing(postgres_store: SqlStore, grow: Flow):
    """It is not in the index, and asks for nothing."""
    Bot(grow, postgres_store, clock=FakeClock()).session("ada", id="s").say("the bats")
    with postgres_store.database.transaction(write=False) as db:
        assert tsvector.holding(db, "session_id", "s", "the", 99, 9) == []
        assert 2 in tsvector.holding(db, "session_id", "s", "bat", 99, 9)
