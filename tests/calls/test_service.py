"""A turn with an llm: it hears, code decides, it speaks, and everything is kept."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from coach.bot import Bot
from coach.calls.chain import LlmChain
from coach.calls.retry import Retry
from coach.errors import (
    ContextTooLong,
    LlmDenied,
    LlmError,
    LlmInterrupted,
    LlmOutputInvalid,
    LlmUnavailable,
)
from coach.flows.flow import Flow
from coach.hearing import rules
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FailingLLM, FakeClock, Pieces, ScriptedLLM
from coach.vocabulary.commands import SayNothing, Set
from coach.vocabulary.llm import LlmRequest, Purpose, total_usage
from coach.vocabulary.llm_policy import LlmPolicy

SAID = "I want to run 10k"
GOAL = {"commands": [{"command": "set", "field": "goal", "value": "run 10k", "quote": "run 10k"}]}
NOTHING: dict[str, object] = {"commands": []}
DOWN = LlmUnavailable("nobody is there")
ONCE = Retry(tries=1)


def chain(*llms: object, offline: bool = False) -> LlmChain:
    return LlmChain(llms, offline=offline, retry=ONCE)  # type: ignore[arg-type]


def test_it_hears_and_speaks(grow: Flow, store: SqlStore) -> None:
    """The commands are applied, the reply is what it said, and the log knows of both calls."""
    llm = ScriptedLLM(hear=[GOAL], speak=["Running, good. How will you know?"])
    talk = Bot(grow, store, llm=llm, clock=FakeClock()).session("ada", id="s")
    turn = talk.say(SAID)
    assert turn.reply == talk.history()[-1].content == "Running, good. How will you know?"
    assert talk.context.value("goal") == "run 10k"
    assert [call.purpose for call in turn.calls] == [Purpose.HEAR, Purpose.SPEAK]
    assert talk.turns()[-1].calls == turn.calls
    assert turn.usage == total_usage(talk.turns()[-1].calls)
    assert check(store).sound


def test_it_speaks_from_the_page_after_the_move(grow: Flow) -> None:
    """The page that the turn shows is the one that was sent."""
    llm = ScriptedLLM(hear=[GOAL], speak=["Good."])
    talk = Bot(grow, llm=llm, clock=FakeClock()).session("ada")
    turn = talk.say(SAID)
    sent = llm.requests[-1].messages
    assert [message.content for message in sent] == [m.words for m in turn.prompt.messages]
    assert "How will you know you got there?" in turn.prompt


def test_what_is_no_command_is_asked_for_again_and_then_noted(grow: Flow) -> None:
    """Once, with the reason; the rest counts."""
    wrong = {"commands": [*GOAL["commands"], {"command": "set", "field": "gaol", "value": "x"}]}
    llm = ScriptedLLM(hear=[wrong, wrong], speak=["Good."])
    talk = Bot(grow, llm=llm, clock=FakeClock()).session("ada")
    turn = talk.say(SAID)
    assert "gaol" in llm.requests[1].messages[-1].content
    assert talk.context.value("goal") == "run 10k"
    assert any("gaol" in note for note in turn.decision.notes)
    assert "not taken: " in turn.why


def test_an_answer_in_no_form_is_tried_again(grow: Flow) -> None:
    """As what may pass; it is as if it had been right at once, but for its cost."""
    llm = ScriptedLLM(hear=["no JSON at all", GOAL], speak=["Good."])
    patient = LlmChain([llm], retry=Retry(first_pause=0))
    turn = Bot(grow, llm=patient, clock=FakeClock()).session("ada").say(SAID)
    assert turn.decision.notes == ()
    assert [call.tries for call in turn.calls] == [2, 1]


def test_the_next_one_is_asked_when_it_never_is_in_a_form(grow: Flow) -> None:
    """It is no answer; a command that cannot be taken is another thing."""
    odd, good = ScriptedLLM(hear=["no JSON at all"]), ScriptedLLM(hear=[GOAL], speak=["Good."] * 2)
    odd_for_a_reply = ScriptedLLM(hear=["no JSON at all"], speak=["Mine."])
    turn = Bot(grow, llm=chain(odd_for_a_reply, good), clock=FakeClock()).session("ada").say(SAID)
    assert (turn.reply, turn.decision.notes) == ("Mine.", ())
    talk = Bot(grow, llm=chain(odd), clock=FakeClock()).session("ada")
    with pytest.raises(LlmOutputInvalid, match="the answer cannot be read: the answer is no JSON"):
        talk.say(SAID)


def test_what_was_right_the_first_time_is_not_lost_the_second(grow: Flow) -> None:
    """A second answer may be worse."""
    half = {"commands": [*GOAL["commands"], {"command": "set", "field": "gaol", "value": "x"}]}
    llm = ScriptedLLM(hear=[half, {"commands": [{"command": "fly"}]}], speak=["Good."])
    talk = Bot(grow, llm=llm, clock=FakeClock()).session("ada")
    talk.say(SAID)
    assert talk.context.value("goal") == "run 10k"


@pytest.mark.parametrize("broken", [{"hear": [DOWN]}, {"hear": [GOAL], "speak": [DOWN]}])
def test_a_failure_leaves_the_message_and_nothing_else(
    grow: Flow, store: SqlStore, broken: dict[str, list[object]]
) -> None:
    """It waits, the session is as it was, and another try goes on with the same turn."""
    bot = Bot(grow, store, llm=chain(ScriptedLLM(**broken)), clock=FakeClock())
    talk = bot.session("ada", id="s")
    with pytest.raises(LlmUnavailable, match="nobody is there"):
        talk.say(SAID, key="k")
    assert (talk.stage, talk.context.revision, len(talk.history())) == ("goal", 0, 1)
    assert [turn.key for turn in talk.pending] == ["k"]
    well = Bot(grow, store, llm=ScriptedLLM(hear=[GOAL], speak=["Good."]), clock=FakeClock())
    assert [turn.reply for turn in well.session("ada", id="s").retry()] == ["Good."]
    assert len(talk.history()) == 3
    assert check(store).sound


@pytest.mark.parametrize("broken", [{"hear": [DOWN]}, {"hear": [GOAL], "speak": [DOWN]}])
def test_the_offline_coach_stands_in_and_says_so(
    grow: Flow, store: SqlStore, broken: dict[str, list[object]]
) -> None:
    """The turn is kept; the record says who could not be had."""
    bot = Bot(grow, store, llm=chain(ScriptedLLM(**broken), offline=True), clock=FakeClock())
    talk = bot.session("ada", id="s")
    turn = talk.say("run 10k")
    assert turn.reply.startswith("I cannot reach my language model right now")
    assert talk.context.value("goal") == "run 10k"
    assert turn.calls[-1].problem == "nobody is there"
    assert check(store).sound


def test_an_answer_that_breaks_off_is_no_answer(grow: Flow, store: SqlStore) -> None:
    """Nothing of it is kept, not even by an offline coach: the person has heard half of it."""
    llm = ScriptedLLM(hear=[GOAL], speak=[Pieces(["How ", "are"], stops_after=1)])
    talk = Bot(grow, store, llm=chain(llm, offline=True), clock=FakeClock()).session("ada", id="s")
    stream = talk.stream(SAID, key="k")
    with pytest.raises(LlmInterrupted):
        list(stream)
    assert stream.text == "How "
    assert [turn.key for turn in talk.pending] == ["k"]
    assert len(talk.history()) == 1


def test_a_page_that_is_too_long_is_made_smaller_once(grow: Flow) -> None:
    """Smaller than it was, whatever its budget; and the turn remembers the size that went."""
    llm = ScriptedLLM(speak=[*["Go on."] * 8, ContextTooLong("too long"), "Good."])
    talk = Bot(grow, llm=chain(llm), clock=FakeClock()).session("ada")
    for _ in range(8):
        talk.say("word " * 60, heard=[SayNothing()])
    turn = talk.say(SAID, heard=[SayNothing()])
    long, short = (sum(len(m.content) for m in r.messages) for r in llm.requests[-2:])
    assert short < long * 0.8
    assert turn.prompt.tokens <= turn.prompt.ledger.budget
    assert talk.page_at(9).text == turn.prompt.text


def test_one_that_is_too_long_again_is_an_error(grow: Flow) -> None:
    """A third is not made."""
    llm = ScriptedLLM(speak=[*["Go on."] * 8, ContextTooLong("too long"), ContextTooLong("still")])
    talk = Bot(grow, llm=chain(llm), clock=FakeClock()).session("ada")
    for _ in range(8):
        talk.say("word " * 60, heard=[SayNothing()])
    with pytest.raises(ContextTooLong, match="still"):
        talk.say(SAID, heard=[SayNothing()])


def test_a_hearer_of_the_host_s_own_stays(grow: Flow) -> None:
    """The llm is asked for the reply alone."""
    llm = ScriptedLLM(speak=["Good."])
    turn = Bot(grow, llm=llm, hear=rules.hear, clock=FakeClock()).session("ada").say("run 10k")
    assert turn.reply == "Good."
    assert [call.purpose for call in turn.calls] == [Purpose.SPEAK]


def test_a_flow_says_what_the_llm_does(grow: Flow) -> None:
    """Hears and does not speak, or the other way round."""
    hears = grow.model_copy(update={"llm": LlmPolicy(speak="offline")})
    turn = Bot(hears, llm=ScriptedLLM(hear=[GOAL]), clock=FakeClock()).session("ada").say(SAID)
    assert "How will you know you got there?" in turn.reply
    speaks = grow.model_copy(update={"llm": LlmPolicy(hear="rules")})
    turn = Bot(speaks, llm=ScriptedLLM(speak=["Good."]), clock=FakeClock()).session("ada").say(SAID)
    assert turn.reply == "Good."


def test_a_button_needs_nobody_to_hear(grow: Flow) -> None:
    """The reply is the llm's all the same."""
    talk = Bot(grow, llm=ScriptedLLM(speak=["Good."]), clock=FakeClock()).session("ada")
    assert talk.say("run 10k", heard=[Set(field="goal", value="run 10k")]).reply == "Good."


