"""An llm behind pydantic-ai, over the real wire."""

import asyncio
import gc
import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import JsonValue, SecretStr
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.settings import ModelSettings

from coach.errors import (
    ContextTooLong,
    LlmDenied,
    LlmEmpty,
    LlmError,
    LlmInterrupted,
    LlmOutputInvalid,
    LlmRateLimited,
    LlmRefused,
    LlmUnavailable,
)
from coach.llms.addresses import open_llm
from coach.llms.clients import Client, Clients
from coach.llms.limits import LlmLimits
from coach.llms.pydantic_ai import PydanticAiLlm
from coach.testing import FakeLlmServer, Fault
from coach.vocabulary.llm import (
    Completion,
    Finish,
    LlmMessage,
    LlmRequest,
    OutputSpec,
    Purpose,
    Tell,
    ToolCall,
    ToolSpec,
    Usage,
)
from coach.vocabulary.words import Role

KEY = SecretStr("sk-pa55word-pa55word")
SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "properties": {"goal": {"type": "string"}},
    "required": ["goal"],
    "additionalProperties": False,
}
HEARD = OutputSpec(name="heard", description="What was understood.", parameters=SCHEMA)
LOOK = ToolSpec(name="look", description="Looks something up.", parameters=SCHEMA)


@pytest.fixture
def server() -> Iterator[FakeLlmServer]:
    with FakeLlmServer() as server:
        yield server


def llm_at(server: FakeLlmServer, **limits: Any) -> PydanticAiLlm:
    address = f"openai_compatible:{server.url}#fake"
    llm = open_llm(address, key=KEY, limits=LlmLimits(**limits), env={})
    assert isinstance(llm, PydanticAiLlm)
    return llm


def asking(text: str = "I want to run.", **more: Any) -> LlmRequest:
    messages = (
        LlmMessage(role=Role.SYSTEM, content="You are a coach."),
        LlmMessage(role=Role.USER, content=text),
    )
    return LlmRequest(**{"purpose": Purpose.SPEAK, "messages": messages} | more)


async def both(server: FakeLlmServer, request: LlmRequest) -> tuple[Completion, list[str]]:
    """The answer, streamed, and what was told; without a stream the answer is the same."""
    llm, told = llm_at(server), list[str]()
    streamed = await llm.answer(request, told.append)
    whole = await llm.answer(request)
    assert whole.text == streamed.text
    assert [(c.name, c.arguments) for c in whole.tool_calls] == [
        (c.name, c.arguments) for c in streamed.tool_calls
    ]
    assert whole.finish == streamed.finish
    return streamed, told


async def test_an_answer_is_told_as_it_comes(server: FakeLlmServer) -> None:
    """Piece by piece, with usage, the name of who answered, and why it ended."""
    used = Usage(input_tokens=40, cached_tokens=16, output_tokens=5)
    server.script(*2 * [Completion(text="Why is that so?", usage=used)])
    answer, told = await both(server, asking())
    assert told == ["Why", " is", " that", " so?"]
    assert answer == Completion(text="Why is that so?", usage=used, model="fake")


async def test_the_page_goes_out_as_it_is(server: FakeLlmServer) -> None:
    """Every message in its place and role, calls and their results in pairs."""
    server.script("Good.")
    call = ToolCall(id="c1", name="look", arguments='{"goal": "run"}')
    page = (
        LlmMessage(role=Role.SYSTEM, content="You are a coach.", cache=True),
        LlmMessage(role=Role.USER, content="Hello."),
        LlmMessage(role=Role.ASSISTANT, content="One moment.", tool_calls=(call,)),
        LlmMessage(role=Role.TOOL, content="Shoes.", tool_call_id="c1"),
        LlmMessage(role=Role.SYSTEM, content="Ask for the goal."),
        LlmMessage(role=Role.TOOL, content="Rain."),
        LlmMessage(role=Role.USER, content="And now <system>?"),
    )
    await llm_at(server).answer(asking(messages=page))
    sent = list(server.requests[0].messages)
    function = {"name": "look", "arguments": '{"goal":"run"}'}
    assert sent == [
        {"role": "system", "content": "You are a coach."},
        {"role": "user", "content": "Hello."},
        {
            "role": "assistant",
            "content": "One moment.",
            "tool_calls": [{"id": "c1", "type": "function", "function": function}],
        },
        {"role": "tool", "content": "Shoes.", "tool_call_id": "c1"},
        {"role": "system", "content": "Ask for the goal."},
        {"role": "user", "content": "<tool_result>\nRain.\n</tool_result>"},
        {"role": "user", "content": "And now <system>?"},
    ]


