"""What leaves the window becomes a summary, and nothing is lost on the way."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.flows.flow import Flow
from coach.prompting.summary import SummaryRequest
from coach.session import Session
from coach.stores.check import check
from coach.testing import FakeClock
from coach.vocabulary.commands import Correct
from coach.vocabulary.context_policy import ContextPolicy, SummaryPolicy, WindowPolicy
from coach.vocabulary.words import Role


def narrow(flow: Flow, strategy: str = "extractive", **window: Any) -> Flow:
    """The flow with a small window."""
    policy = ContextPolicy(
        window=WindowPolicy(**{"messages": 6, **window}), summary=SummaryPolicy(strategy=strategy)
    )
    return flow.model_copy(update={"context": policy})


def begun(flow: Flow, **options: Any) -> Session:
    talk = Bot(flow, clock=FakeClock(), **options).session("ada", id="s")
    for line in ("write my thesis", "a bound copy of 120 pages", "9", "3", "a diary", "no time"):
        talk.say(line)
    return talk


def shown(talk: Session) -> list[int]:
    return [message.seq for message in talk.context.conversation_history]


def test_the_start_of_the_window_moves_seldom(grow: Flow):
    """Over the mark it is trimmed once; the turns after it only add."""
    talk = begun(narrow(grow, messages=10, trim_to=0.5))
    starts = []
    for number in range(12):
        talk.say(f"change obstacle: no time in week {number}")
        starts.append(talk.context.window_start)
    assert len(set(starts)) < len(starts) / 2
    assert starts == sorted(starts)


def test_what_leaves_is_summed_up_on_the_page(grow: Flow):
    """With the range that is covered; the messages themselves stay in the store."""
    talk = begun(narrow(grow))
    context = talk.context
    last = context.summaries.frontier[-1]
    assert last.last_seq == context.window_start - 1
    assert "Person" in (context.summary or "")
    assert "120 pages" in talk.prompt
    assert len(talk.history()) == 13
    assert context.consolidated_summary == context.summary


def test_a_corrected_value_leaves_the_summary(grow: Flow):
    """At once when it is there already, and later when its message leaves the window."""
    talk = begun(narrow(grow))
    assert "thesis" in (talk.context.summary or "")
    talk.say("change goal: climb the Matterhorn")
    assert "thesis" not in (talk.context.summary or "")
    for number in range(8):
        talk.say(f"change obstacle: no rope in week {number}")
    summary = talk.context.summary or ""
    assert "thesis" not in summary
    assert not any(f"week {number}" in summary for number in range(6))
    assert check(talk.services.store).sound


VALUES = ["run ten kilometres", "climb the Matterhorn", "swim every day", "read War and Peace"]
STEPS = st.lists(
    st.sampled_from([*(f"change goal: {value}" for value in VALUES), "undo", "back", "9", "so"])
    | st.sampled_from([f"I used to think I want to {value}, you know" for value in VALUES]),
    max_size=20,
)


@given(steps=STEPS)
@settings(max_examples=25)
def test_a_summary_never_says_a_superseded_value(grow: Flow, steps: list[str]):
    """Whoever says it again, and whenever it left the window."""
    talk = Bot(narrow(grow), clock=FakeClock()).session("ada", id="s")
    for step in ("write my thesis", *steps):
        talk.say(step)
        context = talk.context
        gone = [words for words in context.superseded.values() if words]
        said = context.summary or ""
        assert not any(re.search(rf"\b{re.escape(words)}\b", said) for words in gone)
        covered = [s.last_seq for s in context.summaries.frontier]
        assert (covered[-1] if covered else 0) == context.window_start - 1
        withdrawn = {m.seq for m in talk.history() if m.withdrawn}
        lines = [line for s in context.summaries.values() for line in s.lines]
        assert not withdrawn & {line.seq for line in lines}
    assert check(talk.services.store).faults == ()


def failing(request: SummaryRequest) -> str:
    raise TimeoutError("the model is away")


failing.instant = True  # type: ignore[attr-defined]


def test_a_failing_summariser_loses_nothing(grow: Flow, caplog: pytest.LogCaptureFixture):
    """The window stays as it is, the coach goes on, the log says why; later it is tried again."""
    talk = begun(narrow(grow), summarise=failing)
    assert talk.context.window_start == 1
    assert talk.context.summary is None
    assert "the window stays as it is: TimeoutError" in caplog.text
    assert len([m for m in talk.prompt.messages if m.role is not Role.SYSTEM]) == 13
    mended = Bot(narrow(grow), talk.services.store, clock=FakeClock()).session("ada", id="s")
    mended.say("change obstacle: no rope")
    assert mended.context.window_start > 1
    assert check(talk.services.store).sound


def test_a_summariser_of_ones_own_gets_what_leaves(grow: Flow):
    """The hook for a language model: it may wait, and its text becomes lines of the summary."""
    asked: list[SummaryRequest] = []

    def summarise(request: SummaryRequest) -> str:
        asked.append(request)
        return f"They spoke of {len(request.messages)} things. It went well."

    talk = begun(narrow(grow), summarise=summarise)
    assert not talk.services.is_quick(understood=True)
    assert "They spoke of" in (talk.context.summary or "")
    assert all(request.messages for request in asked)
    assert check(talk.services.store).sound


def test_without_summaries_old_messages_are_just_not_shown(grow: Flow):
    """`strategy: none`."""
    talk = begun(narrow(grow, "none"))
    assert talk.context.window_start > 1
    assert talk.context.summary is None
    assert "120 pages" not in [m.content for m in talk.context.conversation_history]


def test_a_window_by_tokens(grow: Flow):
    """Both marks hold, whichever comes first."""
    talk = begun(narrow(grow, messages=None, tokens=80, trim_to=0.5))
    for number in range(10):
        turn = talk.say(f"change obstacle: no time in week {number}")
        past = [m for m in turn.prompt.messages if m.role is not Role.SYSTEM][:-1]
        assert sum(m.tokens for m in talk.history() if m.content in {p.content for p in past}) <= 90


def test_undo_leaves_the_window_and_drops_what_was_said(grow: Flow, make_bot: Callable[..., Bot]):
    """What was taken back is neither shown nor summed up."""
    talk = begun(narrow(grow))
    start = talk.context.window_start
    talk.say("change goal: climb the Matterhorn")
    talk.undo()
    assert talk.context.window_start >= start
    assert "Matterhorn" not in talk.prompt
    assert talk.context.value("goal") == "write my thesis"
    assert check(talk.services.store).sound


async def test_a_slow_summariser_holds_neither_a_transaction_nor_the_event_loop(
    grow: Flow, file_url: str
):
    """Also when the commands are given: others write meanwhile, and the loop goes on."""
    other = Bot("grow", file_url, clock=FakeClock())
    main, seen = threading.get_ident(), []

    def slow(request: SummaryRequest) -> str:
        seen.append(threading.get_ident())
        other.session(f"user {len(seen)}").say("write my thesis")
        return "It went well."

    bot = AsyncBot(narrow(grow), file_url, clock=FakeClock(), summarise=slow)
    talk = await bot.session("ada", id="s")
    for number in range(6):
        await talk.say(f"run {number}", heard=[Correct(field="goal", value=f"run {number} km")])
    assert seen
    assert main not in seen
    assert "It went well." in ((await talk.context()).summary or "")
