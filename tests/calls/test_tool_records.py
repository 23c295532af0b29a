"""Turns with tools in the record: more than two messages, taken back, moved and summed up whole."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.bot import Bot
from coach.record.message import Message
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeLlmServer, Pieces
from coach.testing.llms import ScriptedLLM
from coach.vocabulary.context_policy import ContextPolicy, WindowPolicy
from coach.vocabulary.llm import Completion, LlmMessage, LlmRequest, ToolCall
from coach.vocabulary.words import Role
from tests.calls.tooling import Tools, call, calls, coach

LOOK = [calls(call("weather", city="Oslo"), call("search", about="x"), text="Look:"), "Clear."]


def talking(store: SqlStore, turns: int, **policy: Any) -> tuple[Bot, Session, list[str]]:
    """A session of so many turns with two calls each, and the pages they had."""
    bot, _ = coach(Tools(), *LOOK * (turns + 4), store=store)
    if policy:
        window = ContextPolicy(window=WindowPolicy(**policy))
        flow = bot.flow.model_copy(update={"context": window}).using(bot.flow.registry)
        bot = Bot(flow, store, llm=ScriptedLLM(speak=LOOK * turns))
    talk = bot.session("ada", id="s")
    return bot, talk, [talk.say("hm?").prompt.text for _ in range(turns)]


def whole(messages: Sequence[Message | LlmMessage]) -> bool:
    """Whether each call has its result right behind it, and each result its call."""
    waiting: list[str] = []
    for message in messages:
        if message.role is Role.TOOL:
            if message.tool_call_id not in waiting:
                return False
            waiting.remove(str(message.tool_call_id))
        elif waiting:
            return False
        waiting += [call.id for call in message.tool_calls]
    return not waiting


def test_every_page_is_made_again_as_it_was(store: SqlStore) -> None:
    """Whatever tools have brought since."""
    _, talk, pages = talking(store, 4)
    assert [talk.page_at(n + 1).text for n in range(4)] == pages
    assert len(talk.history()) == 1 + 4 * 5
    assert check(store).sound


def test_undo_takes_all_messages_of_a_turn_back(store: SqlStore) -> None:
    """And the runs with them; what was found is gone from the page."""
    _, talk, _ = talking(store, 2)
    talk.undo()
    assert [m.seq for m in talk.history() if m.withdrawn] == [7, 8, 9, 10, 11]
    assert [run.revision for run in talk.context.tool_history] == [1, 1, 3, 3]
    assert check(store).sound


def test_a_rewind_and_a_fork_stand_at_the_end_of_a_turn(store: SqlStore) -> None:
    """With the runs and messages up to it."""
    _, talk, pages = talking(store, 3)
    twin = talk.fork(1, id="twin")
    talk.rewind(1)
    for other in (talk, twin):
        assert [run.id for run in other.context.tool_history] == ["t1", "t2"]
        assert [m.content for m in other.history() if not m.withdrawn][-1] == "Clear."
    assert twin.page_at(1).text == pages[0]
    assert check(store).sound


def test_a_file_holds_them(store: SqlStore, tmp_path: Path) -> None:
    """Out and in again, the pages are the same."""
    bot, talk, pages = talking(store, 2)
    talk.export_to(tmp_path / "s.jsonl")
    twin = bot.import_session(tmp_path / "s.jsonl", id="twin")
    assert [twin.page_at(n + 1).text for n in range(2)] == pages
    assert [m.tool_calls for m in twin.history()] == [m.tool_calls for m in talk.history()]
    assert check(store).sound


@pytest.mark.parametrize("most", [{"messages": 7}, {"tokens": 60}, {"messages": 5, "trim_to": 1.0}])
def test_a_window_never_parts_a_call_from_its_result(store: SqlStore, most: dict[str, Any]) -> None:
    """Wherever it begins; what has left it is summed up without what tools said."""
    bot, talk, pages = talking(store, 6, **most)
    shown = store.load_with_window("s").conversation_history
    assert whole(shown)
    assert len(shown) < len(talk.history())
    assert all(whole(request.messages) for request in bot.services.llm.chain.llms[0].requests)  # type: ignore[union-attr,attr-defined]
    assert "sky" not in (talk.context.summary or "")
    assert [talk.page_at(n + 1).text for n in range(6)] == pages
    assert check(store).sound


def test_an_audit_counts_the_calls(store: SqlStore) -> None:
    """Each once, and every message."""
    bot, _, _ = talking(store, 2)
    (line,) = bot.sessions("ada")
    assert (line.tool_calls, line.messages) == (4, 11)


NAMES = ("weather", "post", "stamp", "search", "crash", "nobody", "")
ARGUMENTS = ('{"city": "x"}', '{"to": "x"}', '{"about": "x"}', '{"how": "exit"}', "{", "[]", "")
made = st.builds(
    ToolCall,
    id=st.sampled_from(("", "1", "1", "2", "\0 odd")),
    name=st.sampled_from(NAMES),
    arguments=st.sampled_from(ARGUMENTS),
)
answers = st.one_of(
    st.just("Words."),
    st.lists(made, min_size=1, max_size=4).map(lambda some: calls(*some)),
    st.lists(made, min_size=1, max_size=4).map(lambda some: calls(*some, text="Wait.")),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(answers, max_size=5), min_size=1, max_size=3), st.booleans())
def test_whatever_is_called_pairs_stay_whole(turns: list[list[Any]], undo: bool) -> None:
    """In the record, in every request, on every page; and the store adds up."""
    sent = [_if_offered(answer) for turn in turns for answer in turn]
    bot, llm = coach(Tools(), *sent, *["End."] * 9, tool_rounds=3, tool_calls=5)
    talk = bot.session("ada", id="s")
    pages = [talk.say("hm?").prompt for _ in turns]
    assert [talk.page_at(n + 1).text for n in range(len(turns))] == [p.text for p in pages]
    if undo:
        talk.undo()
    assert whole(talk.history())
    assert all(whole(request.messages) for request in llm.requests)
    assert all(whole([m for m in talk.history() if m.revision == n]) for n in range(4))
    assert check(bot.store).sound
    bot.close()


def _if_offered(answer: Any) -> Callable[[LlmRequest], Any]:
    """What an llm says that calls tools only where it has some."""
    return lambda request: answer if request.tools else "End."


def test_over_the_wire_calls_come_in_fragments_and_results_go_back() -> None:
    """As a provider sends and takes them."""
    tools = Tools()
    sync, _ = coach(tools)
    with FakeLlmServer(
        ToolCall(id="call_9", name="weather", arguments='{"city": "Oslo", "days": 3}'),
        Completion(
            text="Wait.", tool_calls=(call("post", "p", to="Bo"), call("crash", "q", how="x"))
        ),
        Pieces(["Clear ", "skies."]),
    ) as server:
        bot = Bot(sync.flow, llm=f"openai_compatible:{server.url}#fake")
        reply = bot.session("ada").stream("hm?")
        assert "".join(reply) == "Wait.\n\nClear skies."
        assert reply.turn.reply == "Clear skies."
        bot.close()
    first, _, last = (request.body for request in server.requests)
    assert [tool["function"]["name"] for tool in first["tools"]][:2] == ["weather", "post"]
    assert [message["role"] for message in last["messages"][-5:]] == [
        "assistant", "tool", "assistant", "tool", "tool",
    ]  # fmt: skip
    assert last["messages"][-4]["tool_call_id"] == "call_9"
    assert last["messages"][-1]["content"] == "error: ValueError: no x"


def test_a_stage_without_tools_offers_none() -> None:
    """Its request has no list of them."""
    bot, llm = coach(Tools(), "On.", "Bye.")
    bot.session("ada").say("Oslo")
    assert llm.requests[0].tools == ()


def test_with_one_call_a_stage_with_tools_is_heard_first() -> None:
    """Another stage is heard and answered at once."""

    def asked(request: LlmRequest) -> Any:
        return {"commands": []} if request.output is not None else "Hm."

    bot, _ = coach(Tools(), calls="one", hear="llm")
    llm = ScriptedLLM(*[asked] * 4)
    turn = Bot(bot.flow, llm=llm).session("ada").say("hm?")
    assert [request.purpose for request in llm.requests] == ["hear", "speak"]
    assert turn.reply == "Hm."
