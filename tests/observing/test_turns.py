"""A turn as it is watched: one line in the log, and spans."""

import asyncio
import logging
from collections import defaultdict
from typing import Any

import pytest
from opentelemetry import trace

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.calls.chain import LlmChain
from coach.calls.retry import Retry
from coach.errors import EmptyMessage, LlmDenied, LlmUnavailable, SessionBusy
from coach.flows.flow import Flow
from coach.observing.turns import watched
from coach.stores.sql import SqlStore
from coach.testing import FailingLLM, FakeClock, ScriptedLLM
from coach.vocabulary.llm import LlmRequest, Usage

TOOK = Usage(input_tokens=100, cached_tokens=60, output_tokens=7)
SECRET = "sk-live-0123456789"
WORDS = "I stole the crown jewels"
GOAL = {"commands": [{"command": "set", "field": "goal", "value": WORDS, "quote": WORDS}]}
NOTHING: dict[str, Any] = {"commands": []}


def talker(grow: Flow, **script: Any) -> Any:
    llm = ScriptedLLM(usage=TOOK, name="openai:x", **script)
    return Bot(grow, llm=llm, clock=FakeClock()).session("ada", id="s")


def test_a_turn_is_one_line(grow: Flow, lines: list[dict[str, Any]]):
    """Where it stands, what it took, and what came of it."""
    talker(grow, hear=[GOAL], speak=["Good."]).say(WORDS)
    [line] = lines
    assert (line["session"], line["flow"], line["stage"], line["turn"]) == ("s", "grow", "goal", 1)
    assert (line["outcome"], line["level"]) == ("kept", "INFO")
    assert (line["llm"], line["calls"], line["input_tokens"]) == ("openai:x", 2, 200)
    verbs = {name for name in line if name.endswith("_ms")}
    assert verbs == {f"{v}_ms" for v in ("claim", "hear", "move", "fold", "speak", "keep")}


def test_a_line_names_the_moves(lines: list[dict[str, Any]], caplog: pytest.LogCaptureFixture):
    """In words that a person can read, and a program."""
    talk = Bot("grow", clock=FakeClock()).session("ada", id="s")
    for words in ("run 10k", "a medal", "9"):
        talk.say(words)
    assert lines[-1]["moves"] == ("goal -> reality",)
    assert 'session=s flow=grow stage=reality turn=3 moves="goal -> reality"' in caplog.text


def test_a_repeated_turn_and_a_refused_message_are_told(grow: Flow, lines: list[dict[str, Any]]):
    """What a person may do wrong is no warning."""
    talk = Bot(grow, clock=FakeClock()).session("ada", id="s")
    talk.say("run", key="k")
    talk.say("run", key="k")
    with pytest.raises(EmptyMessage):
        talk.say("  ")
    told = [(line["outcome"], line.get("error"), line["level"]) for line in lines]
    assert told == [
        ("kept", None, "INFO"),
        ("repeated", None, "INFO"),
        ("refused", "EmptyMessage", "INFO"),
    ]


def test_a_failure_is_a_warning_with_its_type(grow: Flow, lines: list[dict[str, Any]]):
    """And the verb in which it happened."""
    talk = talker(grow, hear=[GOAL], speak=[LlmDenied(f"no: {SECRET}")])
    with pytest.raises(LlmDenied):
        talk.say(WORDS)
    [line] = lines
    assert (line["outcome"], line["error"], line["at"]) == ("failed", "LlmDenied", "speak")
    assert line["level"] == "WARNING"


def test_a_failure_is_told_when_nothing_else_is(grow: Flow, caplog: pytest.LogCaptureFixture):
    """With the level that most programs have."""
    caplog.set_level(logging.WARNING, "coach.turns")
    talk = talker(grow, hear=[GOAL, GOAL], speak=[LlmDenied("gone"), "Good."])
    with pytest.raises(LlmDenied):
        talk.say(WORDS)
    talk.retry()
    told = [record.getMessage() for record in caplog.records if record.name == "coach.turns"]
    assert told == ["session=s outcome=failed error=LlmDenied"]


def test_who_comes_again_is_not_told_of(bot: Bot, lines: list[dict[str, Any]]):
    """A session that is busy for a moment is no failure."""
    talk = bot.session("ada", id="s")

    def busy() -> Any:
        raise SessionBusy("another turn is in flight")
        yield

    for patient in (False, True):
        with pytest.raises(SessionBusy):
            next(watched(busy(), talk.id, patient=patient))
    assert [line["error"] for line in lines] == ["SessionBusy"]


def test_neither_words_nor_secrets_are_logged(
    grow: Flow, store: SqlStore, caplog: pytest.LogCaptureFixture
):
    """At any level, by any logger of ours, whatever goes wrong and whatever a provider quotes."""
    caplog.set_level(logging.DEBUG)
    quoting = LlmUnavailable(f"bad request {WORDS!r} with key {SECRET}")
    hear = FailingLLM(quoting, times=3, then=ScriptedLLM(hear=[GOAL] * 20, speak=["Crown."] * 20))
    chain = LlmChain([hear, FailingLLM(quoting)], offline=True, retry=Retry(tries=2, first_pause=0))

    def summarise(request: object) -> str:
        raise ValueError(f"{WORDS} {SECRET}")

    bot = Bot(grow, store, llm=chain, clock=FakeClock(), summarise=summarise)
    talk = bot.session("ada", id="s")
    for _ in range(12):
        talk.say(WORDS)
    with pytest.raises(EmptyMessage):
        talk.say(" ")
    logged = " ".join(str(record.__dict__) for record in caplog.records if "coach" in record.name)
    assert "LlmUnavailable; again in" in logged
    assert "the next one is asked" in logged
    assert "the window stays as it is: ValueError" in logged
    for word in ("stole", "crown", "Crown", SECRET):
        assert word not in logged


