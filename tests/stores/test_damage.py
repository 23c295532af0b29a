"""A damaged row is an error of ours, and a fault to `check`."""

from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import DamagedStore
from coach.stores.check import check
from coach.testing import FakeClock

DAMAGE = [
    "UPDATE coach_context SET state = '5'",
    "UPDATE coach_context SET state = '{'",
    "UPDATE coach_context SET updated_at = 7",
    "UPDATE coach_answer SET status = 'odd'",
    "UPDATE coach_answer SET value = '{'",
]
# A column of PostgreSQL takes no word for a number; one of SQLite does.
TURN_NUMBERS = [
    "UPDATE coach_context SET last_number = 'x'",
    "UPDATE coach_context SET lease_until = 'x'",
]
CHECKED_NUMBERS = [
    "UPDATE coach_turn SET first_seq = 'x' WHERE number = 1",
    "UPDATE coach_turn SET revision = 'x' WHERE number = 1",
]
ON_SQLITE = pytest.mark.parametrize("store", ["memory", "file"], indirect=True)


@pytest.fixture
def bot(store: Any) -> Bot:
    bot = Bot("grow", store, clock=FakeClock())
    bot.session("ada", id="s").say("run a marathon")
    return Bot("grow", store, clock=FakeClock())


def spoil(bot: Bot, sql: str) -> None:
    with bot.store.database.transaction() as db:
        db.text(sql)
    bot.store.hot.drop("s")


@pytest.mark.parametrize("sql", DAMAGE)
def test_a_turn_on_a_damaged_row_says_so(bot: Bot, sql: str) -> None:
    """Never an error of a library."""
    talk = bot.session("ada", id="s")
    spoil(bot, sql)
    with pytest.raises(DamagedStore):
        talk.say("a medal")


@ON_SQLITE
@pytest.mark.parametrize("sql", TURN_NUMBERS)
def test_a_turn_on_a_word_for_a_number_says_so(bot: Bot, sql: str) -> None:
    """As on any other damage."""
    test_a_turn_on_a_damaged_row_says_so(bot, sql)


@ON_SQLITE
@pytest.mark.parametrize("sql", CHECKED_NUMBERS)
def test_check_finds_a_word_for_a_number(bot: Bot, sql: str) -> None:
    """Where SQLite let it in."""
    test_check_finds_what_was_changed(bot, sql)


@pytest.mark.parametrize(
    "sql",
    [
        *DAMAGE,
        "UPDATE coach_turn SET decision = '5' WHERE number = 1",
        "UPDATE coach_turn SET commands = '5' WHERE number = 1",
        "UPDATE coach_message SET content = 'evil' WHERE seq = 2",
        "UPDATE coach_flow SET definition = replace(definition, 'achieve', 'escape')",
        "UPDATE coach_flow SET definition = '5'",
    ],
)
def test_check_finds_what_was_changed(bot: Bot, sql: str) -> None:
    """One fault of the session, and no exception."""
    spoil(bot, sql)
    report = check(bot.store)
    assert not report.sound
    assert {fault.session_id for fault in report.faults} == {"s"}
