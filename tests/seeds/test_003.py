"""Seed 003, typed memories: its table, kinds and scopes under our names."""

from datetime import UTC, datetime, timedelta

import pytest

import coach
from coach.record.memory import MemoryKind, MemoryScope
from coach.stores import statements
from coach.testing import FakeClock, FakeEmbedder

# The seed's columns, and where each of them is here.
COLUMNS = {
    "id": "id",
    "memory_type": "kind",
    "memory_scope": "scope",
    "source": "source",
    "content": "content",
    "metadata": "metadata",
    "session_id": "session_id",
    "conversation_id": "session_id",
    "timestamp": "created_at",
    "contexts": "contexts",
}


@pytest.fixture
def talk() -> coach.Session:
    """The seed's session."""
    bot = coach.Bot("grow", clock=FakeClock())
    return bot.session("user-123", id="user-123-session")


def test_the_memory_table_has_the_seeds_columns():
    """Vectors have a table of their own, so that memories can be had without."""
    names = {column.name for column in statements.MEMORY.c}
    assert set(COLUMNS.values()) <= names
    assert {c.name for c in statements.MEMORY_VECTOR.c} >= {"memory_id", "vector"}


@pytest.mark.parametrize(
    ("kind", "reach"),
    [
        ("message", "session"),
        ("entity", "cross-session"),
        ("fact", "cross-session"),
        ("context", "session"),
        ("summary", "session"),
        ("instruction", "cross-session"),
    ],
)
def test_each_kind_reaches_as_far_as_the_seed_says(talk: coach.Session, kind: str, reach: str):
    """The one exception: what somebody asks of the coach holds in every session, unless said."""
    kept = talk.memories.remember("user@example.com", kind)
    assert (kept.session_id is None) == (reach == "cross-session")
    held = talk.memories.remember("only here", kind, "short_term")
    assert held.session_id == talk.id


def test_kinds_and_scopes_have_the_seeds_values():
    """Six and three."""
    assert {str(kind) for kind in MemoryKind} == {
        *("message", "entity", "fact", "context", "summary", "instruction")
    }
    assert {str(scope) for scope in MemoryScope} == {"working", "short_term", "long_term"}


def test_an_entry_has_source_metadata_and_contexts(talk: coach.Session):
    """The seed's memory_context: a type, and data."""
    kept = talk.memories.remember(
        "Ada reports to Grace",
        source="agent",
        metadata={"confidence": 0.9},
        contexts=[{"type": "relation", "data": {"from": "Ada", "to": "Grace"}}],
    )
    (found,) = talk.memories.list("fact")
    assert (found.source, found.metadata) == ("agent", {"confidence": 0.9})
    assert [(c.type, c.data["to"]) for c in found.contexts] == [("relation", "Grace")]
    assert found == kept


def test_entities_are_updated_when_something_new_is_said(talk: coach.Session):
    """Best practice 2: one value at a time, the old ones in its history."""
    for address in ("user@example.com", "user@example.org"):
        talk.memories.remember(address, "entity", key="email")
    assert [memory.content for memory in talk.memories.list("entity")] == ["user@example.org"]
    first, _ = talk.memories.history("email")
    assert first.content == "user@example.com"


def test_entities_are_there_in_the_next_session(talk: coach.Session):
    """Cross-session: by the person, not by the session."""
    talk.memories.remember("user@example.com", "entity", key="email")
    talk.memories.remember("validate_email", "context", key="current_step")
    bot = coach.Bot("grow", talk.services.store, clock=FakeClock())
    found = bot.session("user-123", new=True).memories
    assert [memory.content for memory in found.list()] == ["user@example.com"]
    assert bot.session("user-456").memories.list() == []


def test_a_memory_may_end(talk: coach.Session):
    """Memory retention: by a time of its own."""
    soon = datetime(2026, 1, 5, 10, tzinfo=UTC)
    talk.memories.remember("for an hour", expires_at=soon)
    later = coach.Bot("grow", talk.services.store, clock=FakeClock(soon + timedelta(seconds=1)))
    assert later.memories("user-123").list() == []


def test_an_embedding_is_optional():
    """Any function from texts to vectors that has a name will do; without one, words are enough."""
    (vector,) = FakeEmbedder()(["user@example.com"])
    assert len(vector) == 64
