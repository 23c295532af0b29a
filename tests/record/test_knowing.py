"""What a context takes in and knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import SessionNotFound
from coach.record.chat_context import ChatContext, IdentityContext
from coach.record.context import CoachContext
from coach.record.known import MOST, MOST_CHARS, Known, Origin


@pytest.fixture
def context() -> CoachContext:
    """One of ada's, without a flow."""
    return CoachContext(session_id="s", user_id="ada")


def test_what_is_given_is_there_by_the_names_of_the_request(context: CoachContext):
    """And what is left out the next time stays."""
    context.take(ChatContext(customer_id="c", workflow_state={"step": 1}))
    context.take(ChatContext(identity=IdentityContext(email="a@x.org", roles=("admin",))))
    assert (context.customer_id, context.email) == ("c", "a@x.org")
    assert context.workflow_state == {"step": 1}
    assert context.roles == ["admin"]


def test_agents_are_added_each_once(context: CoachContext):
    """In the order they came."""
    context.take(ChatContext(previous_agents=("one", "two")))
    context.take(ChatContext(previous_agents=("two", "three")))
    assert context.previous_agents == ["one", "two", "three"]


def test_a_state_replaces_the_one_before(context: CoachContext):
    """Whole: a step that is no longer there has gone."""
    context.take(ChatContext(workflow_state={"step": 1, "code": "x"}))
    context.take(ChatContext(workflow_state={"step": 2}))
    assert context.workflow_state == {"step": 2}


def test_entities_are_kept_as_they_were_given(context: CoachContext):
    """Plain data too; null says nothing."""
    context.take(ChatContext(entity_memory={"email": "a@x.org"}))
    context.take(ChatContext(entity_memory={"order": {"id": 7}, "phone": None}))
    assert context.entity_memory == {"email": "a@x.org", "order": {"id": 7}}
    assert context.known["entity:order"].content == '{"id":7}'


def test_another_users_identity_finds_no_session(context: CoachContext):
    """As if there were none."""
    context.take(ChatContext(identity=IdentityContext(user_id="ada")))
    with pytest.raises(SessionNotFound, match="no session 's' of user 'bob'"):
        context.take(ChatContext(customer_id="c", identity=IdentityContext(user_id="bob")))
    assert context.customer_id is None


def test_one_value_of_an_entity_is_known_and_a_fact_once(context: CoachContext):
    """A fact that is said again in other spacing is the same."""
    for value in ("a@x.org", "b@x.org"):
        assert context.learn(Known(kind="entity", subject="email", content=value))
    assert not context.learn(Known(kind="entity", subject="email", content="b@x.org"))
    for fact in ("likes  rain", "Likes rain"):
        context.learn(Known(kind="fact", content=fact))
    assert [k.content for k in context.known.values()] == ["b@x.org", "Likes rain"]


@given(sizes=st.lists(st.integers(1, 2_000), max_size=80))
def test_the_newest_are_in_hand_and_never_too_many(sizes: list[int]):
    """40 at most, of 4,000 characters."""
    context = CoachContext(session_id="s")
    for number, size in enumerate(sizes):
        context.learn(Known(kind="entity", subject=f"{number}", content="x" * size))
    kept = list(context.known.values())
    assert [k.subject for k in kept] == [f"{n}" for n in range(len(sizes))][-len(kept) or 80 :]
    assert len(kept) <= MOST
    assert sum(len(k.content) for k in kept) <= MOST_CHARS
    assert bool(kept) == bool(sizes)


def test_it_goes_there_and_back_as_plain_data(context: CoachContext):
    """And a fork shares nothing that could be changed."""
    context.take(ChatContext(workflow_state={"a": [1]}, entity_memory={"n": 1}))
    twin = context.fork()
    assert CoachContext.from_dict(context.to_dict()) == context == twin
    twin.given["workflow_state"]["a"].append(2)
    twin.learn(Known(kind="fact", content="x", origin=Origin.TOLD))
    assert context.workflow_state == {"a": [1]}
    assert len(context.known) == 1
