"""What went wrong at an llm, as one of our errors.

No text here holds a key, a password in an address or a header: what a server says is scrubbed,
cut and quoted, and is left out where it is about the key.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from pydantic import SecretStr

from coach.errors import (
    ContextTooLong,
    LlmDenied,
    LlmEmpty,
    LlmError,
    LlmInterrupted,
    LlmOutputInvalid,
    LlmRateLimited,
    LlmRefused,
    LlmUnavailable,
)
from coach.vocabulary.value import Value

SHOWN = 200  # characters of what a server says
STARS = "***"

TOO_LONG = re.compile(
    r"context[_ ](?:length|size|window|limit)|max(?:imum)? (?:context|(?:model|prompt) length)"
    r"|(?:prompt|inputs?) (?:is |are )?too long|input token count|exceeds? the maximum number of"
    r"|reduce the length of|tokens? \+ `?max_new_tokens|request(?:_| is )?too.large"
    r"|too many (?:input )?tokens|too large for model",
    re.IGNORECASE,
)
REFUSED = re.compile(r"content_filter|content_policy|moderation|responsibleai", re.IGNORECASE)
NO_CREDIT = re.compile(
    r"insufficient_(?:quota|balance|funds)|billing|credit_?.?balance|spend_limit|usage_limit"
    r"|exceeded_current_quota",
    re.IGNORECASE,
)

_SECRETS = (
    re.compile(r"(?i)\b(bearer|basic)\s+[^\s'\",;]+"),
    re.compile(
        r"(?i)((?:api[-_ ]?key|token|secret|password|authorization)['\"]?\s*[:=]\s*)[^\s,;]+"
    ),
    re.compile(r"()\b(?:sk|pk|rk|gsk|xai|hf|AIza)[-_]?[\w*-]{8,}"),
    re.compile(r"(://)[^/\s@]+@"),
    re.compile(r"(https?://[^\s?'\"]+)\?[^\s'\"]+"),
)


class What(StrEnum):
    """The kinds of failures that an adapter tells apart."""

    CONNECTION = "connection"
    TIMEOUT = "timeout"
    BROKEN = "broken"  # the connection was there, and broke
    STATUS = "status"  # the server says so
    MALFORMED = "malformed"
    EMPTY = "empty"
    CUT = "cut"  # nothing but thoughts, and the limit was reached
    REFUSED = "refused"
    IMPOSSIBLE = "impossible"  # this llm cannot be asked that


class Failure(Value):
    """One failure: the HTTP `status`, the server's `code` and its `text` where it said something,
    seconds to wait where it named them."""

    what: What
    status: int | None = None
    code: str = ""
    text: str = ""
    retry_after: float | None = None


class Asked(Value):
    """Who was asked: by what name, with a key from where, and what must never be shown."""

    llm: str
    variable: str = ""
    secrets: tuple[SecretStr, ...] = ()


def fault(failure: Failure, asked: Asked, partial: str = "") -> LlmError:
    """The error to raise. After the first words, `partial`, whatever happens is an interruption."""
    error = _fault(failure, asked)
    if partial and not isinstance(error, LlmRefused):
        return LlmInterrupted(f"{error}; the answer broke off after its first words", partial)
    return error


def _fault(failure: Failure, asked: Asked) -> LlmError:
    llm = repr(asked.llm)
    said = quoted(failure.text, asked.secrets)
    match failure.what:
        case What.CONNECTION:
            return LlmUnavailable(
                f"{llm} cannot be reached{said}: check the address, and that it runs"
            )
        case What.TIMEOUT:
            return LlmUnavailable(f"{llm} did not answer in time{said}")
        case What.BROKEN:
            return LlmUnavailable(f"the connection to {llm} broke{said}")
        case What.MALFORMED:
            return LlmOutputInvalid(f"{llm} answered in a form that cannot be read{said}")
        case What.EMPTY:
            return LlmEmpty(f"{llm} answered nothing")
        case What.CUT:
            return LlmEmpty(f"{llm} reached its limit of tokens before a word: raise max_tokens")
        case What.REFUSED:
            return LlmRefused(f"{llm} would not answer")
        case What.IMPOSSIBLE:
            return LlmDenied(f"{llm} cannot be asked this{said}")
    return _by_status(failure, asked)


def _by_status(failure: Failure, asked: Asked) -> LlmError:
    llm = f"{asked.llm!r}"
    says = f"{failure.status or failure.code or 'an error'}"
    said = quoted(failure.text, asked.secrets)
    words = f"{failure.code} {failure.text}"
    limited = failure.status == 429 or failure.code.startswith("rate_limit")
    if _too_long(failure, words):
        return ContextTooLong(f"the page is longer than {llm} takes ({says}){said}")
    if REFUSED.search(failure.code) or (failure.status == 403 and REFUSED.search(words)):
        return LlmRefused(f"{llm} would not answer ({failure.code or says})")
    if failure.status == 402 or NO_CREDIT.search(words):
        return LlmDenied(f"{llm} has no credit left ({says}): look at its account")
    if limited or (failure.retry_after is not None and _down(failure)):
        wait = "" if failure.retry_after is None else f"; wait {failure.retry_after:g} s"
        return LlmRateLimited(f"{llm} takes no more for now ({says}){wait}", failure.retry_after)
    if failure.status in (401, 403):
        return LlmDenied(f"{llm} does not accept the key ({says}){_where(asked)}")
    if failure.status == 404:
        return LlmDenied(f"{llm} is not known there (404): check its name and the address{said}")
    if _down(failure):
        return LlmUnavailable(f"{llm} has trouble of its own ({says}): try again later")
    return LlmDenied(f"{llm} does not take the request ({says}){said}")


def _too_long(failure: Failure, words: str) -> bool:
    """By code or words. A 429 speaks of it when a single request is above the limit."""
    if failure.status == 429:
        return "too large" in failure.text.lower()
    return failure.status == 413 or (failure.status != 401 and bool(TOO_LONG.search(words)))


def _down(failure: Failure) -> bool:
    return failure.status is None or failure.status in (408, 409, 425) or failure.status >= 500


def _where(asked: Asked) -> str:
    return f": check {asked.variable}" if asked.variable else ""


def quoted(text: str, secrets: Iterable[SecretStr] = ()) -> str:
    """': ' and the text in quotes, on one line, cut, without what looks like a secret; or ''."""
    text = scrubbed(text, secrets)
    short = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return f": {short!r}" if short else ""


def scrubbed(text: str, secrets: Iterable[SecretStr] = ()) -> str:
    """The text with stars in place of these secrets, and of what looks like one."""
    for secret in secrets:
        if secret.get_secret_value():
            text = text.replace(secret.get_secret_value(), STARS)
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{STARS}", text)
    return text.strip()
