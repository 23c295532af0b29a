"""A summary that was made offline gets the words of an llm afterwards."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from coach.bot import Bot
from coach.calls.chain import LlmChain
from coach.calls.retry import Retry
from coach.calls.tap import Tap
from coach.errors import InvalidValue, LlmUnavailable, SessionBusy
from coach.flows.flow import Flow
from coach.rewriting import rewrite, swap
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FailingLLM, FakeClock, ScriptedLLM
from coach.vocabulary.context_policy import ContextPolicy, SummaryPolicy, WindowPolicy
from coach.vocabulary.llm import LlmRequest, Purpose
from coach.vocabulary.llm_policy import LlmPolicy

NOTES = "The person writes a thesis of 120 pages. They are out of time."
SAID = ("write my thesis", "a bound copy of 120 pages", "9", "3", "a diary", "no time")


@pytest.fixture
def narrow(grow: Flow) -> Flow:
    """A small window, and an llm for summing up alone."""
    policy = ContextPolicy(window=WindowPolicy(messages=8), summary=SummaryPolicy(strategy="llm"))
    quiet = LlmPolicy(hear="rules", speak="offline")
    return grow.model_copy(update={"context": policy, "llm": quiet})


def notes(*texts: Any) -> ScriptedLLM:
    return ScriptedLLM(summarise=texts or [NOTES] * 50)


def begun(flow: Flow, store: SqlStore | None = None, llm: Any = None, **options: Any) -> Session:
    """Ada's session after six turns; nothing is written anew behind."""
    bot = Bot(flow, store, llm=llm or notes(), clock=FakeClock(), **options)
    bot.rewriter.close()
    talk = bot.session("ada", id="s")
    for line in SAID:
        talk.say(line)
    return talk


def settled(talk: Session, is_so: Callable[[Session], bool]) -> None:
    """Wait until it is so."""
    pause = threading.Event()
    for _ in range(600):
        if is_so(talk):
            return
        pause.wait(0.05)
    raise AssertionError(f"it never was: {talk.context.summaries}")


def strategies(talk: Session) -> list[str]:
    return [summary.strategy for summary in talk.context.summaries.frontier]


def newest(talk: Session) -> set[str]:
    """Of those that were not merged yet."""
    return {s.strategy for s in talk.context.summaries.frontier if s.level == 0}


def test_it_is_written_anew_behind_the_turn(narrow: Flow, store: SqlStore):
    """It says what the llm wrote, on the next page as well, and the store adds up."""
    bot = Bot(narrow, store, llm=notes(), clock=FakeClock())
    talk = bot.session("ada", id="s")
    for line in SAID:
        talk.say(line)
    settled(talk, lambda talk: set(strategies(talk)) == {"llm"})
    assert "The person writes a thesis" in (talk.context.summary or "")
    assert "The person writes a thesis" in talk.say("change obstacle: no rope").prompt
    bot.rewriter.close()
    assert check(store).faults == ()


def test_an_event_without_a_message_keeps_it(narrow: Flow, store: SqlStore):
    """The log folds to the context; neither time nor turns go on, and the calls are counted."""
    talk = begun(narrow, store)
    before = talk.context
    [written] = rewrite(talk.services, "s", Tap())
    assert swap(talk.services, "s", written)
    after, event = talk.context, talk.turns()[-1]
    assert after.revision == before.revision + 1
    assert (after.updated_at, after.turns, after.messages) == (
        *(before.updated_at, before.turns, before.messages),
    )
    assert event.unasked
    assert event.decision is not None
    assert event.decision.events == ("summed up messages 1 to 4",)
    assert [call.purpose for call in event.calls] == [Purpose.SUMMARISE]
    assert check(store).faults == ()


def test_why_and_undo_mean_the_last_turn(narrow: Flow, store: SqlStore):
    """Nobody asked for the event."""
    talk = begun(narrow, store)
    why = talk.why()
    for written in rewrite(talk.services, "s", Tap()):
        swap(talk.services, "s", written)
    assert talk.why() == why
    talk.undo()
    assert talk.context.value("obstacle") is None
    assert set(strategies(talk)) == {"llm"}
    assert check(store).faults == ()


