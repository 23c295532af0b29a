"""Input that is hard to keep gets the same answer from every store."""

from datetime import date, datetime
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import EmptyMessage, InvalidId, InvalidValue, MessageTooLong
from coach.manager import ContextManager
from coach.session import Session
from coach.stores.sql import SqlStore
from coach.testing.clock import FakeClock
from coach.testing.store_kit.opening import Opening, again
from coach.vocabulary.commands import Set

KEPT = [
    ("a\0b", "ab"),
    ("cut \ud83d off", "cut \ufffd off"),
    ("\U0001f600 e\u0301 \u00e9 \u1112\u1161\u11ab \ufb01", None),
    ("one\r\ntwo\rthree\u2028four\u2029five\x85six", None),
    ("\x1b[2J\x1b]0;owned\x07", None),
    ("'; DROP TABLE coach_message; --", None),
    ("{{ 7 * 7 }} {% raw %} %s {0} :name ?", None),
    ("hi <|endoftext|> there", None),
    ("Z" + "\u0301" * 5_000, None),
    ("x" * 32_000, None),
]
REFUSED_MESSAGES = [
    ("", EmptyMessage, "is empty"),
    (" \t\r\n\xa0\u2003\u200b\0", EmptyMessage, "is empty"),
    ("x" * 32_001, MessageTooLong, r"has 32,001 characters; the limit is 32,000"),
    ("x" * 10_000_000, MessageTooLong, r"has 10,000,000 characters; the limit is 32,000"),
    (b"bytes", InvalidValue, "is text"),
    (None, InvalidValue, "is text"),
]
REFUSED_IDS = ["", "s" * 129, "s" * 1_000, "a/b", "../a", "a b", "a\0", "\ud800", "ä", 7, None]
REFUSED_USERS = ["", " ", "u" * 201, "u" * 1_000, "a\0b", "a\nb", "\ud800", 7]


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def _cyclic() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["again"] = value
    return value


REFUSED_VALUES = [
    (float("nan"), "is nan; only finite numbers are kept"),
    (float("-inf"), "is -inf; only finite numbers are kept"),
    (2**63, "is beyond"),
    (-(2**53), "is beyond"),
    (_nested(33), "nested deeper than 32 levels"),
    (_nested(100_000), "nested deeper than 32 levels"),
    (_cyclic(), "nested deeper than 32 levels"),
    (datetime(2026, 1, 1), "is a datetime; only plain JSON data"),  # naive
    (date(2026, 1, 1), "is a date; only plain JSON data"),
    (b"bytes", "is a bytes; only plain JSON data"),
    ({1, 2}, "is a set; only plain JSON data"),
    (object(), "is a object; only plain JSON data"),
    ({1: "a"}, "has the key 1"),
    ({"a\0b": 1}, "has the key"),
    ({"__class__": 1}, "has the key '__class__'"),
    ({"\ud800": 1}, "has the key"),
]
KEPT_VALUES = [
    ("a\0b", "ab"),
    ("\ud83d", "\ufffd"),
    (_nested(30), _nested(30)),
    ({"lc": 1, "type": "constructor", "id": ["x"]}, None),
    ({"": "", "a.b/c~d": [None, True, 0, 1.5, -0.0, 2**53 - 1]}, None),
    ((1, 2), [1, 2]),
    ({f"k{n}": n for n in range(100_000)}, None),
    ("x" * 10_000_000, None),
]


class InputKit(Opening):
    """What is kept is kept alike, and what is refused is refused in the same words."""

    @pytest.mark.parametrize(("text", "kept"), KEPT, ids=range(len(KEPT)))
    def test_a_message_is_kept(
        self, talk: Session, other: SqlStore, text: str, kept: str | None
    ) -> None:
        """As it was written, but for what no store can hold; and again under its key."""
        talk.say(text, key="k")
        assert again(other).history()[1].content == (text if kept is None else kept)
        assert talk.say(text, key="k").revision == 1

    @pytest.mark.parametrize(
        ("text", "error", "says"), REFUSED_MESSAGES, ids=range(len(REFUSED_MESSAGES))
    )
    def test_a_message_is_refused(
        self, talk: Session, text: Any, error: type[Exception], says: str
    ) -> None:
        """Before anything is written."""
        with pytest.raises(error, match=says):
            talk.say(text)
        assert len(talk.history()) == 1

    @pytest.mark.parametrize("name", REFUSED_IDS, ids=range(len(REFUSED_IDS)))
    def test_a_session_id_is_refused(self, bot: Bot, store: SqlStore, name: Any) -> None:
        """Everywhere that one is taken."""
        if name is not None:
            with pytest.raises(InvalidId, match="is not usable"):
                bot.session("ada", id=name)
        with ContextManager(store) as agents, pytest.raises(InvalidId, match="is not usable"):
            agents.set_context(name, "a", 1)
        assert store.sessions() == []

    @pytest.mark.parametrize("user", REFUSED_USERS, ids=range(len(REFUSED_USERS)))
    def test_a_user_id_is_refused(self, bot: Bot, store: SqlStore, user: Any) -> None:
        """Before a session is there."""
        with pytest.raises(InvalidId, match="is not usable"):
            bot.session(user)
        assert store.sessions() == []

    @pytest.mark.parametrize(("value", "says"), REFUSED_VALUES, ids=range(len(REFUSED_VALUES)))
    def test_a_value_is_refused(self, store: SqlStore, value: Any, says: str) -> None:
        """By name, and what is there stays."""
        with ContextManager(store, clock=FakeClock()) as agents:
            agents.set_context("c", "old", 1)
            with pytest.raises(InvalidValue, match=says):
                agents.set_context("c", "new", value)
            with pytest.raises(InvalidValue, match=says):
                agents.update_partial_context("c", {"old": {"new": value}})
            assert agents.get_context("c").keys() == {"old", "_timestamp"}

    @pytest.mark.parametrize(("value", "kept"), KEPT_VALUES, ids=range(len(KEPT_VALUES)))
    def test_a_value_is_kept(self, store: SqlStore, other: SqlStore, value: Any, kept: Any) -> None:
        """And can be written beside."""
        with ContextManager(store, clock=FakeClock()) as one, ContextManager(other) as two:
            one.set_context("c", "value", value)
            two.set_context("c", "more", 1)
            assert one.get_context("c")["value"] == (value if kept is None else kept)

    def test_a_number_out_of_range_is_no_answer(self, talk: Session) -> None:
        """By the flow's own rules; the turn is whole."""
        turn = talk.say("very", heard=[Set(field="importance", value=2**60)])
        assert turn.decision.refused
        assert talk.context.value("importance") is None

    def test_a_clock_without_a_zone_is_refused(self, store: SqlStore) -> None:
        """Nobody knows when it would be."""
        naive = Bot("grow", store, clock=lambda: datetime(2026, 1, 1))
        with pytest.raises(ValueError, match="give an aware datetime"):
            naive.session("ada")
        assert store.sessions() == []

    def test_a_clock_that_goes_back_changes_no_order(self, store: SqlStore) -> None:
        """Messages have numbers, and leases go by the database's clock."""
        clock = FakeClock()
        talk = Bot("grow", store, clock=clock).session("ada", id="s")
        for line in ("first", "second", "third"):
            talk.say(line)
            clock.forward(hours=-1)
        said = [message.content for message in talk.history() if message.role == "user"]
        assert said == ["first", "second", "third"]
