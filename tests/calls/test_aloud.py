"""One call hears and answers: the reply is read while it comes, and the flow asks after it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.bot import Bot
from coach.calls.aloud import Aloud
from coach.calls.tap import Tap
from coach.errors import LlmInterrupted
from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock, Pieces, ScriptedLLM
from coach.vocabulary.llm import Purpose
from coach.vocabulary.llm_policy import LlmPolicy

SAID = "I want to run 10k"
SET = {"command": "set", "field": "goal", "value": "run 10k", "quote": "run 10k"}
ANSWER = json.dumps({"commands": [SET], "reply": 'Running 10k, "good".\nYes: ünd.'})
ASKS = 'How will you know you got there?\nYou can also say "skip".'
REPLY = 'Running 10k, "good".\nYes: ünd.'


@pytest.fixture
def once(grow: Flow) -> Flow:
    return grow.model_copy(update={"llm": LlmPolicy(calls="one")})


def told(answer: str, cuts: list[int]) -> tuple[Aloud, list[str]]:
    """What comes out when an answer comes in pieces."""
    heard: list[str] = []
    flow = load_flow("grow")
    situation = flow.situation(flow.begin().context)
    aloud = Aloud(situation, SAID, Tap(heard.append))
    tell, ends = aloud.begin(), sorted({*cuts, len(answer)})
    for start, end in zip([0, *ends], ends, strict=False):
        tell(answer[start:end])
    return aloud, heard


@given(st.lists(st.integers(0, len(ANSWER)), max_size=30))
def test_however_it_comes_the_reply_is_said_once(cuts: list[int]) -> None:
    """Whole, in order, and nothing of the JSON around it."""
    aloud, heard = told(ANSWER, cuts)
    assert "".join(heard) == aloud.said == REPLY


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps({"commands": [{**SET, "field": "gaol"}], "reply": "Good."}),
        json.dumps({"reply": "Good.", "commands": [SET]}),
        "no JSON at all",
        '{"commands": [',
    ],
)
def test_nothing_is_said_before_what_was_heard_is_sound(answer: str) -> None:
    """A reply to what will be asked for again would have to be taken back."""
    assert told(answer, list(range(len(answer))))[1] == []


def test_the_flow_asks_after_the_words(once: Flow, store: SqlStore) -> None:
    """The stage after the move, in the flow's own words; one call."""
    llm = ScriptedLLM(converse=[Pieces([ANSWER[:70], ANSWER[70:]])])
    talk = Bot(once, store, llm=llm, clock=FakeClock()).session("ada", id="s")
    stream = talk.stream(SAID)
    assert "".join(stream) == stream.turn.reply == f"{REPLY}\n\n{ASKS}"
    assert talk.context.value("goal") == "run 10k"
    assert [call.purpose for call in stream.turn.calls] == [Purpose.CONVERSE]
    assert check(store).sound


def test_what_cannot_be_taken_is_asked_for_again(once: Flow) -> None:
    """Once, and the second reply is the one that is said."""
    wrong: dict[str, Any] = {"commands": [{**SET, "field": "gaol"}], "reply": "First."}
    right = {"commands": [SET], "reply": "Second."}
    talk = Bot(once, llm=ScriptedLLM(converse=[wrong, right]), clock=FakeClock()).session("ada")
    stream = talk.stream(SAID)
    assert "".join(stream) == f"Second.\n\n{ASKS}"


def test_without_words_the_templates_speak(once: Flow) -> None:
    """There is always a reply."""
    llm = ScriptedLLM(converse=[{"commands": [SET], "reply": ""}])
    turn = Bot(once, llm=llm, clock=FakeClock()).session("ada").say(SAID)
    assert turn.reply == f'So this is what you want: "run 10k".\n\n{ASKS}'


def test_stop_keeps_what_was_heard_and_said(once: Flow) -> None:
    """The commands were known before the first word."""
    llm = ScriptedLLM(converse=[Pieces([ANSWER[:-8], ANSWER[-8:]], delay=0.3)])
    talk = Bot(once, llm=llm, clock=FakeClock()).session("ada")
    stream = talk.stream(SAID)
    next(iter(stream))
    stream.cancel()
    assert stream.turn.partial
    assert talk.context.value("goal") == "run 10k"
    assert talk.history()[-1].content in REPLY


def test_one_that_breaks_off_is_no_answer(once: Flow) -> None:
    """The message waits."""
    llm = ScriptedLLM(converse=[Pieces([ANSWER[:-8], ANSWER[-8:]], stops_after=1)])
    talk = Bot(once, llm=llm, clock=FakeClock()).session("ada")
    with pytest.raises(LlmInterrupted):
        talk.say(SAID, key="k")
    assert [turn.key for turn in talk.pending] == ["k"]
