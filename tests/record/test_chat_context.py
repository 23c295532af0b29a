"""What an application says about a message, checked."""

import json

import pytest
from pydantic import ValidationError

from coach.errors import InvalidValue
from coach.record.chat_context import ChatContext, IdentityContext, as_chat_context

REQUEST = {
    "customer_id": "cust-456",
    "previous_agents": ["general_conversation"],
    "entity_memory": {"email": "user@example.com"},
    "workflow_state": {"current_step": "validate_email", "steps_completed": ["request_email"]},
}


def test_a_context_is_a_model_a_dict_or_json_text():
    """All three say the same."""
    model = ChatContext(**REQUEST)
    assert as_chat_context(model) is model
    assert as_chat_context(REQUEST) == as_chat_context(json.dumps(REQUEST)) == model
    assert model.previous_agents == ("general_conversation",)


def test_everything_is_optional():
    """And null says nothing, as what is left out does."""
    nothing = dict.fromkeys(ChatContext.model_fields)
    assert as_chat_context({}) == as_chat_context(nothing) == ChatContext()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"custmer_id": "c"}, "unknown key 'custmer_id' in context. Did you mean 'customer_id'?"),
        (
            {"identity": {"mail": "a@b.org"}},
            "unknown key 'identity.mail' in context. Did you mean 'email'?",
        ),
        ({"customer_id": 5}, "context.customer_id: Input should be a valid string"),
        ({"customer_id": " "}, "context.customer_id: Value error, take visible characters"),
        ({"customer_id": "x" * 201}, "context.customer_id: String should have at most 200"),
        ({"previous_agents": "one"}, "context.previous_agents: Input should be a valid tuple"),
        ({"entity_memory": {"a\nb": 1}}, "take visible characters"),
        ({"entity_memory": {"a": "x" * 4_000}}, "it is too long: keep entities below 4,000"),
        ({"workflow_state": {"a": float("nan")}}, "only finite numbers are kept"),
        ({"workflow_state": {"a": "x" * 30_000}}, "keep a state below 20,000 characters"),
        ({"workflow_state": {"a": object()}}, "workflow_state.a is a object; only plain JSON"),
        ("{", "context is no JSON"),
        ("[" * 100_000, "context is no JSON"),
        ("[]", "context: Input should be a valid dictionary"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(given, says):
    """Nothing is ignored."""
    with pytest.raises(InvalidValue) as caught:
        as_chat_context(given)
    assert says in str(caught.value)


def test_a_context_is_a_value_of_its_own():
    """Frozen, and not the caller's dict."""
    state = {"steps": ["one"]}
    context = ChatContext(workflow_state=state, identity=IdentityContext(user_id="ada"))
    state["steps"].append("two")
    assert context.workflow_state == {"steps": ["one"]}
    with pytest.raises(ValidationError, match="frozen"):
        context.customer_id = "x"


def test_who_somebody_is_is_in_no_repr():
    """And so in no log that writes one."""
    who = IdentityContext(user_id="ada", email="ada@x.org", roles=("admin",))
    told = ChatContext(customer_id="ada-1", identity=who, entity_memory={"of": "ada"})
    assert "ada" not in repr(told).casefold()
    assert "admin" not in repr(told)
