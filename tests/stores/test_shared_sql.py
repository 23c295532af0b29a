"""Shared contexts in a SqlStore: one record with the flow's, and a store that adds up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from coach.errors import SessionBusy
from coach.session import Session
from coach.stores.check import check
from coach.stores.shared_sql import SqlShared
from coach.stores.sql import SqlStore

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def shared(store: SqlStore) -> SqlShared:
    return SqlShared(store, wait=0)


def test_a_session_without_a_flow_is_sound(store: SqlStore, shared: SqlShared):
    """It has no messages and no definition, and its log folds to what it holds."""
    shared.create("s", "ada", NOON)
    for number in range(51):
        shared.write("s", lambda old, n=number: {**old.values, f"k{n % 7}": n}, NOON)
    report = check(store)
    assert report.faults == ()
    assert (report.sessions, report.turns, report.messages) == (1, 52, 0)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE coach_context SET stage = 'goal'",
        "UPDATE coach_context SET flow_hash = 'x'",
        "UPDATE coach_context SET messages = 1",
        """UPDATE coach_context SET state = replace(state, '"a":1', '"a":2')""",
    ],
)
def test_one_that_was_spoiled_is_not(store: SqlStore, shared: SqlShared, sql: str):
    """A stage without a flow, a message that is not there, a value nobody wrote."""
    shared.create("s", "ada", NOON)
    shared.write("s", lambda old: {"a": 1}, NOON)
    with store.database.transaction() as db:
        db.text(sql)
    assert not check(store).sound


def test_a_coachs_conversation_holds_the_values_too(talk: Session, store: SqlStore):
    """Written between two turns as an event; undo takes back the turn alone."""
    talk.say("write my thesis")
    assert SqlShared(store).write("s", lambda old: {"intent": "book"}, NOON) is not None
    assert talk.context.metadata == {"intent": "book"}
    assert "updated by a context manager" in talk.why()
    talk.undo()
    assert not talk.context.has("goal")
    assert talk.context.metadata == {"intent": "book"}
    assert check(store).faults == ()


def test_a_session_made_anew_elsewhere_is_not_taken_for_the_old_one(file_url: str):
    """Though it has the same id, revision and time."""
    stores = SqlStore(file_url), SqlStore(file_url)
    here, there = map(SqlShared, stores)
    here.create("s", "ada", NOON)
    seen = here.write("s", lambda old: {"old": 1}, NOON)
    assert seen is not None
    here.delete(seen)
    there.create("s", "ada", NOON)
    there.write("s", lambda old: {"new": 1}, NOON)
    kept = here.write("s", lambda old: {**old.values, "more": 2}, NOON)
    assert kept is not None
    assert kept.values == {"new": 1, "more": 2}
    for store in stores:
        store.close()


def test_a_conversation_is_neither_expired_nor_deleted(talk: Session, store: SqlStore):
    """However old it is."""
    shared = SqlShared(store)
    seen = shared.read("s")
    assert seen is not None
    assert seen.lasting
    assert shared.expired(datetime(2100, 1, 1, tzinfo=UTC), 10) == []
    assert not shared.delete(seen)
    assert not shared.delete(replace(seen, lasting=False))
    assert talk.stage == "goal"


def test_a_turn_in_flight_is_waited_for(talk: Session, shared: SqlShared, store: SqlStore):
    """And after that time the write says so."""
    store.claim("s", "key", "hello", NOON, hold=False)
    with pytest.raises(SessionBusy, match="'s' is busy"):
        shared.write("s", lambda old: {"a": 1}, NOON)


def test_a_deleted_session_leaves_no_row(
    shared: SqlShared, store: SqlStore, dump: Callable[..., Any]
):
    """In any table but that of the people."""
    before = dump(store)
    shared.create("s", "user", NOON)
    seen = shared.write("s", lambda old: {"a": 1}, NOON)
    assert seen is not None
    assert shared.delete(seen)
    after = dump(store)
    assert len(after.pop("coach_person")) == 1
    assert after == {name: rows for name, rows in before.items() if name in after}
