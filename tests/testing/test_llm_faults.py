"""Every fault of a fake llm, as the client library that people use meets it."""

from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any

import openai
import pytest

from coach.errors import InputError
from coach.testing import FakeLlmServer, Fault
from coach.testing.llm_faults import FAULTS

LOST = openai.APIConnectionError
RAISES = [
    (Fault.status(500), openai.InternalServerError, "had an error"),
    (Fault.rate_limited(2), openai.RateLimitError, "Rate limit"),
    (Fault.quota(), openai.RateLimitError, "quota"),
    (Fault.unauthorized(), openai.AuthenticationError, "sk-secret"),
    (Fault.no_model(), openai.NotFoundError, "`fake` does not exist"),
    (Fault.context_too_long(500), openai.BadRequestError, "maximum context length is 500 tokens"),
    (Fault.reset(), LOST, "Connection error"),
    (Fault.breaks_off(), LOST, "Connection error"),
    (Fault.hang(0.05), LOST, "Connection error"),
    (Fault.stalls(seconds=0.05), LOST, "Connection error"),
    (Fault.error_in_stream(), openai.APIError, "had an error"),
]
ANSWERS = [
    (Fault.empty(), "", "stop"),
    (Fault.refusal("No."), "No.", "stop"),
    (Fault.filtered("Tell"), "Tell", "content_filter"),
    (Fault.cut_short("Tell me"), "Tell me", "length"),
    (Fault.drip("Tell me more.", 0.0005), "Tell me more.", "stop"),
]
STRANGE = [
    (Fault.malformed_json(), False, JSONDecodeError),
    (Fault.malformed_json(), True, None),
    (Fault.malformed_sse(), False, str),
    (Fault.malformed_sse(), True, JSONDecodeError),
    (Fault.no_choices(), False, []),
    (Fault.no_choices(), True, None),
    (Fault.wrong_type(), False, str),
    (Fault.wrong_type(), True, None),
]


async def ask(fault: Fault, stream: bool, told: list[Any] | None = None) -> Any:
    """What an answer is without a stream; with one, its choices are told."""
    connecting: dict[str, Any] = {"api_key": "sk-secret", "max_retries": 0, "timeout": 20}
    with FakeLlmServer(fault) as server:
        async with openai.AsyncOpenAI(base_url=server.url, **connecting) as client:
            done: Any = await client.chat.completions.create(
                model="fake",
                messages=[{"role": "user", "content": "I want to run."}],
                stream=stream,
            )
            if not stream:
                return done
            async for chunk in done:
                (told if told is not None else []).extend(chunk.choices)
    return None


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("fault", "error", "text"), RAISES, ids=str)
async def test_a_fault_is_an_error(fault: Fault, error: Any, text: str, stream: bool) -> None:
    """With and without a stream."""
    with pytest.raises(error, match=text) as caught:
        await ask(fault, stream)
    assert caught.type is error or error is openai.APIError


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("fault", "text", "finish"), ANSWERS, ids=str)
async def test_a_fault_is_an_answer_that_does_not_help(
    fault: Fault, text: str, finish: str, stream: bool
) -> None:
    """It says why it ended."""
    told: list[Any] = []
    done = await ask(fault, stream, told)
    said = [choice.delta for choice in told] if stream else [done.choices[0].message]
    assert "".join(one.content or one.refusal or "" for one in said) == text
    assert (told if stream else done.choices)[-1].finish_reason == finish
    assert any(one.refusal for one in said) == (fault.name == "refusal")


@pytest.mark.parametrize(("fault", "stream", "comes"), STRANGE)
async def test_a_fault_is_nothing_that_was_asked_for(
    fault: Fault, stream: bool, comes: Any
) -> None:
    """The library itself is lost then, or hands on what it got."""
    if comes is JSONDecodeError:
        with pytest.raises(JSONDecodeError):
            await ask(fault, stream)
        return
    done = await ask(fault, stream)
    assert (isinstance(done, str) if comes is str else (done and done.choices) == comes) is True


@pytest.mark.parametrize(
    "fault", [Fault.breaks_off(), Fault.stalls(seconds=0), Fault.error_in_stream()]
)
async def test_the_first_words_arrive_before_it_breaks(fault: Fault) -> None:
    """Two, unless it says otherwise."""
    told: list[Any] = []
    with pytest.raises(openai.APIError):
        await ask(fault, True, told)
    assert "".join(choice.delta.content or "" for choice in told) == "Tell me"


@pytest.mark.parametrize(
    ("when", "header"),
    [
        (None, None),
        (2, "2"),
        (0.5, "0.5"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "Mon, 02 Mar 2026 09:00:00 GMT"),
    ],
)
async def test_a_rate_limit_says_when_to_come_again(when: Any, header: str | None) -> None:
    """In seconds, as a date, or not at all."""
    with pytest.raises(openai.RateLimitError) as caught:
        await ask(Fault.rate_limited(when), False)
    assert caught.value.response.headers.get("retry-after") == header
    assert caught.value.code == "rate_limit_exceeded"


def test_every_fault_has_a_name_and_is_met_above() -> None:
    """By which a script on file calls it."""
    assert {fault.name for fault, *_ in [*RAISES, *ANSWERS, *STRANGE]} == set(FAULTS)
    assert repr(Fault.named("hang", seconds=1)) == "<Fault hang>"
    assert all(Fault.named(name).name == name for name in FAULTS)


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [("hangs", {}, "Did you mean 'hang'"), ("hang", {"hours": 1}, "fault 'hang': .*hours")],
)
def test_an_unknown_fault_is_refused(name: str, options: Any, text: str) -> None:
    """And so is an option that it does not have."""
    with pytest.raises(InputError, match=text):
        Fault.named(name, **options)
