"""What went wrong at an llm, as one of our errors."""

import pytest
from pydantic import SecretStr

from coach.errors import (
    ContextTooLong,
    LlmDenied,
    LlmError,
    LlmInterrupted,
    LlmRateLimited,
    LlmRefused,
    LlmUnavailable,
)
from coach.llms.faults import Asked, Failure, What, fault, scrubbed

ASKED = Asked(llm="openai:gpt-5.2", variable="OPENAI_API_KEY", secrets=(SecretStr("pa55"),))


def error(
    status: int | None, text: str = "", code: str = "", wait: float | None = None
) -> LlmError:
    failure = Failure(what=What.STATUS, status=status, text=text, code=code, retry_after=wait)
    return fault(failure, ASKED)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "", LlmDenied),
        (400, "content_filter", LlmRefused),
        (401, "invalid_api_key", LlmDenied),
        (402, "", LlmDenied),
        (403, "", LlmDenied),
        (404, "model_not_found", LlmDenied),
        (408, "", LlmUnavailable),
        (413, "", ContextTooLong),
        (422, "", LlmDenied),
        (429, "", LlmRateLimited),
        (429, "insufficient_quota", LlmDenied),
        (500, "", LlmUnavailable),
        (503, "", LlmUnavailable),
        (529, "overloaded_error", LlmUnavailable),
        (None, "server_error", LlmUnavailable),
        (None, "", LlmUnavailable),
    ],
)
def test_a_status_has_its_error(status: int | None, code: str, kind: type[LlmError]) -> None:
    """By the code first, where the server names one."""
    assert type(error(status, code=code)) is kind


# How servers say that a page is too long, in their own words.
TOO_LONG = (
    "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens",
    "The decoder prompt (length 9000) is longer than the maximum model length of 8192.",
    "Please reduce the length of the messages or completion.",
    "the request exceeds the available context size, try increasing it",
    "Context size has been exceeded.",
    "input length exceeds the context length",
    "prompt too long; exceeded max context length by 808 tokens",
    "prompt is too long: 208310 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
    "The input token count (9000) exceeds the maximum number of tokens allowed (8192).",
    "Input is too long for requested model.",
    "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens",
    "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
    "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
)


@pytest.mark.parametrize("text", TOO_LONG)
@pytest.mark.parametrize("status", [400, 500, None])
def test_a_page_that_is_too_long_is_known_by_the_servers_words(
    text: str, status: int | None
) -> None:
    """Whatever status the server has for it, and inside a stream."""
    assert isinstance(error(status, text), ContextTooLong)


def test_a_request_above_the_limit_of_a_minute_is_too_long() -> None:
    """No waiting helps it."""
    assert isinstance(error(429, "Request too large for gpt-5.2 on tokens per min"), ContextTooLong)


def test_what_says_nothing_of_length_is_not_taken_for_it() -> None:
    """Words about tokens alone do not count."""
    assert isinstance(error(400, "max_tokens must be at least 1"), LlmDenied)
    assert isinstance(error(401, "context length tokens need a key"), LlmDenied)


def test_a_limit_says_how_long_to_wait() -> None:
    """As a number of seconds; a server that is down may name it too."""
    limited = error(429, wait=1.5)
    assert isinstance(limited, LlmRateLimited)
    assert limited.retry_after == 1.5
    assert "wait 1.5 s" in str(limited)
    down = error(503, wait=20)
    assert isinstance(down, LlmRateLimited)
    assert down.retry_after == 20


def test_a_message_names_the_llm_and_what_would_help() -> None:
    """The key's variable, the address, the account."""
    assert str(error(401)) == "'openai:gpt-5.2' does not accept the key (401): check OPENAI_API_KEY"
    assert "check its name and the address" in str(error(404))
    assert "look at its account" in str(error(429, code="insufficient_quota"))
    assert "the server's words" in str(error(400, "the server's words"))


def test_after_the_first_words_it_is_an_interruption() -> None:
    """With the words that were told; but a refusal stays one."""
    broken = fault(Failure(what=What.TIMEOUT), ASKED, "Tell me")
    assert isinstance(broken, LlmInterrupted)
    assert broken.partial == "Tell me"
    assert isinstance(fault(Failure(what=What.REFUSED), ASKED, "Tell me"), LlmRefused)


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-pa55word1234567890.",
        "key=AIzaSyA1234567890pa55",
        "Authorization: Bearer pa55",
        "bearer pa55wordpa55word",
        "api_key='pa55wordpa55'",
        "cannot reach https://ada:pa55@host/v1",
        "GET https://host/v1?key=pa55 failed",
        "the token pa55 is wrong",
    ],
)
def test_no_secret_comes_through(text: str) -> None:
    """Neither one that is known nor what looks like one."""
    assert "pa55" not in scrubbed(text, ASKED.secrets)
    assert "pa55" not in str(error(400, text))


def test_what_a_server_says_is_one_short_line() -> None:
    """It may be long, and it may have been made to look like other lines of a log."""
    text = str(error(400, "a\nERROR b" + 1_000 * "x"))
    assert "\n" not in text
    assert len(text) < 300
