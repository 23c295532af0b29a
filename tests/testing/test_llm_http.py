"""HTTP as little as it takes."""

import asyncio

import pytest

from coach.testing.llm_http import End, chunk, events, glancing, receive, whole


async def received(data: bytes) -> object:
    reader = asyncio.StreamReader(limit=200)
    reader.feed_data(data)
    reader.feed_eof()
    return await receive(reader)


async def test_a_request_is_read() -> None:
    """Names of headers in lower case, and as much of a body as it says."""
    got = await received(b"POST /v1/x HTTP/1.1\r\nContent-Length: 2\r\nX-A:  b\r\n\r\n{}more")
    assert got is not None
    assert vars(got) == {
        "method": "POST",
        "path": "/v1/x",
        "headers": {"content-length": "2", "x-a": "b"},
        "body": b"{}",
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\n{}",
        b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n{}",
        b"x" * 500,
    ],
)
async def test_what_is_no_request_is_none(data: bytes) -> None:
    """The connection is closed then."""
    assert await received(data) is None


def test_a_response_says_its_length_or_comes_in_chunks() -> None:
    """A status need not be known."""
    assert whole(b"{}", 599).startswith(b"HTTP/1.1 599 Unknown\r\n")
    assert whole(b"{}").endswith(b"content-length: 2\r\n\r\n{}")
    assert b"transfer-encoding: chunked\r\n" in events()
    assert chunk(b"x" * 20) == b"14\r\n" + b"x" * 20 + b"\r\n"


def test_long_waits_are_cut_into_short_ones() -> None:
    """And those of no time are left out."""
    steps = list(glancing([b"a", 0, 0.5, 1, End.CLOSE], 0.5))
    assert steps == [b"a", 0.5, 0.5, 0.5, End.CLOSE]
