"""Seed 001, the context manager: its example runs under our name, and does what it says."""

import asyncio
import textwrap
from pathlib import Path

import pytest

from coach import ContextManager
from coach.testing import FakeClock

# The seed's own program, to the letter.
EXAMPLE = """
# Example usage for testing purposes
if __name__ == "__main__":
    cm = ContextManager()

    session = "session_001"
    cm.create_session(session)
    cm.set_context(session, "user_query", "How do I book a flight?")
    cm.set_context(session, "agent", "chat_agent")

    print("Initial Context:", cm.get_context(session))

    # Perform a partial update to add new details without overwriting existing data.
    partial_update = {"intent": "booking", "details": {"class": "economy", "flexible": True}}
    cm.update_partial_context(session, partial_update)

    print("After Partial Update:", cm.get_context(session))

    # Demonstrate asynchronous operation if enabled
    if cm.async_enabled:
        import asyncio
        async def async_demo():
            await cm.async_set_context(session, "async_key", "async_value")
            ctx = await cm.async_get_context(session)
            print("Async Context:", ctx)
        asyncio.run(async_demo())

    # Optionally, delete the session context once processing is complete
    cm.delete_context(session)
    print("Final Context:", cm.get_context(session))
"""
FLAGS = [
    "USE_REDIS_CACHING",
    "TIME_BASED_EXPIRATION",
    "SESSION_EXPIRATION_SECONDS",
    "GARBAGE_COLLECTION",
    "ASYNC_OPERATIONS",
    "EVENT_EMISSION",
]


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine."""
    monkeypatch.chdir(tmp_path)
    for name in ("COACH_STORE", *FLAGS):
        monkeypatch.delenv(name, raising=False)


def test_the_example_runs(capsys: pytest.CaptureFixture[str]):
    """Line by line, with the output it promises."""
    exec(textwrap.dedent(EXAMPLE), {"__name__": "__main__", "ContextManager": ContextManager})
    initial, partial, later, final = capsys.readouterr().out.splitlines()
    query = "{'user_query': 'How do I book a flight?', 'agent': 'chat_agent', "
    assert initial.startswith(f"Initial Context: {query}'_timestamp': '20")
    merged = "'intent': 'booking', 'details': {'class': 'economy', 'flexible': True}, "
    assert partial.startswith(f"After Partial Update: {query}{merged}'_timestamp'")
    assert later.startswith(f"Async Context: {query}{merged}'async_key': 'async_value', '_ti")
    assert final == "Final Context: {}"


def test_core_functions():
    """Create, set, update in part, get, merge, delete; unknown is empty."""
    with ContextManager(clock=FakeClock()) as cm:
        cm.create_session("a")
        assert cm.get_context("a") == {"_timestamp": "2026-01-05T09:00:00+00:00"}
        cm.set_context("a", "trip", {"to": "Oslo", "class": "economy"})
        cm.update_partial_context("a", {"trip": {"class": "business"}})
        cm.set_context("b", "trip", {"seats": 2})
        cm.merge_sessions("b", "a")
        assert cm.get_context("b")["trip"] == {"seats": 2, "to": "Oslo", "class": "business"}
        cm.delete_context("a")
        assert cm.get_context("a") == cm.get_context("never") == {}


@pytest.mark.parametrize("name", FLAGS)
def test_every_flag_is_a_setting_of_its_name(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, name: str
):
    """From the environment under the seed's own name; Redis has to be there when it is wanted."""
    monkeypatch.setenv(name, "1")
    if name == "USE_REDIS_CACHING":
        monkeypatch.setenv("COACH_CACHE", request.getfixturevalue("keeping_url"))
    with ContextManager("sqlite://") as cm:
        assert getattr(cm.settings, name.lower()) == 1


def test_asynchronous_counterparts_of_the_key_operations():
    """Create, set, get, delete, update partial."""

    async def use(cm: ContextManager) -> dict[str, object]:
        await cm.async_create_session("a")
        await cm.async_set_context("a", "k", 1)
        await cm.async_update_partial_context("a", {"n": {"x": 1}})
        found = await cm.async_get_context("a")
        await cm.async_delete_context("a")
        return found

    with ContextManager() as cm:
        found = asyncio.run(use(cm))
        assert (found["k"], found["n"]) == (1, {"x": 1})
        assert cm.get_context("a") == {}


def test_events_and_expiry():
    """Listeners hear of creation, update, deletion and expiry."""
    clock, heard = FakeClock(), []
    with ContextManager(clock=clock, time_based_expiration=True, garbage_collection=False) as cm:
        cm.add_listener(lambda event: heard.append(str(event.name)))
        cm.set_context("a", "k", 1)
        cm.delete_context("a")
        cm.create_session("b")
        clock.forward(seconds=3601)
        assert cm.get_context("b") == {}
    assert heard == ["created", "updated", "deleted", "created", "expired"]
