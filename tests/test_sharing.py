"""Shared contexts under a policy: merging, expiry, and whose they are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import InvalidId, InvalidValue, SessionNotFound
from coach.sharing import Events, Sharing, merged
from coach.stores.shared_sql import SqlShared
from coach.stores.sql import SqlStore
from coach.testing import FakeClock


def documents(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from("abc"), inner, max_size=3)


scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3)
values = st.recursive(scalars, lambda s: st.lists(s, max_size=2) | documents(s), max_leaves=6)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def events() -> Events:
    return []


@pytest.fixture
def make(store: SqlStore, clock: FakeClock) -> Callable[..., Sharing]:
    return lambda **policy: Sharing(contexts=SqlShared(store), clock=clock, **policy)


def names(events: Events) -> list[tuple[str, str]]:
    return [(str(event.name), event.session_id) for event in events]


# -- merging -------------------------------------------------------------------------------


@given(old=documents(values), new=documents(values))
def test_merging_keeps_what_is_not_named(old: dict[str, Any], new: dict[str, Any]):
    """Key by key where both are dicts; what was given is not changed."""
    before = repr((old, new))
    whole = merged(old, new)
    assert whole.keys() == old.keys() | new.keys()
    for key, value in whole.items():
        both = isinstance(old.get(key), dict) and isinstance(new.get(key), dict)
        expected = merged(old[key], new[key]) if both else new.get(key, old.get(key))
        assert value == (expected if key in new else old[key])
    assert repr((old, new)) == before


@given(old=documents(values), new=documents(values))
def test_merging_the_same_again_changes_nothing(old: dict[str, Any], new: dict[str, Any]):
    """And nothing at all changes nothing."""
    whole = merged(old, new)
    assert merged(whole, new) == whole
    assert merged(old, {}) == old
    assert merged({}, new) == new


def test_sources_go_into_the_target_in_order_and_stay(make, events: Events):
    """In one write; the later one wins."""
    sharing = make()
    sharing.put(events, "a", {"k": 1, "d": {"x": 1, "y": 1}})
    sharing.put(events, "b", {"k": 2, "d": {"y": 2}})
    events.clear()
    sharing.merge(events, "t", ["a", "b", "a"], delete=False)
    assert names(events) == [("created", "t"), ("updated", "t")]
    assert events[1].keys == ("k", "d")
    assert sharing.read(events, "t") | {"_timestamp": ""} == {
        **{"k": 2, "d": {"x": 1, "y": 2}},
        "_timestamp": "",
    }
    assert sharing.read(events, "a")["k"] == 1


def test_sources_are_removed_when_asked(make, events: Events):
    """Each of them once."""
    sharing = make()
    sharing.put(events, "a", {"k": 1})
    sharing.put(events, "b", {"k": 2})
    sharing.merge(events, "t", ["a", "b"], delete=True)
    assert names(events)[-2:] == [("deleted", "a"), ("deleted", "b")]
    assert sharing.read(events, "a") == sharing.read(events, "b") == {}


def test_what_is_written_to_a_source_meanwhile_is_merged_too(make, store, events: Events):
    """Nothing is removed that was not merged."""
    sharing = make()
    sharing.put(events, "a", {"k": 1})

    class Late(SqlShared):
        def delete(self, seen):
            if seen.revision == 1:
                sharing.put([], "a", {"late": True})
            return super().delete(seen)

    late = Sharing(contexts=Late(store), clock=sharing.clock)
    late.merge(events, "t", ["a"], delete=True)
    assert late.read(events, "t")["late"] is True
    assert late.read(events, "a") == {}


def test_nor_is_a_conversation_emptied_of_what_was_not_merged(bot, talk, events: Events):
    """What was written to it meanwhile is merged too."""

    class Late(SqlShared):
        def write(self, session_id, change, now):
            if session_id == "s" and not self.read("t").values.get("late"):
                super().write("s", lambda old: {**old.values, "late": True}, now)
            return super().write(session_id, change, now)

    sharing = Sharing(contexts=Late(bot.store), clock=FakeClock())
    sharing.create(events, "t")
    sharing.merge(events, "t", ["s"], delete=True)
    assert sharing.read(events, "t")["late"] is True
    assert talk.context.metadata == {}


@pytest.mark.parametrize(
    ("sources", "error"), [(["a", "none"], SessionNotFound), (["a", "t"], InvalidValue)]
)
def test_a_merge_that_cannot_be_is_none(make, events: Events, sources: list[str], error):
    """A source that is not there, or the target itself."""
    sharing = make()
    sharing.put(events, "a", {"k": 1})
    events.clear()
    with pytest.raises(error, match=repr(sources[1])):
        sharing.merge(events, "t", sources, delete=True)
    assert events == []
    assert sharing.read(events, "t") == {}


# -- values --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"_timestamp": 1}, "'_timestamp' is the manager's own"),
        ({"__class__": 1}, "do not start with '__'"),
        ({"a": {"__x": 1}}, "do not start with '__'"),
        ({1: "a"}, "keys are text"),
        ({"a": float("nan")}, "finite"),
        ({"a": 2**60}, "keep it as text"),
        ({"a": object()}, "plain JSON data"),
        ([("a", 1)], "a context is a dict"),
    ],
)
def test_what_cannot_be_kept_is_refused(make, events: Events, given: Any, wrong: str):
    """Before anything is written."""
    sharing = make()
    with pytest.raises(InvalidValue, match=wrong):
        sharing.update(events, "s", given)
    assert events == []
    assert sharing.read(events, "s") == {}


@pytest.mark.parametrize("session_id", ["", "a b", "ü", "x" * 129, None, "../s"])
def test_an_id_is_checked_wherever_it_comes_in(make, events: Events, session_id: Any):
    """As everywhere."""
    sharing = make()
    for call in (sharing.create, sharing.read, sharing.delete):
        with pytest.raises(InvalidId):
            call(events, session_id)
    with pytest.raises(InvalidId):
        sharing.put(events, session_id, {"a": 1})


def test_what_is_read_is_a_copy(make, events: Events):
    """Whatever becomes of it."""
    sharing, value = make(), {"x": [1]}
    sharing.put(events, "s", {"a": value})
    value["x"].append(2)
    sharing.read(events, "s")["a"]["x"].append(3)
    assert sharing.read(events, "s")["a"] == {"x": [1]}


# -- expiry --------------------------------------------------------------------------------


def test_a_session_expires_when_it_was_not_written_for_long(make, events: Events, clock):
    """It looks absent at once, is told of once, and its id is free."""
    sharing = make(lifetime=timedelta(seconds=60))
    sharing.put(events, "s", {"a": 1})
    clock.forward(seconds=60)
    assert sharing.read(events, "s")["a"] == 1
    clock.forward(seconds=1)
    assert sharing.read(events, "s") == sharing.read(events, "s") == {}
    assert names(events)[2:] == [("expired", "s")]
    assert sharing.create(events, "s")


@pytest.mark.parametrize("write", ["put", "update"])
def test_a_write_to_an_expired_session_begins_it_anew(make, events: Events, clock, write: str):
    """With nothing of the old one."""
    sharing = make(lifetime=timedelta(seconds=60))
    sharing.put(events, "s", {"a": 1})
    clock.forward(seconds=61)
    events.clear()
    getattr(sharing, write)(events, "s", {"b": 2})
    assert names(events) == [("expired", "s"), ("created", "s"), ("updated", "s")]
    assert sharing.read(events, "s").keys() == {"b", "_timestamp"}


def test_a_write_keeps_a_session_alive(make, events: Events, clock: FakeClock):
    """Its time counts from there."""
    sharing = make(lifetime=timedelta(seconds=60))
    for _ in range(3):
        sharing.put(events, "s", {"a": 1})
        clock.forward(seconds=59)
    assert sharing.read(events, "s")["a"] == 1


def test_collecting_removes_what_has_expired_and_nothing_else(make, events: Events, clock):
    """More than one batch of them; a conversation is none of them."""
    sharing = make(lifetime=timedelta(seconds=60))
    for number in range(201):
        sharing.create([], f"s{number}")
    clock.forward(seconds=61)
    sharing.create([], "young")
    assert sharing.collect(events) == 201
    assert len({event.session_id for event in events}) == 201
    assert sharing.read(events, "young") != {}
    assert make().collect(events) == 0


def test_several_collectors_tell_of_it_once(make, clock: FakeClock):
    """The one that deleted the session does."""
    told: list[Events] = [[], []]
    sharings = [make(lifetime=timedelta(seconds=1)) for _ in told]
    sharings[0].create([], "s")
    clock.forward(seconds=2)
    seen = sharings[0].contexts.read("s")
    for sharing, events in zip(sharings, told, strict=True):
        sharing._expire(events, seen)
    assert list(map(len, told)) == [1, 0]


# -- whose ---------------------------------------------------------------------------------


def test_the_sessions_of_others_look_absent(make, events: Events):
    """To read and to delete; to write they cannot be had."""
    ada, eve = make(user="ada"), make(user="eve")
    ada.put(events, "s", {"a": 1})
    assert eve.read(events, "s") == {}
    assert not eve.delete(events, "s")
    for call in (lambda: eve.create(events, "s"), lambda: eve.put(events, "s", {"a": 2})):
        with pytest.raises(SessionNotFound, match="no session 's' of user 'eve'"):
            call()
    with pytest.raises(SessionNotFound, match="no session 's'"):
        eve.merge(events, "t", ["s"], delete=True)
    assert ada.read(events, "s")["a"] == 1
    assert make().read(events, "s")["a"] == 1
