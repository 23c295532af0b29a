"""What the client libraries raise, as a Failure."""

import socket
import ssl
from collections.abc import Mapping

import httpx2
import pytest
from pydantic_ai import exceptions as raised

from coach.llms.faults import Failure, What
from coach.llms.raised import failure_of


def http(status: int, body: object, headers: Mapping[str, str] | None = None) -> Failure:
    return failure_of(raised.ModelHTTPError(status, "fake", body, headers=headers))


@pytest.mark.parametrize(
    "body",
    [
        {"message": "No."},
        {"error": {"message": "No.", "type": "x"}},
        {"error": "No."},
        {"detail": "No."},
        "No.",
    ],
)
def test_the_message_of_a_body_is_found(body: object) -> None:
    """In any of the forms that servers have."""
    assert http(400, body) == Failure(what=What.STATUS, status=400, text="No.")


@pytest.mark.parametrize("body", [None, 7, [], {"error": None}, b"No."])
def test_a_body_may_say_nothing(body: object) -> None:
    """Then there is no text."""
    assert http(500, body).text == ""


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3),
        ("1.5", 1.5),
        ("-1", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("", None),
    ],
)
def test_seconds_to_wait_are_read(header: str, seconds: float | None) -> None:
    """What makes no sense is none."""
    assert http(429, None, {"Retry-After": header}).retry_after == seconds


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (raised.ModelRateLimitError, 429, ""),
        (raised.ModelQuotaExceededError, 402, ""),
        (raised.ModelAuthenticationError, 401, ""),
        (raised.ModelNotFoundError, 404, ""),
        (raised.ModelServerError, 500, ""),
        (raised.ModelOverloadedError, 503, ""),
        (raised.ModelRequestRejectedError, 400, ""),
        (raised.ModelContextWindowExceededError, 400, "context_length_exceeded"),
    ],
)
def test_an_error_inside_a_stream_has_the_status_of_its_kind(
    kind: type[raised.ModelAPIError], status: int, code: str
) -> None:
    """The library knows the codes of many providers."""
    failure = failure_of(kind("fake", "no", in_stream=True))
    assert (failure.what, failure.status, failure.code) == (What.STATUS, status, code)


def test_a_quota_is_known_by_the_library_too() -> None:
    """Where the status says no more than 429."""
    error = raised.ModelHTTPError.for_category(
        raised.ModelQuotaExceededError, status_code=429, model_name="fake"
    )
    assert failure_of(error).status == 402


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (ConnectionRefusedError(), "connection refused"),
        (socket.gaierror(), "no such host"),
        (ssl.SSLCertVerificationError(), "TLS failed"),
        (ValueError("https://ada:pa55@host"), ""),
    ],
)
def test_a_connection_has_a_reason_in_our_words(cause: Exception, reason: str) -> None:
    """From what is behind it, however deep; never in its own words."""
    outer, inner = raised.ModelConnectionError("fake", "no"), RuntimeError()
    outer.__cause__, inner.__context__ = inner, cause
    assert failure_of(outer) == Failure(what=What.CONNECTION, text=reason)


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (TimeoutError(), What.TIMEOUT),
        (raised.ModelTimeoutError("fake", "no"), What.TIMEOUT),
        (raised.ModelRequestTimeout("fake", 3), What.TIMEOUT),
        (raised.ModelConnectionError("fake", "no", phase="read"), What.BROKEN),
        (httpx2.ReadTimeout(""), What.TIMEOUT),
        (httpx2.ConnectError(""), What.CONNECTION),
        (OSError(), What.CONNECTION),
        (raised.ContentFilterError("no"), What.REFUSED),
        (raised.UnexpectedModelBehavior("no"), What.MALFORMED),
        (raised.UserError("no"), What.IMPOSSIBLE),
        (KeyError("no"), What.MALFORMED),
        (RuntimeError("no"), What.MALFORMED),
    ],
)
def test_everything_else_has_its_kind(error: Exception, what: What) -> None:
    """What is not known is an answer that could not be read."""
    assert failure_of(error).what is what
