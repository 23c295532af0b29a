"""A fake server of an llm, used through the client library that people use."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest

from coach.errors import UnscriptedCall
from coach.testing import FakeLlmServer, Fault, Pieces
from coach.vocabulary.llm import Completion, Finish, ToolCall, Usage

ASKED = [
    {"role": "system", "content": "You are a coach."},
    {"role": "user", "content": "I want to run."},
]
SEARCH = {"type": "function", "function": {"name": "search", "parameters": {"type": "object"}}}
OUTPUT = {
    "type": "function",
    "function": {"name": "heard", "parameters": {"type": "object", "required": []}},
}
CALL = ToolCall(id="call_7", name="search", arguments='{"query": "running shoes for rain"}')


@pytest.fixture
def server() -> Iterator[FakeLlmServer]:
    with FakeLlmServer() as server:
        yield server


def client(server: FakeLlmServer, **options: Any) -> openai.AsyncOpenAI:
    """One that never tries again by itself."""
    return openai.AsyncOpenAI(
        base_url=server.url, api_key="sk-secret-1234", **{"max_retries": 0, "timeout": 20} | options
    )


async def ask(server: FakeLlmServer, **options: Any) -> Any:
    async with client(server) as connection:
        return await connection.chat.completions.create(model="fake", messages=ASKED, **options)


async def streamed(
    server: FakeLlmServer, meanwhile: Callable[[], object] = int, **options: Any
) -> list[Any]:
    """All chunks; `meanwhile` is called after the first."""
    async with client(server) as connection:
        options = {"stream_options": {"include_usage": True}} | options
        stream = await connection.chat.completions.create(
            model="fake", messages=ASKED, stream=True, **options
        )
        first = await anext(stream)
        await asyncio.to_thread(meanwhile)
        return [first, *[chunk async for chunk in stream]]


def text_of(chunks: list[Any]) -> str:
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


async def test_a_text_is_answered(server: FakeLlmServer) -> None:
    """With usage, the name that was asked for, and a reason why it ended."""
    server.script("Why is that?")
    done = await ask(server, temperature=0.5)
    assert done.choices[0].message.content == "Why is that?"
    assert (done.choices[0].finish_reason, done.model) == ("stop", "fake")
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens > 0
    (request,) = server.requests
    assert (request.said, request.key, request.stream) == (
        "I want to run.",
        "sk-secret-1234",
        False,
    )
    assert request.body["temperature"] == 0.5


async def test_a_text_is_streamed_word_by_word(server: FakeLlmServer) -> None:
    """Then the reason, the usage if it is asked for, and the end."""
    server.script("Why is that?", Pieces(["Ho", "w", "?"]), "No usage.")
    first, second = await streamed(server), await streamed(server)
    assert [c.choices[0].delta.content for c in first[:-1]] == ["", "Why", " is", " that?", None]
    assert (first[-2].choices[0].finish_reason, first[-1].choices) == ("stop", [])
    assert first[-1].usage.completion_tokens > 0
    assert text_of(second) == "How?"
    assert all(chunk.usage is None for chunk in await streamed(server, stream_options={}))


async def test_usage_tells_what_was_cached(server: FakeLlmServer) -> None:
    """The prefix that an earlier request had too; or what the script says."""
    server.script("one", "two", Completion(text="three", usage=Usage(input_tokens=9)))
    long = [{"role": "system", "content": "Be kind. " * 400}, *ASKED[1:]]
    async with client(server) as connection:
        create = connection.chat.completions.create
        usages = [(await create(model="fake", messages=long)).usage for _ in range(3)]
    assert [usage.prompt_tokens_details.cached_tokens > 0 for usage in usages] == [0, 1, 0]
    assert usages[1].prompt_tokens_details.cached_tokens <= usages[1].prompt_tokens
    assert usages[2].prompt_tokens == 9


async def test_a_tool_is_called(server: FakeLlmServer) -> None:
    """With a text before it, if the script says so."""
    both = Completion(text="Let me see.", tool_calls=(CALL,), finish=Finish.TOOL_CALLS)
    server.script(CALL, both)
    first, second = await ask(server, tools=[SEARCH]), await ask(server, tools=[SEARCH])
    assert (first.choices[0].finish_reason, first.choices[0].message.content) == (
        "tool_calls",
        None,
    )
    assert second.choices[0].message.content == "Let me see."
    for done in (first, second):
        (call,) = done.choices[0].message.tool_calls
        assert (call.id, call.function.name) == ("call_7", "search")
        assert call.function.arguments == CALL.arguments


async def test_a_tool_call_is_streamed_in_fragments(server: FakeLlmServer) -> None:
    """Its name first, and only once; its arguments bit by bit, under its index."""
    other = ToolCall(id="call_8", name="search")
    server.script(Completion(tool_calls=(CALL, other), finish=Finish.TOOL_CALLS))
    deltas = [c.choices[0].delta for c in await streamed(server, tools=[SEARCH]) if c.choices]
    bits = [delta.tool_calls[0] for delta in deltas if delta.tool_calls]
    assert [(bit.index, bit.id) for bit in bits if bit.id] == [(0, "call_7"), (1, "call_8")]
    assert len([bit for bit in bits if bit.index == 0]) > 3
    for index, call in enumerate((CALL, other)):
        said = "".join(bit.function.arguments or "" for bit in bits if bit.index == index)
        assert said == call.arguments


async def test_structured_output_comes_in_the_form_that_was_asked_for(
    server: FakeLlmServer,
) -> None:
    """As the text of a format, or as the call of the tool that has to be called."""
    server.script(*[{"commands": [1]}] * 4)
    form = {"type": "json_schema", "json_schema": {"name": "heard", "schema": {"type": "object"}}}
    named = {"type": "function", "function": {"name": "heard"}}
    as_text = await ask(server, response_format=form)
    assert json.loads(as_text.choices[0].message.content) == {"commands": [1]}
    assert server.requests[0].schema == {"type": "object"}
    for choice in (named, "required"):
        done = await ask(server, tools=[SEARCH, OUTPUT], tool_choice=choice)
        (call,) = done.choices[0].message.tool_calls
        assert (call.function.name, call.function.arguments) == ("heard", '{"commands":[1]}')
    assert server.requests[1].schema == OUTPUT["function"]["parameters"]
    assert json.loads(text_of(await streamed(server, response_format=form))) == {"commands": [1]}


async def test_a_function_answers(server: FakeLlmServer) -> None:
    """Of the request as it was posted; one that blocks blocks nobody else."""
    free = threading.Event()

    def blocks(request: Any) -> str:
        free.wait(20)
        return "first"

    async def upper(request: Any) -> str:
        return request.said.upper()

    server.script(blocks, upper)
    waiting = asyncio.create_task(ask(server))
    while not server.requests:
        await asyncio.sleep(0.001)
    assert (await ask(server)).choices[0].message.content == "I WANT TO RUN."
    free.set()
    assert (await waiting).choices[0].message.content == "first"


async def test_its_llms_can_be_listed(server: FakeLlmServer) -> None:
    """There is one; other places are not there, and a body has to be JSON."""
    async with client(server) as connection:
        assert [one.id async for one in connection.models.list()] == ["fake"]
        with pytest.raises(openai.NotFoundError):
            await connection.embeddings.create(model="fake", input="x", encoding_format="float")
        with pytest.raises(openai.BadRequestError, match="JSON object"):
            await connection.post("/chat/completions", cast_to=object, content=b"[1]")


@pytest.mark.parametrize(
    ("answers", "error"), [((), UnscriptedCall), ((lambda request: 1 / 0,), ZeroDivisionError)]
)
async def test_what_nobody_prepared_is_refused_and_raised(answers: Any, error: Any) -> None:
    """At the latest when the server is left; and so is what a function raised."""
    server = FakeLlmServer(*answers)
    server.start()
    with pytest.raises(openai.BadRequestError):
        await ask(server)
    with pytest.raises(error):
        server.__exit__(None)


async def test_the_refusal_says_for_what_nothing_was_prepared(server: FakeLlmServer) -> None:
    """By the last words of the person."""
    with pytest.raises(openai.BadRequestError, match=r"after 'I want to run\.'"):
        await ask(server)
    server.problems.clear()


async def test_a_demo_always_answers() -> None:
    """The least that a schema allows, and words in turn."""
    schema = {
        "type": "object",
        "properties": {"commands": {"type": "array"}, "reply": {"type": "string"}},
        "required": ["commands", "reply"],
    }
    form = {"type": "json_schema", "json_schema": {"name": "heard", "schema": schema}}
    with FakeLlmServer.coach(words=["Why?", "How?"]) as server:
        heard = await ask(server, response_format=form)
        assert json.loads(heard.choices[0].message.content) == {"commands": [], "reply": "How?"}
        assert text_of(await streamed(server)) == "How?"


async def test_a_server_dies_in_the_middle_and_comes_back() -> None:
    """Every connection is cut, nobody can connect, and the port is the same afterwards."""
    with FakeLlmServer(Pieces.words("a b c d e f g", delay=0.05), "Back.") as server:
        url = server.url
        with pytest.raises(openai.APIConnectionError):
            await streamed(server, meanwhile=server.kill)
        with pytest.raises(openai.APIConnectionError):
            await ask(server)
        server.restart()
        assert (await ask(server)).choices[0].message.content == "Back."
        assert (server.url, server.left) == (url, 0)


async def test_a_function_may_kill_the_server_that_calls_it() -> None:
    """Unless it is async: that would wait for itself."""
    with FakeLlmServer() as server:

        async def stuck(request: Any) -> str:
            with pytest.raises(RuntimeError, match="use a sync one"):
                server.kill()
            return "Still there."

        def kills(request: Any) -> str:
            server.kill()
            return "Nobody hears this."

        server.script(stuck, kills)
        assert (await ask(server)).choices[0].message.content == "Still there."
        with pytest.raises(openai.APIConnectionError):
            await ask(server)


async def test_it_notices_a_client_that_leaves() -> None:
    """Between two chunks."""
    with FakeLlmServer(Pieces.words("a b c d e f g", delay=0.02)) as server:
        async with client(server) as connection:
            stream = await connection.chat.completions.create(
                model="fake", messages=ASKED, stream=True
            )
            await anext(stream)
            await stream.close()
        end = time.monotonic() + 20
        while not server.abandoned and time.monotonic() < end:
            await asyncio.sleep(0.005)
        assert server.abandoned == 1


async def test_many_streams_run_side_by_side() -> None:
    """None waits for another: fifty that take a quarter of a second each."""
    with FakeLlmServer.coach(words=["a b c d"], latency=0.05, chunk_latency=0.05) as server:
        async with client(server) as connection:

            async def one() -> str:
                stream = await connection.chat.completions.create(
                    model="fake", messages=ASKED, stream=True
                )
                return text_of([chunk async for chunk in stream])

            assert set(await asyncio.gather(*(one() for _ in range(50)))) == {"a b c d"}
        assert len(server.requests) == 50


def test_it_can_be_closed_twice_and_not_used_unless_started() -> None:
    """Starting is what `with` does."""
    server = FakeLlmServer()
    with pytest.raises(RuntimeError, match="call start"):
        server.kill()
    server.start()
    server.close()
    server.close()


async def test_a_status_can_be_any(server: FakeLlmServer) -> None:
    """And headers with it."""
    server.script(Fault.status(503, "Overloaded.", retry_after="3"))
    with pytest.raises(openai.InternalServerError, match="Overloaded") as caught:
        await ask(server)
    assert caught.value.response.headers["retry-after"] == "3"
