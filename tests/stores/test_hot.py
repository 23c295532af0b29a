"""Hot contexts: at hand, and never believed on their own."""

from typing import Any

import pytest

import coach
from coach.bot import Bot
from coach.stores.check import check
from coach.stores.hot import HotContexts
from coach.testing import FakeClock

FLOW: dict[str, Any] = {
    "flow": "a",
    "start": "s",
    "stages": {
        "s": {
            "collect": {"f": {"type": "text", "ask": "?"}},
            "next": [{"to": "m", "when": "has(f) and seen()", "do": "note"}],
        },
        "m": {
            "collect": {"h": {"type": "text", "ask": "?"}},
            "next": [{"to": "z", "when": "has(h)"}],
        },
        "z": {"final": True},
    },
}


def test_a_turn_uses_what_was_committed_last(store: Any) -> None:
    """The very object, while the row says the same."""
    talk = Bot("grow", store, clock=FakeClock()).session("ada", id="s")
    talk.say("run a marathon")
    stored = store.load("s")
    hot = store.hot.get("s", stored.revision, stored.updated_at)
    assert hot is not None
    assert hot == stored
    assert store.hot.get("s", stored.revision + 1, stored.updated_at) is None


def test_another_process_may_have_written_meanwhile(file_url: str) -> None:
    """Then the row differs, and the context is read anew."""
    ours, theirs = Bot("grow", file_url), Bot("grow", file_url)
    talk = ours.session("ada", id="s")
    talk.say("run a marathon")
    theirs.session("ada", id="s").say("a medal")
    assert talk.say("9").stage == "reality"
    assert check(ours.store).sound


def test_what_a_guard_or_an_action_keeps_reaches_no_later_turn(store: Any) -> None:
    """A context that code of the host has held is not used again."""
    held: list[coach.CoachContext] = []
    registry = coach.Registry()
    registry.guards["seen"] = lambda context: held.append(context) is None
    registry.actions["note"] = held.append
    flow = coach.Flow.model_validate(FLOW).using(registry)
    talk = Bot(flow, store, clock=FakeClock()).session("ada", id="s")
    talk.say("run a marathon")
    for context in held:
        context.metadata["evil"] = 1
    talk.say("swim a lake")
    assert len(held) == 2
    assert talk.context.metadata == {}
    assert check(store).sound


def test_only_so_many_are_kept() -> None:
    """The one used longest ago goes first."""
    hot = HotContexts(most=2)
    flow = coach.load("grow")
    contexts = [flow.begin(session_id=name).context for name in "abc"]
    for context in contexts:
        hot.put(context)
    kept = [c.session_id for c in contexts if hot.get(c.session_id, 0, c.updated_at)]
    assert kept == ["b", "c"]


class Behind:
    """A second level that believes anything."""

    def __init__(self) -> None:
        self.kept: dict[str, coach.CoachContext] = {}

    def get(self, session_id: str, revision: int, updated_at: Any) -> coach.CoachContext | None:
        return self.kept.get(session_id)

    def put(self, context: coach.CoachContext) -> None:
        self.kept[context.session_id] = context

    def drop(self, session_id: str) -> None:
        self.kept.pop(session_id, None)

    remove = drop


def test_a_second_level_is_believed_no_more_than_the_first() -> None:
    """What it gives out has to be what the row says; then it is at hand here too."""
    behind, context = Behind(), coach.load("grow").begin(session_id="s").context
    one, other = HotContexts(behind=behind), HotContexts(behind=behind)
    one.put(context)
    assert other.get("s", 1, context.updated_at) is None
    assert other.get("s", 0, context.updated_at) is context
    behind.kept.clear()
    assert other.get("s", 0, context.updated_at) is context


@pytest.mark.parametrize("way", ["drop", "remove"])
def test_letting_go_reaches_the_second_level(way: str) -> None:
    """Of one session."""
    behind = Behind()
    hot = HotContexts(behind=behind)
    for name in "ab":
        hot.put(coach.load("grow").begin(session_id=name).context)
    getattr(hot, way)("a")
    assert list(behind.kept) == ["b"]


@pytest.mark.parametrize("name", ["\ud800", "x\0y"])
def test_an_id_that_no_database_can_hold_is_answered(store: Any, name: str) -> None:
    """In our words, on reading too."""
    with pytest.raises(coach.CoachError):
        store.load(name)
