"""Chat completions sent as they are: the wire is the same, the work is less."""

from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest
from openai.types.chat import ChatCompletionChunk

from coach.llms.posting import Chunk, posting
from coach.testing import FakeLlmServer

RESPONSE = httpx2.Response(200)
CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
ASKED: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "user", "content": "Hello."}],
    "tools": openai.omit,
    "max_tokens": 5,
    "timeout": 10,
    "extra_body": {"top_k": 3},
    "extra_headers": {"x-who": "ada"},
}


@pytest.fixture
def server() -> Iterator[FakeLlmServer]:
    with FakeLlmServer.coach(words=["one two"]) as server:
        yield server


@pytest.mark.parametrize("stream", [False, True])
async def test_the_wire_is_the_library_s(server: FakeLlmServer, stream: bool) -> None:
    """Body and headers, and the answer too."""
    answers = list[Any]()
    for made in (lambda client: client, posting):
        async with openai.AsyncOpenAI(base_url=server.url, api_key="k", max_retries=0) as client:
            answer: Any = await made(client).chat.completions.create(**ASKED, stream=stream)
            if stream:
                answer = [
                    (type(one), one.choices[:1] and one.choices[0].delta) async for one in answer
                ]
            else:
                answer = answer.choices[0].message
            answers.append(answer)
    theirs, ours = server.requests
    assert ours.body == theirs.body
    assert ours.headers == theirs.headers
    assert answers[0] == answers[1]


def test_a_chunk_that_keeps_to_its_type_is_one() -> None:
    """With what the type does not know."""
    chunk = Chunk.build(response=RESPONSE, data={**CHUNK, "more": 1})
    assert isinstance(chunk, ChatCompletionChunk)
    assert chunk.model_extra == {"more": 1}


@pytest.mark.parametrize("odd", [{"choices": None}, {"created": "x"}, {"choices": [{"delta": {}}]}])
def test_a_chunk_of_a_server_of_its_own_ways_is_made_do_with(odd: dict[str, Any]) -> None:
    """As the library does."""
    data = {**CHUNK, **odd}
    assert Chunk.build(response=RESPONSE, data=data) == ChatCompletionChunk.construct(**data)


def test_what_is_no_chunk_stays_what_it_is() -> None:
    """Whoever reads it says so."""
    assert Chunk.build(response=RESPONSE, data=[1]) == [1]