async def test_an_output_is_asked_for_by_its_schema(server: FakeLlmServer) -> None:
    """And comes as JSON text, told as it comes too."""
    server.script(*2 * [{"goal": "run a marathon in May"}])
    answer, told = await both(server, asking(output=HEARD))
    assert json.loads(answer.text) == {"goal": "run a marathon in May"}
    assert "".join(told) == answer.text
    assert len(told) > 1
    form = server.requests[0].body["response_format"]["json_schema"]
    assert (form["name"], form["schema"]["properties"]) == ("heard", SCHEMA["properties"])
    assert "tools" not in server.requests[0].body


async def test_without_schemas_an_output_is_a_tools_call(server: FakeLlmServer) -> None:
    """Its arguments are the text, and it is no tool call of the answer."""
    llm = llm_at(server)
    client = await llm._clients.get()
    client.model.profile["supports_json_schema_output"] = False
    server.script(*2 * [{"goal": "run a marathon in May"}])
    told: list[str] = []
    answer = await llm.answer(asking(output=HEARD), told.append)
    assert json.loads(answer.text) == {"goal": "run a marathon in May"}
    assert "".join(told) == answer.text
    assert (answer.tool_calls, answer.finish) == ((), Finish.STOP)
    assert server.requests[0].output_tool == "heard"
    assert (await llm.answer(asking(output=HEARD))).text == answer.text


async def test_tools_may_be_called(server: FakeLlmServer) -> None:
    """With their arguments as they were written."""
    call = ToolCall(id="c1", name="look", arguments='{"goal": "running shoes for rain"}')
    server.script(*2 * [Completion(text="I look.", tool_calls=(call,), finish=Finish.TOOL_CALLS)])
    answer, told = await both(server, asking(tools=(LOOK,)))
    assert (answer.text, answer.tool_calls) == ("I look.", (call,))
    assert answer.finish is Finish.TOOL_CALLS
    assert "".join(told) == "I look."
    (tool,) = server.requests[0].body["tools"]
    assert tool["function"]["name"] == "look"
    assert tool["function"]["description"] == "Looks something up."


async def test_an_answer_has_a_bound(server: FakeLlmServer) -> None:
    """The request's, or the one of the limits; one that reached it says so."""
    server.script(*3 * [Fault.cut_short("Tell me a little")])
    llm = llm_at(server, max_tokens=50)
    answer = await llm.answer(asking())
    await llm.answer(asking(max_tokens=7), str)
    assert (answer.text, answer.finish) == ("Tell me a little", Finish.LENGTH)
    assert [request.body["max_tokens"] for request in server.requests] == [50, 7]


FAULTS = [
    (Fault.status(500), LlmUnavailable),
    (Fault.status(503), LlmUnavailable),
    (Fault.status(400), LlmDenied),
    (Fault.rate_limited(2), LlmRateLimited),
    (Fault.quota(), LlmDenied),
    (Fault.unauthorized(), LlmDenied),
    (Fault.no_model(), LlmDenied),
    (Fault.context_too_long(), ContextTooLong),
    (Fault.malformed_json(), LlmOutputInvalid),
    (Fault.wrong_type(), LlmOutputInvalid),
    (Fault.empty(), LlmEmpty),
    (Fault.cut_short(""), LlmEmpty),
    (Fault.refusal(), LlmRefused),
    (Fault.filtered(), LlmRefused),
    (Fault.reset(), LlmUnavailable),
    (Fault.hang(0.05), LlmUnavailable),
]


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=repr)
async def test_what_fails_on_the_wire_is_an_error_of_ours(
    server: FakeLlmServer, fault: Fault, kind: type[LlmError], streamed: bool
) -> None:
    """It names the llm, nothing of the library hangs on it, and it was asked once."""
    server.script(fault, "Not to be asked for.")
    llm = llm_at(server)
    with pytest.raises(LlmError) as caught:
        await llm.answer(asking(), str if streamed else None)
    assert type(caught.value) is kind
    assert repr(llm.name) in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert len(server.requests) == 1


@pytest.mark.parametrize(("tell", "kind"), [(None, LlmEmpty), (str, LlmUnavailable)])
async def test_an_answer_of_no_choices_is_none(
    server: FakeLlmServer, tell: Tell | None, kind: type[LlmError]
) -> None:
    """In a stream it has no end, so that it may as well have broken off."""
    server.script(Fault.no_choices())
    with pytest.raises(kind):
        await llm_at(server).answer(asking(), tell)


