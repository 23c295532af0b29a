"""A session is taken off the shelf with every row that names it."""

from collections.abc import Callable

import pytest

from coach.bot import Bot
from coach.errors import SessionNotFound
from coach.session import Session
from coach.stores.check import check


def test_a_deleted_session_leaves_nothing(make_bot: Callable[..., Bot], dump):
    """Its user and the other sessions stay; a second time there is nothing to delete."""
    bot = make_bot()
    bot.session("ada", id="other").say("climb a hill")
    bot.session("ada", id="s").say("run a marathon")
    assert bot.store.delete("s")
    assert not bot.store.delete("s")
    rows = str(dump(bot.store))
    assert "marathon" not in rows
    assert "hill" in rows
    assert check(bot.store).faults == ()


def test_a_turn_on_a_deleted_session_says_so(talk: Session):
    """What a process holds at hand is no longer there either."""
    talk.say("run a marathon")
    talk.services.store.delete("s")
    with pytest.raises(SessionNotFound, match="no session 's'"):
        talk.say("a medal")
