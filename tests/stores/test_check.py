"""`check`: sound stores are sound, and every planted fault is found."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coach.bot import Bot
from coach.flows.flow import Flow
from coach.stores.check import check
from coach.stores.folding import fold
from coach.stores.sql import SqlStore
from coach.testing import FakeClock

LINES = ["?", "restart", "run a marathon", "a medal", "change goal: swim far", "undo", "back", "9"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, grow: Flow) -> Path:
    """A store with a session of 56 turns."""
    place = tmp_path_factory.mktemp("check") / "coach.db"
    bot = Bot(grow, f"sqlite:///{place}", clock=FakeClock())
    talk = bot.session("ada", id="s")
    for line in LINES * 7:
        talk.say(line)
    bot.close()
    return place


@pytest.fixture
def store(book: Path, tmp_path: Path) -> Iterator[SqlStore]:
    """A copy of it, to be spoiled."""
    store = SqlStore(f"sqlite:///{shutil.copy(book, tmp_path / 'copy.db')}")
    yield store
    store.close()


def test_a_store_that_adds_up_is_sound(store: SqlStore):
    """And the report counts what was looked at."""
    report = check(store)
    assert report.faults == ()
    assert report.sound
    assert (report.sessions, report.turns, report.messages) == (1, 57, 113)


FAULTS = [
    ("DELETE FROM coach_turn WHERE number = 20", "revisions in the log have a gap"),
    ("DELETE FROM coach_turn WHERE number = 56", "revision is 56, but 55 turns were kept"),
    ("DELETE FROM coach_turn WHERE number = 0", "the log cannot be folded"),
    ("UPDATE coach_turn SET revision = 7 WHERE number = 8", "revisions in the log have a gap"),
    ("UPDATE coach_turn SET patch = '[]' WHERE number = 56", "folding the log gives another"),
    ("UPDATE coach_turn SET patch = '[{' WHERE number = 9", "its rows cannot be read"),
    (
        """UPDATE coach_turn SET patch = '[{"op":"remove","path":"/answers/x"}]'"""
        " WHERE number = 9",
        "the log cannot be folded: the patch does not fit",
    ),
    ("UPDATE coach_answer SET value = '\"x\"'", "folding the log gives another context: answers"),
    ("UPDATE coach_answer SET confidence = 0.5", "folding the log gives another context: answers"),
    ("UPDATE coach_answer SET source = 'rumour'", "its rows cannot be read"),
    ("DELETE FROM coach_answer", "folding the log gives another context: answers differ"),
    ("DELETE FROM coach_message WHERE seq = 30", "message numbers have a gap"),
    ("DELETE FROM coach_message WHERE seq = 113", "a message is not followed by its reply"),
    ("UPDATE coach_message SET seq = 500 WHERE seq = 113", "message numbers have a gap"),
    ("UPDATE coach_message SET role = 'user' WHERE seq = 5", "a message is not followed by its"),
    ("UPDATE coach_message SET at = 'noon' WHERE seq = 5", "its rows cannot be read"),
    ("UPDATE coach_turn SET first_seq = 4 WHERE number = 9", "do not belong together"),
    ("UPDATE coach_context SET revision = 55", "revision is 55, but 56 turns were kept"),
    ("UPDATE coach_context SET messages = 7", "counts 7 messages, but 113 are there"),
    ("UPDATE coach_context SET stage = 'will'", "gives another context: stage differ"),
    ("UPDATE coach_context SET stage = 'nowhere'", "its flow has no stage 'nowhere'"),
    ("UPDATE coach_context SET state = json_set(state, '$.turn', 1)", "rows cannot be read"),
    (
        "UPDATE coach_turn SET snapshot = json_set(snapshot, '$.turns', 1) WHERE number = 50",
        "the snapshot at revision 50 differs from the log",
    ),
    ("UPDATE coach_turn SET snapshot = NULL", "the snapshot at revision 50 is missing"),
    ("DELETE FROM coach_flow", "the definition of its flow is missing"),
    ("DELETE FROM coach_context", "coach_turn has rows, but there is no such session"),
    ("UPDATE coach_answer SET session_id = 'z'", "coach_answer has rows, but there is no such"),
    ("UPDATE coach_message SET session_id = 'z' WHERE seq = 9", "coach_message has rows"),
]


@pytest.mark.parametrize(("plant", "finds"), FAULTS, ids=[sql for sql, _ in FAULTS])
def test_a_planted_fault_is_found(store: SqlStore, plant: str, finds: str):
    """And named; check itself never breaks."""
    with store.database.transaction() as db:
        db.text(plant)
        assert db.text("SELECT changes()")[0][0] > 0
    report = check(store)
    assert not report.sound
    assert any(finds in str(fault) for fault in report.faults), report.faults


def test_the_fault_of_one_session_is_not_put_on_another(
    store: SqlStore, make_bot: Callable[..., Bot]
):
    """Each fault names its session."""
    make_bot().session("ada", id="other").say("run a marathon")
    with store.database.transaction() as db:
        db.text("DELETE FROM coach_message WHERE session_id = 'other' AND seq = 2")
    faults = check(store).faults
    assert {fault.session_id for fault in faults} == {"other"}
    assert str(faults[0]) == "session 'other': message numbers have a gap"


def test_folding_can_stop_at_any_revision_and_be_repeated(store: SqlStore, log: Any):
    """The rows are not used up by it."""
    rows = log(store)
    first = fold(rows, through=3)
    assert (first["revision"], fold(rows)["revision"]) == (3, 56)
    assert fold(rows, through=3) == first
    assert fold(rows, through=0)["answers"] == {}