def test_no_turn_waits_for_it(narrow: Flow):
    """The summary of the turn is made offline, and is on the page at once."""
    gate = threading.Event()

    def slow(request: LlmRequest) -> str:
        gate.wait(60)
        return NOTES

    bot = Bot(narrow, llm=slow, clock=FakeClock())
    talk = bot.session("ada", id="s")
    for line in SAID:
        turn = talk.say(line)
    assert strategies(talk) == ["extractive"]
    assert "120 pages" in turn.prompt
    gate.set()
    settled(talk, lambda talk: strategies(talk) == ["llm"])
    bot.close()


def test_what_the_llm_is_asked(narrow: Flow):
    """The messages that left, as what people said, and how long it may become."""
    llm = notes()
    talk = begun(narrow, llm=llm)
    rewrite(talk.services, "s", Tap())
    [request] = llm.requests
    assert request.purpose is Purpose.SUMMARISE
    said = [message.content for message in request.messages if message.role == "user"]
    assert said == list(SAID[:2])
    assert "in at most 84 words" in request.messages[-1].content


@pytest.mark.parametrize("strategy", ["extractive", "none"])
def test_other_strategies_ask_no_llm(narrow: Flow, strategy: str):
    """Nor does a host's own summariser, which stands in for all of them."""
    llm = notes()
    bot = Bot(narrow, llm=llm, clock=FakeClock(), summarise=strategy)
    talk = bot.session("ada")
    for line in SAID:
        talk.say(line)
    bot.close()
    assert llm.requests == ()


def test_a_bot_may_say_so_for_every_flow(narrow: Flow):
    """`summarise="llm"`; it takes an llm, and the flow may say another strategy."""
    plain = narrow.context.model_copy(update={"summary": None})
    talk = begun(narrow.model_copy(update={"context": plain}), summarise="llm")
    assert len(rewrite(talk.services, "s", Tap())) == 1
    assert talk.services.strategy_of(talk.flow) == "llm"
    with pytest.raises(InvalidValue, match="needs an llm"):
        Bot(narrow, summarise="llm")
    with pytest.raises(InvalidValue, match="Did you mean 'llm'"):
        Bot(narrow, summarise="lm", llm=notes())


def test_a_flow_that_wants_an_llm_does_without(narrow: Flow):
    """Where there is none, the summary of the turn stands."""
    talk = Bot(narrow, clock=FakeClock()).session("ada", id="s")
    for line in SAID:
        talk.say(line)
    assert strategies(talk) == ["extractive"]


def test_a_failure_loses_nothing(narrow: Flow, caplog: pytest.LogCaptureFixture):
    """The log says so once, without a word of what was said; the next fold tries again."""
    caplog.set_level(logging.DEBUG, "coach")
    broken = FailingLLM(LlmUnavailable(f"no: {SAID[0]}"), times=1, then=notes())
    chain = LlmChain([broken], retry=Retry(tries=1))
    bot = Bot(narrow, llm=chain, clock=FakeClock())
    talk = bot.session("ada", id="s")
    for line in SAID:
        talk.say(line)
    settled(talk, lambda _: "its summary stays as it is: LlmUnavailable" in caplog.text)
    assert "thesis" not in caplog.text
    assert "120 pages" in (talk.context.summary or "")
    for number in range(2):
        talk.say(f"change obstacle: no rope in week {number}")
    settled(talk, lambda talk: set(strategies(talk)) == {"llm"})
    bot.close()


@pytest.mark.parametrize(
    "meanwhile",
    [
        ["change goal: climb the Matterhorn"],
        [f"change obstacle: week {number}" for number in range(20)],
    ],
)
def test_what_has_changed_meanwhile_is_left_alone(
    narrow: Flow, store: SqlStore, meanwhile: list[str]
):
    """One of its messages no longer holds, or it was merged with others."""
    talk = begun(narrow, store)
    [written] = rewrite(talk.services, "s", Tap())
    for line in meanwhile:
        talk.say(line)
    before = talk.context
    assert not swap(talk.services, "s", written)
    assert talk.context == before
    assert check(store).faults == ()


