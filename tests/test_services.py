"""Pinning: a session stays on the flow it was started with."""

from collections.abc import Callable
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import FlowVersionMismatch
from coach.flows.flow import Flow
from coach.flows.registry import Registry
from coach.session import Session

QUESTIONS = {"name": "Your name?", "city": "Your city?"}


def script(*fields: str, version: int = 1, **more: Any) -> Flow:
    """A flow that asks for some fields, one stage each."""
    stages: dict[str, Any] = {
        field: {
            "collect": {field: {"type": "text", "ask": QUESTIONS[field]}},
            "next": [{"to": to, "when": f"has({field})", **more}],
        }
        for field, to in zip(fields, [*fields[1:], "end"], strict=True)
    }
    stages["end"] = {"final": True}
    whole = {"flow": "form", "version": version, "start": fields[0], "stages": stages}
    return Flow.model_validate(whole)


@pytest.fixture
def old(make_bot: Callable[..., Bot]) -> Session:
    """A session on the first version, before its first answer."""
    return make_bot(script("name", "city")).session("ada", id="s")


@pytest.mark.parametrize("version", [1, 2], ids=["same number", "next number"])
@pytest.mark.parametrize("hear", ["instant", "slow"])
def test_a_session_goes_on_on_the_flow_it_was_started_with(
    old: Session, make_bot: Callable[..., Bot], version: int, hear: str
):
    """Whatever the file says now, and whether or not its number was raised."""
    said = old.services.hear
    bot = make_bot(script("city", version=version), hear=None if hear == "instant" else said)
    talk = bot.session("ada", id="s")
    assert talk.flow.hash == old.flow.hash
    assert talk.say("Ada Lovelace").stage == "city"
    assert talk.say("London town").stage == "end"
    assert bot.session("ada").flow.leaves == ("city", "end")


def test_a_pinned_flow_is_brought_to_life_once(old: Session, make_bot: Callable[..., Bot]):
    """Not at every look."""
    talk = make_bot(script("city")).session("ada", id="s")
    assert talk.flow is talk.flow


def test_a_pinned_flow_uses_the_actions_at_hand(make_bot: Callable[..., Bot]):
    """The code is the host's, only the script is kept."""

    def mark(context: Any) -> None:
        context.metadata["marked"] = True

    registry = Registry(actions={"mark": mark})
    make_bot(script("name", do=["mark"]).using(registry)).session("ada", id="s")
    talk = make_bot(script("city").using(registry)).session("ada", id="s")
    talk.say("Ada Lovelace")
    assert talk.context.metadata == {"marked": True}


def test_a_pinned_flow_whose_action_is_gone_cannot_run(make_bot: Callable[..., Bot]):
    """Said when the session is opened, with the name."""
    registry = Registry(actions={"mark": lambda context: None})
    make_bot(script("name", do=["mark"]).using(registry)).session("ada", id="s")
    bot = make_bot(script("city"))
    with pytest.raises(FlowVersionMismatch, match=r"(?s)'s' was started on form@1, which.*mark"):
        bot.session("ada", id="s")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("DELETE FROM coach_flow", "started on form@1, whose definition is not in the store"),
        (
            "UPDATE coach_flow SET definition = '{}'",
            "started on form@1, whose definition in the store was changed",
        ),
        ("UPDATE coach_context SET stage = 'gone'", "started on form@1, which has no stage 'gone'"),
    ],
)
def test_a_session_that_cannot_go_on_says_why(
    old: Session, make_bot: Callable[..., Bot], dump: Any, spoil: str, says: str
):
    """When it is opened, and at its next message; nothing is written."""
    bot = make_bot(script("city"))
    with bot.store.database.transaction() as db:
        db.text(spoil)
    before = dump(bot.store)
    with pytest.raises(FlowVersionMismatch, match=says):
        bot.session("ada", id="s")
    with pytest.raises(FlowVersionMismatch, match=says):
        Session(bot.services, "s", resumed=True).say("Ada Lovelace")
    assert dump(bot.store) == before


def test_a_version_is_kept_once(old: Session, make_bot: Callable[..., Bot], dump: Any):
    """However many sessions stand on it."""
    for name in ("t", "u"):
        make_bot(script("name", "city")).session("ada", id=name)
    make_bot(script("city")).session("ada", id="v")
    assert len(dump(old.services.store)["coach_flow"]) == 2


def test_messages_are_counted_in_the_encoding_of_the_services(make_bot: Callable[..., Bot]):
    """Of the content alone, exactly."""
    from coach.prompting.tokens import tokenizer

    talk = make_bot().session("ada")
    talk.say("run a marathon, slowly")
    for message in talk.history():
        assert message.encoding == "o200k_base"
        assert message.tokens == tokenizer("o200k_base").count(message.content)
