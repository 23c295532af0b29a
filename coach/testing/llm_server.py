"""A server of an llm of one's own: OpenAI's wire on 127.0.0.1, with faults on request.

    with FakeLlmServer("Hello.", Fault.rate_limited(1), "Hello again.") as server:
        bot = coach.Bot("grow", llm=f"openai_compatible:{server.url}#fake")

As a process of its own, which prints its address: `python -m coach.testing.llm_server --help`.
"""

import asyncio
import itertools
import json
import socket
import struct
import threading
from collections.abc import Coroutine, Iterable, Sequence
from inspect import isawaitable, iscoroutinefunction
from typing import Any, Self, TypeVar

from coach.errors import UnscriptedCall
from coach.testing.answers import Script, shown
from coach.testing.llm_demo import WORDS, Handler, Wired, demonstration
from coach.testing.llm_faults import Fault, failure
from coach.testing.llm_http import End, Received, Step, glancing, receive, whole
from coach.testing.llm_wire import Meter, WireRequest, plan, reply_to

HOST = "127.0.0.1"
PATIENCE = 30.0
GLANCE = 0.25  # seconds between two looks whether the client is still there
LARGEST = 1 << 16  # bytes of a request's head

WireAnswer = Wired | Handler
Result = TypeVar("Result")


class FakeLlmServer:
    """Answers POST /v1/chat/completions, with and without `stream`, and GET /v1/models.

    Answers are those of a ScriptedLLM, with a `Fault` for an error and functions of a
    `WireRequest`; when they are used up, `handler` answers each request, and without one the
    request is refused, and leaving the `with` raises UnscriptedCall, or what a function raised.
    `latency` is seconds before the first byte of an answer, `chunk_latency` before each chunk of
    a stream. A function is called in a thread of its own, unless it is async. Safe to use from
    any thread.
    """

    def __init__(
        self,
        *answers: WireAnswer,
        handler: Handler | None = None,
        latency: float = 0.0,
        chunk_latency: float = 0.0,
        port: int = 0,
    ) -> None:
        self.port = port
        self.latency = latency
        self.chunk_latency = chunk_latency
        self.abandoned = 0  # answers whose client went away
        self.problems: list[
            Exception
        ] = []  # requests nothing was prepared for, functions that fail
        self._handler = handler
        self._script: Script[WireAnswer] = Script(answers)
        self._requests: list[WireRequest] = []
        self._meter = Meter()
        self._connections: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base address, for `openai_compatible:{url}#fake`."""
        return f"http://{HOST}:{self.port}/v1"

    @property
    def requests(self) -> tuple[WireRequest, ...]:
        """Every request for an answer, in order."""
        return tuple(self._requests)

    @property
    def left(self) -> int:
        """How many prepared answers have not been used."""
        return len(self._script)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._connections)

    @classmethod
    def coach(
        cls,
        hear: Handler | None = None,
        words: Sequence[str] = WORDS,
        *,
        latency: float = 0.0,
        chunk_latency: float = 0.0,
        port: int = 0,
    ) -> Self:
        """A server that always answers: structured output by `hear`, or the least that is valid,
        and a text by one of `words`, in turn."""
        handler = demonstration(hear, words)
        return cls(handler=handler, latency=latency, chunk_latency=chunk_latency, port=port)

    def script(self, *answers: WireAnswer) -> None:
        """Prepare more answers, behind those that are left."""
        self._script.add(answers)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
        if self.problems and kind is None:
            raise self.problems[0]

    def start(self) -> None:
        """Listen; `port` is known from here on."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="coach-fake-llm", daemon=True
        )
        self._thread.start()
        self._do(self._listen())

    def kill(self) -> None:
        """Stop listening and cut every connection, in the middle of whatever it sends."""
        self._do(self._drop())

    def restart(self) -> None:
        """Listen again, on the same port, with what is left of the script."""
        self._do(self._drop())
        self._do(self._listen())

    def close(self) -> None:
        """End it. May be called twice."""
        if self._loop is None or self._thread is None:
            return
        self.kill()
        self._do(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()
        self._loop = self._thread = None

    def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        if self._loop is None:
            work.close()
            raise RuntimeError("the server is not running: call start()")
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("an async function of the server cannot stop it: use a sync one")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, HOST, self.port, limit=LARGEST, backlog=1024
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
        dropped = dict(self._connections)
        for task, writer in dropped.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*dropped, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # a coroutine of a server runs as a task
        self._connections[task] = writer
        try:
            while (received := await receive(reader)) is not None:
                if not await self._respond(received, reader, writer):
                    break
        except asyncio.CancelledError:
            pass
        finally:
            del self._connections[task]
            writer.close()

    async def _respond(
        self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether the connection is to go on."""
        for step in glancing(await self._steps(received), GLANCE):
            try:
                if not await _send(step, writer):
                    return False
            except ConnectionError:
                self.abandoned += 1
                return False
            if isinstance(step, float) and reader.at_eof():
                self.abandoned += 1
                return False
        return True

    async def _steps(self, received: Received) -> Iterable[Step]:
        """What to send, decided here; a plan is made while it is sent."""
        place = received.method, received.path.partition("?")[0].removeprefix("/v1")
        if place == ("GET", "/models"):
            return [whole(b'{"object": "list", "data": [{"id": "fake", "object": "model"}]}')]
        if place != ("POST", "/chat/completions"):
            return [failure(404, f"no such place: {received.method} {received.path}")]
        try:
            request = WireRequest(body=json.loads(received.body), headers=received.headers)
            said = shown(request.said)
        except (ValueError, AttributeError, TypeError):
            return [failure(400, "the body of a request is a JSON object with messages")]
        self._requests.append(request)
        return await self._answer(request, said)

    async def _answer(self, request: WireRequest, said: str) -> Iterable[Step]:
        try:
            made = await self._made(request, said)
        except Exception as error:
            self.problems.append(error)
            return [failure(400, str(error), code="unscripted")]
        if isinstance(made, Fault):
            return made.steps(request)
        reply = reply_to(request, made)
        usage = self._meter.usage(request, reply)
        return itertools.chain([self.latency], plan(request, reply, usage, self.chunk_latency))

    async def _made(self, request: WireRequest, said: str) -> Wired:
        """The next answer of the script, or the handler's."""
        answer = self._script.take()
        if answer is None:
            answer = self._handler
        if answer is None:
            used = self._script.taken
            raise UnscriptedCall(f"nothing is prepared for a request after {said} ({used} were)")
        if not callable(answer):
            return answer
        made: Any
        if iscoroutinefunction(answer):
            made = await answer(request)
        else:
            made = await asyncio.to_thread(answer, request)
        given: Wired = await made if isawaitable(made) else made
        return given


async def _send(step: Step, writer: asyncio.StreamWriter) -> bool:
    """Whether the connection stands afterwards."""
    if isinstance(step, bytes):
        writer.write(step)
        await writer.drain()
    elif isinstance(step, End):
        if step is End.RESET:
            line = writer.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return False
    else:
        await asyncio.sleep(step)
    return True


if __name__ == "__main__":
    from coach.testing.llm_process import main

    main()