BREAKS = [
    Fault.malformed_sse(),
    Fault.error_in_stream(),
    Fault.breaks_off(),
    Fault.stalls(seconds=0.05),
]


@pytest.mark.parametrize("fault", BREAKS, ids=repr)
async def test_a_stream_that_breaks_keeps_its_first_words(
    server: FakeLlmServer, fault: Fault
) -> None:
    """They are those that were told."""
    server.script(fault, "Not to be asked for.")
    told: list[str] = []
    with pytest.raises(LlmInterrupted) as caught:
        await llm_at(server).answer(asking(), told.append)
    assert caught.value.partial == "".join(told)
    assert caught.value.partial.startswith("Tell")
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", BREAKS, ids=repr)
async def test_an_answer_that_nobody_heard_broke_before_its_first_word(
    server: FakeLlmServer, fault: Fault
) -> None:
    """Without a stream it may be asked again."""
    server.script(fault)
    with pytest.raises((LlmUnavailable, LlmOutputInvalid)) as caught:
        await llm_at(server, silence_seconds=5).answer(asking())
    assert not isinstance(caught.value, LlmInterrupted)


async def test_a_stream_without_an_end_broke_off(server: FakeLlmServer) -> None:
    """On the wires of other providers too, whose streams may just stop."""

    async def stops(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str]:
        yield "Tell me"

    llm = llm_at(server)
    model = FunctionModel(stream_function=stops)
    client = Client(model=model, opened=nullcontext(), settings=ModelSettings())
    llm._clients = Clients(lambda: client)
    with pytest.raises(LlmInterrupted) as caught:
        await llm.answer(asking(), str)
    assert caught.value.partial == "Tell me"


async def test_a_server_that_is_not_there_is_said_to_be(server: FakeLlmServer) -> None:
    """With the reason: nobody listens, or no such host."""
    server.kill()
    with pytest.raises(LlmUnavailable, match="cannot be reached: 'connection refused'"):
        await llm_at(server).answer(asking())
    llm = open_llm("openai_compatible:http://nowhere.invalid#a", env={})
    with pytest.raises(LlmUnavailable, match="cannot be reached"):
        await llm.answer(asking())


async def test_silence_has_an_end(server: FakeLlmServer) -> None:
    """Before the first byte, between two, and for the whole."""
    server.script(Fault.hang(30), Fault.stalls(seconds=30), Fault.drip(seconds=0.05))
    impatient = llm_at(server, silence_seconds=0.2)
    with pytest.raises(LlmUnavailable, match="did not answer in time"):
        await impatient.answer(asking())
    with pytest.raises(LlmInterrupted, match="did not answer in time"):
        await impatient.answer(asking(), str)
    with pytest.raises(LlmUnavailable, match="did not answer in time"):
        await llm_at(server, seconds=0.3).answer(asking())


@pytest.mark.parametrize(
    ("wait", "least", "most"),
    [(2, 2, 2), (1.5, 1.5, 1.5), (None, None, None), (timedelta(seconds=90), 1, 90)],
)
async def test_a_limit_says_when_to_come_again(
    server: FakeLlmServer, wait: Any, least: float | None, most: float | None
) -> None:
    """In seconds, or at a time of day."""
    when = datetime.now(UTC) + wait if isinstance(wait, timedelta) else wait
    server.script(Fault.rate_limited(when))
    with pytest.raises(LlmRateLimited) as caught:
        await llm_at(server).answer(asking())
    if least is None or most is None:
        assert caught.value.retry_after is None
    else:
        assert least <= (caught.value.retry_after or 0) <= most


async def until(met: Callable[[], bool]) -> None:
    while not met():
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("fault", [Fault.stalls(), Fault.hang()], ids=repr)
async def test_cancelling_closes_the_stream_at_once(server: FakeLlmServer, fault: Fault) -> None:
    """Amid the words or before: the server sees its client go, and the next one is answered."""
    server.script(fault, "Good.")
    llm, told = llm_at(server), list[str]()
    asked = asyncio.create_task(llm.answer(asking(), told.append))
    await until(lambda: bool(server.requests) and (bool(told) or fault.name == "hang"))
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await until(lambda: server.abandoned == 1)
    assert (await llm.answer(asking())).text == "Good."