def test_a_message_that_was_taken_back_meanwhile_is_not_told(narrow: Flow, store: SqlStore):
    """However late it was."""
    talk = begun(narrow, store)
    [written] = rewrite(talk.services, "s", Tap())
    for _ in range(5):
        talk.undo()
    assert not swap(talk.services, "s", written)
    assert check(store).faults == ()


def test_a_superseded_value_is_neither_asked_about_nor_told(narrow: Flow, store: SqlStore):
    """Whatever the llm writes."""
    llm = notes(*["They write my thesis. They climb the Matterhorn."] * 3)
    talk = begun(narrow, store, llm)
    talk.say("change goal: climb the Matterhorn")
    [written, *_] = rewrite(talk.services, "s", Tap())
    assert "thesis" not in str(llm.requests[0].messages)
    assert swap(talk.services, "s", written)
    assert "thesis" not in (talk.context.summary or "")
    assert "Matterhorn" in (talk.context.summary or "")
    assert check(store).faults == ()


def test_what_an_llm_wrote_is_written_anew_when_a_value_is_corrected(narrow: Flow):
    """It may tell the old one in other words."""
    bot = Bot(narrow, llm=notes("A book is to be written.", *[NOTES] * 20), clock=FakeClock())
    talk = bot.session("ada", id="s")
    for line in SAID:
        talk.say(line)
    settled(talk, lambda talk: "A book" in (talk.context.summary or ""))
    talk.say("change goal: climb the Matterhorn")
    settled(talk, lambda talk: "A book" not in (talk.context.summary or ""))
    bot.close()


def test_a_turn_in_flight_goes_first(narrow: Flow, store: SqlStore):
    """The session is theirs; it is tried again later."""
    talk = begun(narrow, store)
    [written] = rewrite(talk.services, "s", Tap())
    claim = store.claim("s", "k", "hello", FakeClock()(), hold=False)
    with pytest.raises(SessionBusy):
        swap(talk.services, "s", written)
    store.release(claim)
    assert swap(talk.services, "s", written)
    assert check(store).faults == ()


def test_turns_land_while_it_is_written(narrow: Flow, store: SqlStore):
    """Four sessions at once: nothing is lost, doubled or broken."""
    pause = threading.Event()

    def slow(request: LlmRequest) -> str:
        pause.wait(0.02)
        return NOTES

    bot = Bot(narrow, store, llm=slow, clock=FakeClock())

    def converse(user: str) -> int:
        talk = bot.session(user, id=user)
        for line in (*SAID, *(f"I think of week {n}" for n in range(10))):
            talk.say(line, heard=None if line in SAID else [])
        return len(talk.history())

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(converse, "abcd")) == [33] * 4
    for user in "abcd":
        settled(bot.session(user, id=user), lambda talk: "extractive" not in newest(talk))
    bot.rewriter.close()
    assert check(store).faults == ()


def test_another_process_sees_it_through_its_cache(narrow: Flow, file_url: str, redis_url: str):
    """Neither what is at hand nor what is in Redis is taken for the truth."""
    here = SqlStore(file_url, cache=redis_url)
    there = SqlStore(file_url, cache=redis_url)
    talk = begun(narrow, here)
    bot = Bot(narrow, there, clock=FakeClock(), llm=notes())
    bot.rewriter.close()
    other = bot.session("ada", id="s")
    other.say("change obstacle: no rope")
    for written in rewrite(talk.services, "s", Tap()):
        assert swap(talk.services, "s", written)
    assert "The person writes a thesis" in other.prompt
    other.say("change obstacle: no boots")
    assert "The person writes a thesis" in (talk.context.summary or "")
    assert check(here).faults == ()
    here.close()
    there.close()
