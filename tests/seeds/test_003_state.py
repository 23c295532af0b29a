"""Seed 003, contexts of a request and recovery of state: identity, entities, workflow."""

import json
from collections.abc import Callable

import pytest

import coach
from coach.bot import Bot
from coach.errors import StoreUnavailable
from coach.session import Session
from coach.stores.sql import SqlStore

REQUEST = {
    "message": "I need to reset my password",
    "session_id": "user-123-session",
    "context": {
        "customer_id": "cust-456",
        "previous_agents": ["general_conversation"],
        "entity_memory": {"email": "user@example.com"},
        "workflow_state": {
            "current_step": "validate_email",
            "steps_completed": ["request_email"],
        },
    },
}


@pytest.fixture
def told(bot: Bot) -> Session:
    """The seed's request, taken as it came in."""
    request = json.loads(json.dumps(REQUEST))
    talk = bot.session("user-123", id=request["session_id"])
    talk.say(request["message"], context=request["context"])
    return talk


def test_the_request_is_taken_in_by_its_own_names(told: Session):
    """Every part of it is in the record, and on the page."""
    found = {name: getattr(told.context, name) for name in REQUEST["context"]}
    assert found == REQUEST["context"]
    for words in ("cust-456", "general_conversation", "user@example.com", "validate_email"):
        assert words in told.prompt


def test_the_models_have_the_seeds_fields():
    """All optional."""
    chat, who = coach.ChatContext(), coach.IdentityContext()
    assert {*REQUEST["context"]} <= {*type(chat).model_fields}
    assert {*type(who).model_fields} == {"user_id", "email", "roles"}
    assert all(getattr(who, name) is None for name in type(who).model_fields)


def test_entities_are_updated_when_there_is_new_information(told: Session):
    """And referred to in every later turn."""
    told.say("my email is new@example.com")
    told.say("what now?")
    assert told.context.entity_memory["email"] == "new@example.com"
    assert "- email: new@example.com" in told.prompt


def test_a_workflow_resumes_in_another_process(
    told: Session, make_bot: Callable[..., Bot], store: SqlStore
):
    """Its completed steps are there."""
    state = {"current_step": "reset", "steps_completed": ["request_email", "validate_email"]}
    told.persist_state(state)
    store.hot.drop(told.id)
    again = make_bot().session("user-123", id=told.id)
    assert again.resumed
    assert again.recover_state() == state


def test_a_failed_store_loses_nothing(told: Session):
    """A clear error, and the state before."""

    def fail(event: str, sql: str) -> None:
        if sql == "COMMIT":
            raise StoreUnavailable("the disk is full")

    told.services.store.database.watcher = fail
    with pytest.raises(StoreUnavailable, match=r"tried 2 times: the disk is full"):
        told.persist_state({"current_step": "lost"}, attempts=2)
    told.services.store.database.watcher = None
    assert told.recover_state() == REQUEST["context"]["workflow_state"]
