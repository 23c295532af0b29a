"""What a server of an llm does when it does not answer: every fault, as bytes on the wire."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from coach.errors import InputError, did_you_mean
from coach.testing.answers import Pieces
from coach.testing.llm_http import EVENTS, LAST, End, Step, Steps, chunk, events, whole
from coach.testing.llm_wire import Reply, WireRequest, choice, content, event, plan
from coach.vocabulary.llm import Usage

WORDS = "Tell me a little more about that."
DRIP = 16  # bytes

Planning = Callable[[WireRequest], Iterable[Step]]


@dataclass(frozen=True)
class Fault:
    """One fault: `FakeLlmServer(Fault.rate_limited(2), "Hello.")` fails once and then answers.

    `name` is what it is called in a script; `steps` what is sent, waited for and broken off.
    """

    name: str
    steps: Planning

    def __repr__(self) -> str:
        return f"<Fault {self.name}>"

    @staticmethod
    def named(name: str, **options: Any) -> "Fault":
        """A fault by its name, as a script on file has it. InputError for what there is not."""
        if name not in FAULTS:
            raise InputError(f"no fault is called {name!r}.{did_you_mean(name, FAULTS)}")
        try:
            return FAULTS[name](**options)
        except TypeError as error:
            raise InputError(f"fault {name!r}: {error}") from None

    @staticmethod
    def status(
        status: int = 500, message: str = "The server had an error.", **headers: str
    ) -> "Fault":
        """A status with a body of the usual form. `headers` such as `retry_after="2"`."""
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        kind = "server_error" if status >= 500 else "invalid_request_error"
        return _fixed("status", failure(status, message, kind, None, named))

    @staticmethod
    def rate_limited(retry_after: float | datetime | None = None) -> "Fault":
        """429: come again in so many seconds, or at a time of day (an aware datetime)."""
        when: list[tuple[str, str]] = []
        if isinstance(retry_after, datetime):
            when = [("retry-after", format_datetime(retry_after.astimezone(UTC), usegmt=True))]
        elif retry_after is not None:
            when = [("retry-after", f"{retry_after:g}")]
        text, code = "Rate limit reached for requests.", "rate_limit_exceeded"
        return _fixed("rate_limited", failure(429, text, "requests", code, when))

    @staticmethod
    def quota() -> "Fault":
        """429 that no waiting helps: the account has nothing left."""
        text, code = "You exceeded your current quota.", "insufficient_quota"
        return _fixed("quota", failure(429, text, code, code))

    @staticmethod
    def unauthorized() -> "Fault":
        """401, and the message repeats the key, as some servers do: nobody else may."""
        return Fault(
            "unauthorized",
            lambda request: [
                failure(401, f"Incorrect API key provided: {request.key}.", code="invalid_api_key")
            ],
        )

    @staticmethod
    def no_model() -> "Fault":
        """404: it has no such llm."""

        def steps(request: WireRequest) -> list[Step]:
            text = f"The model `{request.model}` does not exist or you do not have access to it."
            return [failure(404, text, code="model_not_found")]

        return Fault("no_model", steps)

    @staticmethod
    def context_too_long(limit: int = 8192) -> "Fault":
        """400: the messages are longer than it takes."""

        def steps(request: WireRequest) -> list[Step]:
            tokens = limit + sum(len(content(message)) for message in request.messages)
            text = f"This model's maximum context length is {limit} tokens. However, your messages "
            text += f"resulted in {tokens} tokens. Please reduce the length of the messages."
            return [failure(400, text, code="context_length_exceeded")]

        return Fault("context_too_long", steps)

    @staticmethod
    def malformed_json() -> "Fault":
        """200, and JSON that ends in the middle; a stream is no stream."""
        return _fixed("malformed_json", whole(b'{"id": "chatcmpl-0", "choices": ['))

    @staticmethod
    def malformed_sse() -> "Fault":
        """A stream with a good chunk and then one that is not JSON; without a stream, no JSON."""

        def steps(request: WireRequest) -> Steps:
            if request.stream:
                yield events()
                yield event({"id": "chatcmpl-0", "choices": [choice({"content": "Tell"})]})
                yield chunk(b'data: {"id": "chatcmpl-0", "choi\n\ndata: [DONE]\n\n')
                yield LAST
            else:
                yield whole(b"data: [DONE]\n\n", content_type=EVENTS)

        return Fault("malformed_sse", steps)

    @staticmethod
    def error_in_stream(text: str = WORDS, after: int = 2) -> "Fault":
        """A stream that says after so many pieces that it failed; without a stream, a 500."""

        def steps(request: WireRequest) -> Steps:
            if request.stream:
                yield from _first(request, text, after)
                yield event({"error": _problem("The server had an error.", "server_error")})
                yield LAST
            else:
                yield failure(500, "The server had an error.", "server_error")

        return Fault("error_in_stream", steps)

    @staticmethod
    def no_choices() -> "Fault":
        """200 and a list of no answers."""

        def steps(request: WireRequest) -> Steps:
            data = {"id": "chatcmpl-0", "created": 0, "model": request.model, "choices": []}
            if request.stream:
                yield events()
                yield event(data | {"object": "chat.completion.chunk"})
                yield chunk(b"data: [DONE]\n\n")
                yield LAST
            else:
                yield whole(json.dumps(data | {"object": "chat.completion"}).encode())

        return Fault("no_choices", steps)

    @staticmethod
    def empty() -> "Fault":
        """An answer without a word."""
        return _answer("empty", Reply(pieces=Pieces([])))

    @staticmethod
    def refusal(text: str = "I can't help with that.") -> "Fault":
        """It would not answer, in the field that is meant for it."""
        return _answer("refusal", Reply(pieces=Pieces.words(text), refuses=True))

    @staticmethod
    def filtered(text: str = "") -> "Fault":
        """Its filter stopped it, after these words."""
        return _answer("filtered", Reply(pieces=Pieces.words(text), finish="content_filter"))

    @staticmethod
    def cut_short(text: str = "Tell me a little") -> "Fault":
        """It reached the most tokens that it may write."""
        return _answer("cut_short", Reply(pieces=Pieces.words(text), finish="length"))

    @staticmethod
    def reset() -> "Fault":
        """The connection is reset before there is a byte."""
        return _fixed("reset", End.RESET)

    @staticmethod
    def breaks_off(text: str = WORDS, after: int = 2) -> "Fault":
        """The connection is closed after so many pieces; without a stream, amid the body."""
        return _answer("breaks_off", Reply(pieces=Pieces.words(text, stops_after=after)))

    @staticmethod
    def hang(seconds: float = 60.0) -> "Fault":
        """No byte for so long, and then the connection is closed."""
        return _fixed("hang", seconds, End.CLOSE)

    @staticmethod
    def stalls(text: str = WORDS, after: int = 2, seconds: float = 60.0) -> "Fault":
        """So many pieces, then nothing for so long, and then the connection is closed."""

        def steps(request: WireRequest) -> Steps:
            yield from _first(request, text, after)
            yield seconds
            yield End.CLOSE

        return Fault("stalls", steps)

    @staticmethod
    def drip(text: str = WORDS, seconds: float = 0.05) -> "Fault":
        """A good answer, 16 bytes at a time and so long between them."""

        def steps(request: WireRequest) -> Steps:
            good = _steps(request, Reply(pieces=Pieces.words(text)))
            data = b"".join(step for step in good if isinstance(step, bytes))
            for at in range(0, len(data), DRIP):
                yield seconds
                yield data[at : at + DRIP]

        return Fault("drip", steps)

    @staticmethod
    def wrong_type() -> "Fault":
        """200 and a page for people, as a proxy in between would send it."""
        page = b"<html><body>Sign in to the network</body></html>"
        return _fixed("wrong_type", whole(page, content_type="text/html"))


FAULTS: dict[str, Callable[..., Fault]] = {
    name: getattr(Fault, name)
    for name, kind in vars(Fault).items()
    if isinstance(kind, staticmethod) and name != "named"
}


def _fixed(name: str, *steps: Step) -> Fault:
    return Fault(name, lambda _: steps)


def _answer(name: str, reply: Reply) -> Fault:
    return Fault(name, lambda request: _steps(request, reply))


def _steps(request: WireRequest, reply: Reply) -> Steps:
    return plan(request, reply, Usage(input_tokens=1, output_tokens=len(reply.pieces.pieces)))


def _first(request: WireRequest, text: str, after: int) -> Steps:
    """The first pieces of an answer, and no end."""
    reply = Reply(pieces=Pieces.words(text, stops_after=after))
    for step in _steps(request, reply):
        if step is not End.CLOSE:
            yield step
        else:
            return


def _problem(message: str, kind: str, code: str | None = None) -> dict[str, str | None]:
    return {"message": message, "type": kind, "param": None, "code": code}


def failure(
    status: int,
    message: str,
    kind: str = "invalid_request_error",
    code: str | None = None,
    headers: Iterable[tuple[str, str]] = (),
) -> bytes:
    body = json.dumps({"error": _problem(message, kind, code)})
    return whole(body.encode(), status, headers=headers)