async def test_who_is_told_may_fail(server: FakeLlmServer) -> None:
    """That is no fault of the llm, and comes as it is."""
    server.script("Tell me a little more.", "Good.")

    def fails(piece: str) -> None:
        raise KeyError(piece)

    llm = llm_at(server)
    with pytest.raises(KeyError, match="Tell"):
        await llm.answer(asking(), fails)
    assert (await llm.answer(asking())).text == "Good."


async def test_a_connection_is_used_again(server: FakeLlmServer) -> None:
    """By requests of one loop, until it is closed."""
    server.script(*4 * ["Good."])
    llm = llm_at(server)
    for _ in range(3):
        await llm.answer(asking(), str)
    assert server.connections == 1
    await llm.aclose()
    await until(lambda: server.connections == 0)
    assert (await llm.answer(asking())).text == "Good."


def test_a_loop_closes_what_was_opened_on_it(server: FakeLlmServer) -> None:
    """So one llm serves several loops, one after the other and beside each other."""
    server.script(*12 * ["Good."])
    llm = llm_at(server)

    async def several() -> list[Completion]:
        return await asyncio.gather(*(llm.answer(asking(), str) for _ in range(3)))

    for _ in range(2):
        assert {a.text for a in asyncio.run(several())} == {"Good."}
        asyncio.run(until(lambda: server.connections == 0))
    assert not llm._clients._open

    async def beside() -> list[list[Completion]]:
        other = asyncio.to_thread(asyncio.run, several())
        return await asyncio.gather(several(), other)

    assert [len(answers) for answers in asyncio.run(beside())] == [3, 3]


async def test_an_llm_that_nobody_holds_lets_its_connections_go(server: FakeLlmServer) -> None:
    """Without a warning."""
    server.script("Good.")
    llm = llm_at(server)
    await llm.answer(asking(), str)
    assert server.connections == 1
    del llm
    gc.collect()
    await until(lambda: server.connections == 0)


async def test_a_server_of_ones_own_gets_nothing_that_is_meant_for_openai(
    server: FakeLlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its key nor what else the environment says about it."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-theirs")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-theirs")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-theirs")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: theirs\nX-Own: theirs")
    server.script(*3 * ["Good."])
    host = server.url.removeprefix("http://")
    for url, key in ((host, KEY), (host, None), (f"ada:theirpa55@{host}", KEY)):
        llm = open_llm(f"openai_compatible:http://{url}#fake", key=key)
        await llm.answer(asking())
    plain, keyless, basic = (request.headers for request in server.requests)
    assert plain["authorization"] == f"Bearer {KEY.get_secret_value()}"
    assert "theirs" not in keyless.get("authorization", "")
    assert basic["authorization"].startswith("Basic ")
    assert "theirs" not in f"{server.requests}"


async def test_openai_and_ollama_are_asked_at_their_address(server: FakeLlmServer) -> None:
    """As their variables have it, each with its own key."""
    server.script(*2 * ["Good."])
    openai = open_llm(
        "openai:fake", key=KEY, env={"OPENAI_API_KEY": "sk-own", "OPENAI_BASE_URL": server.url}
    )
    base = server.url.removesuffix("/v1")
    ollama = open_llm("ollama:fake:1b", env={"OLLAMA_BASE_URL": base})
    assert (await openai.answer(asking(max_tokens=9))).text == "Good."
    assert (await ollama.answer(asking(max_tokens=9))).text == "Good."
    first, second = server.requests
    assert (first.key, first.body["max_completion_tokens"]) == ("sk-own", 9)
    assert (second.model, second.body["max_tokens"]) == ("fake:1b", 9)


SECRET = "pa55word"


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    "fault",
    [*(fault for fault, _ in FAULTS), *BREAKS, Fault.status(400, f"the key sk-{SECRET} is bad")],
    ids=repr,
)
async def test_no_error_and_no_log_shows_a_secret(
    server: FakeLlmServer, fault: Fault, streamed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Not by its text, its traceback with all that led to it, or a log at its most talkative."""
    server.script(fault)
    caplog.set_level(logging.DEBUG)
    host = server.url.removeprefix("http://")
    llm = open_llm(f"openai_compatible:http://ada:{SECRET}@{host}#fake", key=KEY)
    with pytest.raises(LlmError) as caught:
        await llm.answer(asking(), str if streamed else None)
    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = [str(caught.value), repr(caught.value), repr(vars(caught.value)), *trace.format()]
    shown += [caplog.text, repr(llm), llm.name]
    assert SECRET not in "".join(shown)
    assert "ada" not in llm.name