def test_the_same_key_asks_nobody_twice(grow: Flow) -> None:
    """The answer is the one that was kept."""
    llm = ScriptedLLM(hear=[GOAL], speak=["Good."])
    talk = Bot(grow, llm=llm, clock=FakeClock()).session("ada")
    first, again = talk.say(SAID, key="k"), talk.say(SAID, key="k")
    assert again.repeated
    assert (again.reply, again.calls) == (first.reply, first.calls)


def test_the_greeting_waits_for_nobody(grow: Flow) -> None:
    """A session opens at once, with the offline coach's words."""
    talk = Bot(grow, llm=FailingLLM(LlmDenied("no")), clock=FakeClock()).session("ada")
    assert "What would you like to achieve?" in talk.greeting


def test_every_error_is_one_of_ours() -> None:
    """So that one `except` is enough."""
    assert issubclass(LlmInterrupted, LlmError)


def test_callables_that_take_their_time_are_asked_side_by_side(grow: Flow) -> None:
    """None waits for the thread of another."""
    together = threading.Barrier(6, timeout=30)

    def slowly(request: LlmRequest) -> object:
        together.wait()
        return "Good." if request.output is None else NOTHING

    bot = Bot(grow, llm=slowly, clock=FakeClock())
    talks = [bot.session(f"user {n}") for n in range(6)]
    with ThreadPoolExecutor(6) as threads:
        turns = list(threads.map(lambda talk: talk.say("Hello."), talks))
    assert [turn.reply for turn in turns] == ["Good."] * 6
    bot.close()
