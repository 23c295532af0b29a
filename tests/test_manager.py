"""ContextManager: the door to shared contexts, its flags, its listeners and its end."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import FeatureOff, InvalidId, SessionError, SettingsError
from coach.listening import ContextEvent
from coach.manager import THREADS, ContextManager
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock


@pytest.fixture
def cm(store: SqlStore) -> Iterator[ContextManager]:
    """A manager on the store, under a clock that stands still."""
    with ContextManager(store, clock=FakeClock()) as manager:
        yield manager


# -- sharing with a coach ------------------------------------------------------------------


def test_a_bots_conversations_share_their_record(bot: Bot, talk: Session):
    """What agents write stands in the context that guards and actions see."""
    with ContextManager(bot, clock=FakeClock()) as cm:
        talk.say("write my thesis")
        assert cm.get_context("s") == {}
        cm.update_partial_context("s", {"mood": {"now": "calm"}})
        assert talk.context.metadata == {"mood": {"now": "calm"}}
        talk.update(lambda c: c.metadata.update(seen=True))
        assert cm.get_context("s").keys() == {"mood", "seen", "_timestamp"}
        assert not cm.create_session("s")
    assert talk.say("a printed copy").stage == "goal"
    assert check(bot.store).faults == ()


def test_undo_leaves_what_agents_wrote(bot: Bot, talk: Session):
    """Whether it was written before the turn or after it."""
    with ContextManager(bot, clock=FakeClock()) as cm:
        cm.set_context("s", "before", 1)
        talk.say("write my thesis")
        cm.set_context("s", "after", 2)
        talk.undo()
        assert not talk.context.has("goal")
        assert cm.get_context("s").keys() == {"before", "after", "_timestamp"}
    assert check(bot.store).faults == ()


def test_a_conversation_is_emptied_and_never_deleted(bot: Bot, talk: Session):
    """By deleting, by merging it away, and by time."""
    clock = FakeClock()
    with ContextManager(bot, clock=clock, time_based_expiration=True) as cm:
        cm.set_context("s", "a", 1)
        assert cm.delete_context("s")
        assert cm.get_context("s") == {}
        cm.set_context("s", "a", 1)
        cm.merge_sessions("t", "s", delete=True)
        cm.set_context("s", "b", 2)
        clock.forward(days=30)
        assert cm.collect_expired() == 1
        assert cm.get_context("s")["b"] == 2
        assert cm.delete_context("s")
    assert talk.context.metadata == {}
    assert talk.say("write my thesis").stage == "goal"


def test_a_session_of_a_manager_is_no_conversation(cm: ContextManager, make_bot):
    """A coach says so, and a user's newest session is not this one."""
    cm.set_context("s", "a", 1)
    bot = make_bot()
    with pytest.raises(SessionError, match="'s' was made by a context manager"):
        bot.session("user", id="s")
    assert not bot.session("user").resumed
    assert {line.session_id: line.flow for line in bot.sessions("user")}["s"] == ""


# -- at the same time ----------------------------------------------------------------------


def test_threads_lose_nothing(cm: ContextManager, store: SqlStore):
    """Different keys, and different keys within one key."""

    def write(number: int) -> None:
        cm.set_context("s", f"k{number}", number)
        cm.update_partial_context("s", {"all": {str(number): {"done": True}}})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    found = cm.get_context("s")
    assert {k: v for k, v in found.items() if k[0] == "k"} == {f"k{n}": n for n in range(40)}
    assert found["all"] == {str(n): {"done": True} for n in range(40)}
    assert check(store).faults == ()


async def test_tasks_lose_nothing(cm: ContextManager):
    """The twins of an event loop."""
    writes = [cm.async_update_partial_context("s", {"all": {str(n): n}}) for n in range(30)]
    await asyncio.gather(*writes, *(cm.async_set_context("s", f"k{n}", n) for n in range(30)))
    found = await cm.async_get_context("s")
    assert len(found) == 32
    assert found["all"] == {str(n): n for n in range(30)}


async def test_every_method_has_a_twin(cm: ContextManager):
    """One hop each, with the same answers."""
    assert cm.async_enabled
    assert await cm.async_create_session("s")
    assert not await cm.async_create_session("s")
    await cm.async_merge_sessions("t", "s", delete=True)
    assert await cm.async_get_context("s") == {}
    assert await cm.async_delete_context("t")
    assert not await cm.async_delete_context("t")
    with pytest.raises(InvalidId):
        await cm.async_get_context("no id")


async def test_a_write_comes_to_its_end_though_nobody_waits(store: SqlStore):
    """Even one that was still waiting for a thread when its task was cancelled."""
    free = threading.Event()
    with ContextManager(store) as cm:
        cm.on("created", lambda event: free.wait(10))
        busy = [asyncio.create_task(cm.async_create_session(f"b{n}")) for n in range(THREADS)]
        late = asyncio.create_task(cm.async_set_context("s", "a", 1))
        await asyncio.sleep(0)
        late.cancel()
        with pytest.raises(asyncio.CancelledError):
            await late
        free.set()
        await asyncio.gather(*busy)
    with ContextManager(store) as cm:
        assert cm.get_context("s")["a"] == 1


# -- listeners -----------------------------------------------------------------------------


