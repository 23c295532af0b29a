"""Shared contexts: several agents write to one session, and no write is lost."""

from functools import partial
from typing import Any

import pytest

from coach.errors import SessionNotFound
from coach.listening import ContextEvent
from coach.manager import ContextManager
from coach.session import Session
from coach.stores.sql import SqlStore
from coach.testing.clock import FakeClock
from coach.testing.store_kit.opening import Opening
from coach.testing.store_kit.workers import together

DEEP = {"flight": {"to": "Oslo", "legs": [{"from": "Rome"}]}, "hotel": None}


class SharedKit(Opening):
    """The six methods of a ContextManager."""

    def test_a_context_is_created_once(self, store: SqlStore, other: SqlStore) -> None:
        """The second one changes nothing."""
        with _manager(store) as one, _manager(other) as two:
            assert one.create_session("c")
            one.set_context("c", "a", 1)
            assert not two.create_session("c")
            assert _values(two, "c") == {"a": 1}

    def test_what_is_set_comes_back(self, store: SqlStore, other: SqlStore) -> None:
        """As plain data, with its time; changing what came back changes nothing."""
        with _manager(store) as one, _manager(other) as two:
            one.set_context("c", "trip", DEEP)
            seen = two.get_context("c")
            assert seen["trip"] == DEEP
            assert seen["_timestamp"] == "2026-01-05T09:00:00+00:00"
            seen["trip"]["hotel"] = "changed"
            assert _values(one, "c") == {"trip": DEEP}

    def test_a_partial_update_merges_every_level(self, store: SqlStore) -> None:
        """Dicts key by key; lists and everything else are replaced."""
        with _manager(store) as one:
            one.set_context("c", "trip", DEEP)
            one.update_partial_context("c", {"trip": {"flight": {"legs": []}, "hotel": {"a": 1}}})
            flight = {"to": "Oslo", "legs": []}
            assert _values(one, "c") == {"trip": {"flight": flight, "hotel": {"a": 1}}}

    def test_sessions_are_merged_in_order(self, store: SqlStore) -> None:
        """The sources stay, or go when asked; a missing one stops everything."""
        with _manager(store) as one:
            one.update_partial_context("a", {"x": {"from": "a"}, "y": 1})
            one.update_partial_context("b", {"x": {"to": "b"}, "y": 2})
            one.merge_sessions("c", "a", "b", delete=True)
            assert _values(one, "c") == {"x": {"from": "a", "to": "b"}, "y": 2}
            assert one.get_context("a") == {}
            with pytest.raises(SessionNotFound, match="'nowhere'"):
                one.merge_sessions("c", "nowhere")

    def test_a_deleted_context_is_empty(self, store: SqlStore, other: SqlStore) -> None:
        """For everybody; a second time there is nothing to delete."""
        with _manager(store) as one, _manager(other) as two:
            one.set_context("c", "a", 1)
            assert two.delete_context("c")
            assert one.get_context("c") == {}
            assert not one.delete_context("c")

    def test_no_write_of_many_is_lost(self, store: SqlStore, other: SqlStore) -> None:
        """Threads and openings, each under a key of its own, in one nested value."""
        with _manager(store) as one, _manager(other) as two:
            both = (one, two)
            updates = [(both[n % 2], {"all": {f"k{n}": n}}) for n in range(12)]
            together([partial(each.update_partial_context, "c", new) for each, new in updates])
            assert _values(one, "c") == {"all": {f"k{n}": n for n in range(12)}}

    def test_an_expired_context_is_gone_for_one_of_them(
        self, store: SqlStore, other: SqlStore
    ) -> None:
        """Exactly one collector removes it, and whoever listens hears of it once: on the other
        manager only where events travel between nodes."""
        clock = FakeClock()
        told: tuple[list[ContextEvent], ...] = ([], [])
        with _manager(store, clock, expires=True) as one, _manager(other, clock, True) as two:
            one.set_context("c", "a", 1)
            one.on("expired", told[0].append)
            two.on("expired", told[1].append)
            clock.forward(hours=2)
            removed = together([one.collect_expired, two.collect_expired])
            assert sorted(removed) == [0, 1]
            assert {event.session_id for each in told for event in each} == {"c"}
            assert max(map(len, told)) == 1

    def test_agents_and_a_flow_share_a_record(self, talk: Session, other: SqlStore) -> None:
        """Neither loses what the other wrote."""
        with _manager(other) as agents:
            talk.say("run a marathon")
            agents.set_context("s", "calendar", {"free": ["Friday"]})
            talk.say("a medal")
            assert talk.context.metadata == {"calendar": {"free": ["Friday"]}}
            assert talk.context.value("goal") == "run a marathon"

    def test_one_users_context_is_not_anothers(self, store: SqlStore) -> None:
        """It looks absent, and cannot be written."""
        with _manager(store, user="ada") as ours, _manager(store, user="eve") as theirs:
            ours.set_context("c", "secret", "x")
            assert theirs.get_context("c") == {}
            assert not theirs.delete_context("c")
            with pytest.raises(SessionNotFound):
                theirs.set_context("c", "secret", "y")
            assert _values(ours, "c") == {"secret": "x"}


def _manager(
    store: SqlStore, clock: Any = None, expires: bool = False, user: str | None = None
) -> ContextManager:
    flags = {"time_based_expiration": True, "garbage_collection": False} if expires else {}
    return ContextManager(store, clock=clock or FakeClock(), user=user, **flags)


def _values(manager: ContextManager, session_id: str) -> dict[str, Any]:
    values = manager.get_context(session_id)
    values.pop("_timestamp", None)
    return values
