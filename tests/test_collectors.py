"""What a sweep takes away besides sessions."""

from datetime import timedelta

from coach.bot import Bot
from coach.stores.sql import SqlStore
from coach.sweeper import Sweeper
from coach.testing import FakeClock


def test_memories_whose_time_is_over_are_swept(store: SqlStore):
    """With the words of the index; those that last stay."""
    clock = FakeClock()
    bot = Bot("grow", store, clock=clock)
    notes = bot.memories("ada")
    notes.remember("the door code is 4711", expires_at=clock() + timedelta(hours=1))
    notes.remember("likes the mornings")
    clock.forward(hours=2)
    Sweeper(bot).sweep()
    with store.database.transaction(write=False) as db:
        assert [row[0] for row in db.text("SELECT content FROM coach_memory")] == [
            "likes the mornings"
        ]
    assert notes.recall("door code", budget=100) == ()