# -- spans -----------------------------------------------------------------------------------


def test_a_turn_is_a_span_with_its_verbs_below(grow: Flow, spans: Any):
    """And the requests to an llm below those that made them."""
    talker(grow, hear=[GOAL], speak=["Good."]).say(WORDS)
    [turn] = spans.named("coach.turn")
    below = spans.below(turn)
    assert [span.name.removeprefix("coach.") for span in below] == [
        *("claim", "hear", "move", "fold", "speak", "keep")
    ]
    assert [span.name for span in spans.below(below[1])] == ["chat x"]
    assert [span.name for span in spans.below(below[4])] == ["chat x"]
    assert turn.attributes["coach.session"] == "s"
    assert turn.attributes["coach.stage"] == "goal"
    assert turn.attributes["coach.input_tokens"] == 200


def test_a_turn_belongs_to_what_its_application_traces(grow: Flow, spans: Any):
    """Also when its reply is streamed from a thread."""
    talk = talker(grow, hear=[GOAL, NOTHING], speak=["Good.", "Good."])
    with trace.get_tracer("host").start_as_current_span("request") as request:
        talk.say(WORDS)
        list(talk.stream(WORDS))
    parents = {span.parent.span_id for span in spans.named("coach.turn")}
    assert parents == {request.get_span_context().span_id}


def test_a_failure_is_an_error_of_its_spans(grow: Flow, spans: Any):
    """By type; what it said is nowhere."""
    talk = talker(grow, hear=[LlmDenied(f"no: {SECRET} {WORDS}")])
    with pytest.raises(LlmDenied):
        talk.say(WORDS)
    broken = [span.name for span in spans.all if span.attributes.get("error.type") == "LlmDenied"]
    assert broken == ["chat x", "coach.hear", "coach.turn"]
    assert all(not span.events for span in spans.all)


def test_what_was_said_is_in_no_span_unless_asked_for(
    grow: Flow, spans: Any, monkeypatch: pytest.MonkeyPatch
):
    """The operator says so, by COACH_TRACE_CONTENT."""
    talk = talker(grow, hear=[GOAL, NOTHING], speak=["Good.", "Fine."])
    talk.say(WORDS)
    assert "stole" not in str([span.to_json() for span in spans.all])
    monkeypatch.setenv("COACH_TRACE_CONTENT", "1")
    talk.say("And the sceptre.")
    turn, asked = spans.named("coach.turn")[-1], spans.named("chat x")[-1]
    assert turn.attributes["coach.text"] == "And the sceptre."
    assert turn.attributes["coach.reply"] == "Fine."
    assert WORDS in asked.attributes["gen_ai.input.messages"]
    assert "Fine." in asked.attributes["gen_ai.output.messages"]


def test_a_line_names_its_trace(grow: Flow, spans: Any, lines: list[dict[str, Any]]):
    """So that one is found by the other."""
    talker(grow, hear=[GOAL], speak=["Good."]).say(WORDS)
    [turn] = spans.named("coach.turn")
    assert lines[0]["trace_id"] == f"{turn.context.trace_id:032x}"
    assert lines[0]["span_id"] == f"{turn.context.span_id:016x}"


async def test_concurrent_sessions_are_not_mixed(
    grow: Flow, store: SqlStore, spans: Any, lines: list[dict[str, Any]]
):
    """Every span is below its own session's turn, in a trace of its own."""

    async def slowly(request: LlmRequest) -> Any:
        await asyncio.sleep(0.005)
        return NOTHING if request.output is not None else "Go on."

    bot = AsyncBot(grow, store, llm=slowly, clock=FakeClock())

    async def converse(number: int) -> None:
        talk = await bot.session(f"u{number}", id=f"s{number}")
        for _ in range(2):
            await talk.say("run")

    await asyncio.gather(*map(converse, range(20)))
    turns = spans.named("coach.turn")
    assert len(turns) == len({turn.context.trace_id for turn in turns}) == 40
    for turn in turns:
        below = spans.below(turn)
        assert len(below) == 6
        assert sum(len(spans.below(span)) for span in below) == 2
    sessions = defaultdict(set)
    for turn in turns:
        sessions[turn.attributes["coach.session"]].add(f"{turn.context.trace_id:032x}")
    assert len(sessions) == 20
    assert len(lines) == 40
    assert all(line["trace_id"] in sessions[line["session"]] for line in lines)
    await bot.close()


async def test_a_turn_that_is_cancelled_says_so(
    grow: Flow, spans: Any, lines: list[dict[str, Any]]
):
    """Nothing failed."""

    asked = asyncio.Event()

    async def forever(request: LlmRequest) -> str:
        asked.set()
        await asyncio.sleep(60)
        return ""

    bot = AsyncBot(grow, llm=forever, clock=FakeClock())
    talk = await bot.session("ada", id="s")
    task = asyncio.ensure_future(talk.say("run"))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(line["outcome"], line["level"]) for line in lines] == [("cancelled", "INFO")]
    assert spans.named("coach.turn")[0].status.is_unset
    await bot.close()
