"""What the client libraries raise, as a Failure. None of their texts leaves here unread."""

import json
import socket
import ssl
from collections.abc import Iterator

import httpx2
from pydantic_ai import exceptions as raised

from coach.llms.faults import Failure, What

# What the library has found out by a provider's own codes, before the bare status.
STATUS = (
    (raised.ModelQuotaExceededError, 402),
    (raised.ModelRateLimitError, 429),
    (raised.ModelAuthenticationError, 401),
    (raised.ModelNotFoundError, 404),
    (raised.ModelUnavailableError, 503),
    (raised.ModelServerError, 500),
    (raised.ModelRequestRejectedError, 400),
)
REASONS = (
    (ConnectionRefusedError, "connection refused"),
    (socket.gaierror, "no such host"),
    (ssl.SSLError, "TLS failed"),
    (ConnectionResetError, "connection reset"),
)


def failure_of(error: Exception) -> Failure:
    """The failure behind an exception of the client library, its transport or its clock."""
    match error:
        case raised.ModelTimeoutError() | raised.ModelRequestTimeout():
            return Failure(what=What.TIMEOUT)
        case httpx2.TimeoutException() | TimeoutError():
            return Failure(what=What.TIMEOUT)
        case raised.ModelConnectionError():
            return Failure(what=_connection(error), text=_reason(error))
        case raised.ContentFilterError():
            return Failure(what=What.REFUSED)
        case raised.UnexpectedModelBehavior():
            return Failure(what=What.MALFORMED)
        case raised.ModelAPIError():
            return _api(error)
        case raised.UserError():
            return Failure(what=What.IMPOSSIBLE, text=str(error))
        case httpx2.TransportError() | OSError():
            return Failure(what=What.CONNECTION, text=_reason(error))
        case IndexError():  # the library takes the first of no choices
            return Failure(what=What.EMPTY)
    return Failure(what=What.MALFORMED, text=type(error).__name__)


def _connection(error: raised.ModelConnectionError) -> What:
    return What.BROKEN if error.phase in ("read", "write") else What.CONNECTION


def _api(error: raised.ModelAPIError) -> Failure:
    status = _status(error)
    code = error.provider_error_code or error.provider_error_type or ""
    if isinstance(error, raised.ModelContextWindowExceededError):
        code = "context_length_exceeded"
    if status is None and not code and not error.in_stream:
        decoding = isinstance(error.__cause__, json.JSONDecodeError | UnicodeDecodeError)
        return Failure(what=What.MALFORMED if decoding else What.BROKEN)
    return Failure(
        what=What.STATUS, status=status, code=code, text=_said(error.body), retry_after=_wait(error)
    )


def _status(error: raised.ModelAPIError) -> int | None:
    """The server's own, but for what the library knows better."""
    own = error.status_code if isinstance(error, raised.ModelHTTPError) else None
    if own is not None and not isinstance(error, raised.ModelQuotaExceededError):
        return own
    return next((status for kind, status in STATUS if isinstance(error, kind)), own)


def _wait(error: raised.ModelAPIError) -> float | None:
    """Seconds to wait. The library reads whole seconds, milliseconds and dates; some send 1.5."""
    if error.retry_after is not None or not isinstance(error, raised.ModelHTTPError):
        return error.retry_after
    try:
        seconds = float((error.headers or {}).get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _said(body: object) -> str:
    """The message within a body: OpenAI's, and those of servers that are alike."""
    match body:
        case {"message": str() as text} | {"detail": str() as text} | {"error": str() as text}:
            return text
        case {"error": dict() as inner}:
            return _said(inner)
        case str():
            return body
    return ""


def _reason(error: BaseException) -> str:
    chain = list(_chain(error))
    return next((words for kind, words in REASONS if any(isinstance(e, kind) for e in chain)), "")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