def test_listeners_are_told_after_the_fact(cm: ContextManager):
    """What they read is what was written; they may write themselves."""
    heard: list[Any] = []

    def look(event: ContextEvent) -> None:
        heard.append((event, cm.get_context(event.session_id)["a"]))
        cm.create_session("log")

    assert cm.on("updated", look) is look
    cm.update_partial_context("s", {"a": 1, "b": {"c": 2}})
    ((event, value),) = heard
    assert (event.name, event.session_id, event.keys, value) == ("updated", "s", ("a", "b"), 1)
    assert event.at.isoformat() == cm.get_context("s")["_timestamp"]
    assert cm.remove_listener(look)
    cm.set_context("s", "a", 2)
    assert len(heard) == 1


def test_a_listener_that_fails_breaks_no_write(cm: ContextManager, caplog):
    """It is one line in the log."""
    cm.add_listener(lambda event: 1 / 0, "created", "updated")
    cm.set_context("s", "a", 1)
    assert cm.get_context("s")["a"] == 1
    assert len(caplog.messages) == 2


async def test_an_async_method_waits_for_its_listeners(cm: ContextManager):
    """In the event loop of both."""
    heard = []

    async def hear(event: ContextEvent) -> None:
        await asyncio.sleep(0.001)
        heard.append((str(event.name), asyncio.get_running_loop()))

    async def cancelled(event: ContextEvent) -> None:
        raise asyncio.CancelledError

    cm.add_listener(cancelled)
    cm.add_listener(hear)
    await cm.async_create_session("s")
    assert heard == [("created", asyncio.get_running_loop())]


def test_closing_waits_for_async_listeners(store: SqlStore):
    """They were told by a plain method."""
    heard = []

    async def hear(event: ContextEvent) -> None:
        await asyncio.sleep(0.01)
        heard.append(str(event.name))

    with ContextManager(store) as cm:
        cm.add_listener(hear)
        cm.set_context("s", "a", 1)
    assert heard == ["created", "updated"]


# -- flags ---------------------------------------------------------------------------------

OFF = [
    ("on", ("created", print), "EVENT_EMISSION"),
    ("add_listener", (print,), "EVENT_EMISSION"),
    ("remove_listener", (print,), "EVENT_EMISSION"),
    ("collect_expired", (), "TIME_BASED_EXPIRATION"),
]
TWINS = [
    ("async_create_session", ("s",)),
    ("async_set_context", ("s", "a", 1)),
    ("async_update_partial_context", ("s", {})),
    ("async_get_context", ("s",)),
    ("async_merge_sessions", ("s", "t")),
    ("async_delete_context", ("s",)),
]


@pytest.mark.parametrize(("method", "given", "flag"), OFF)
def test_a_feature_that_is_off_refuses_its_methods(method: str, given: tuple[Any, ...], flag: str):
    """With both names."""
    off = {"event_emission": False, "time_based_expiration": False}
    with (
        ContextManager("sqlite://", **off) as cm,
        pytest.raises(FeatureOff, match=f"^{method} needs {flag}, which is off$"),
    ):
        getattr(cm, method)(*given)


@pytest.mark.parametrize(("method", "given"), TWINS)
async def test_so_do_the_twins(method: str, given: tuple[Any, ...]):
    """And say beforehand that they would."""
    with ContextManager("sqlite://", async_operations=False) as cm:
        assert not cm.async_enabled
        with pytest.raises(FeatureOff, match=f"^{method} needs ASYNC_OPERATIONS, which is off$"):
            await getattr(cm, method)(*given)
        cm.set_context("s", "a", 1)


def test_a_wrong_flag_is_refused():
    """With a hint, and with nothing left open."""
    with pytest.raises(SettingsError, match="Did you mean 'garbage_collection'"):
        ContextManager(garbage_collections=True)


# -- expiry and the end --------------------------------------------------------------------


def collectors() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "coach-collector"]


def test_the_collector_removes_what_has_expired(store: SqlStore):
    """In the background, telling the listeners."""
    clock, gone = FakeClock(), threading.Event()
    expiring = {"time_based_expiration": True, "collection_seconds": 0.01}
    with ContextManager(store, clock=clock, **expiring) as cm:
        cm.on("expired", lambda event: gone.set())
        cm.create_session("s")
        clock.forward(hours=2)
        assert gone.wait(10)
        assert store.sessions() == []
    assert collectors() == []


@pytest.mark.parametrize(
    "flags", [{}, {"time_based_expiration": True, "garbage_collection": False}]
)
def test_without_expiry_or_collection_there_is_no_thread(flags: dict[str, bool]):
    """Nothing runs that has nothing to do."""
    with ContextManager("sqlite://", **flags):
        assert collectors() == []


def test_a_forgotten_manager_ends_by_itself():
    """Its threads do not keep it alive."""
    cm = ContextManager("sqlite://", time_based_expiration=True)
    assert collectors()
    del cm
    gc.collect()
    assert collectors() == []


def test_closing_twice_does_no_harm(file_url: str):
    """And a store that was given stays open."""
    store = SqlStore(file_url)
    cm = ContextManager(store)
    cm.set_context("s", "a", 1)
    cm.close()
    cm.close()
    assert store.sessions()[0].session_id == "s"
    store.close()


def test_what_is_written_to_a_file_is_there_again(file_url: str, tmp_path: Path):
    """And the manager says where it keeps it."""
    with ContextManager(file_url, user="ada") as cm:
        cm.set_context("s", "a", 1)
        assert repr(cm) == f"<ContextManager on {file_url!r}>"
    with ContextManager(file_url, user="ada") as cm:
        assert cm.get_context("s")["a"] == 1
    with ContextManager(file_url, user="eve") as cm:
        assert cm.get_context("s") == {}
