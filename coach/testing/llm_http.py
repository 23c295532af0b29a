"""HTTP/1.1 as little as a fake server of an llm needs: requests in, bytes out."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus

JSON = "application/json"
EVENTS = "text/event-stream; charset=utf-8"
LAST = b"0\r\n\r\n"


class End(Enum):
    """How a connection ends that does not end well."""

    CLOSE = "close"
    RESET = "reset"


Step = bytes | float | End
"""Bytes are sent, a number of seconds is waited, and an End ends the connection."""
Steps = Iterator[Step]


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request as it came: names of headers are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


async def receive(reader: asyncio.StreamReader) -> Received | None:
    """The next request of a connection; None when it was closed, or is no HTTP."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
        return None
    return Received(method=method, path=path, headers=headers, body=body)


def whole(
    body: bytes,
    status: int = 200,
    content_type: str = JSON,
    headers: Iterable[tuple[str, str]] = (),
) -> bytes:
    """A response whose length is known."""
    return _head(status, content_type, [*headers, ("content-length", str(len(body)))]) + body


def events() -> bytes:
    """The head of a response that is streamed."""
    return _head(200, EVENTS, [("cache-control", "no-cache"), ("transfer-encoding", "chunked")])


def chunk(data: bytes) -> bytes:
    """A piece of a streamed response."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def glancing(steps: Iterable[Step], longest: float) -> Steps:
    """The same steps, with no wait longer than that, and none of no time."""
    for step in steps:
        if isinstance(step, bytes | End):
            yield step
            continue
        left = float(step)
        while left > 0:
            yield min(left, longest)
            left -= longest


def _head(status: int, content_type: str, headers: Iterable[tuple[str, str]]) -> bytes:
    reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
    lines = [f"HTTP/1.1 {status} {reason}", f"content-type: {content_type}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
