"""The one boundary where outside values become storable, the same on every store.

Content is kept as written but for what no store can hold: U+0000 is dropped, a lone
surrogate becomes U+FFFD. Identifiers are checked, never changed.
"""

import math
import re
from typing import Any

from coach.errors import EmptyMessage, InvalidId, InvalidValue, MessageTooLong
from coach.limits import MAX_MESSAGE_CHARS
from coach.vocabulary.text import clean_text

MAX_DEPTH = 32
WHOLE_LIMIT = 2**53 - 1
SESSION_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
BLANK = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]|[\ud800-\udfff]")


def clean_message(text: str, limit: int = MAX_MESSAGE_CHARS) -> str:
    """A message that can be kept; EmptyMessage or MessageTooLong. `limit` counts code points."""
    if not isinstance(text, str):
        raise InvalidValue(f"a message is text, not {text!r:.40}")
    if len(text) > limit:
        raise MessageTooLong(f"the message has {len(text):,} characters; the limit is {limit:,}")
    clean = clean_text(text)
    if BLANK.fullmatch(clean):
        raise EmptyMessage("the message is empty: write at least one visible character")
    return clean


def check_session_id(value: str) -> str:
    """The id itself; InvalidId unless it matches ^[A-Za-z0-9_.:-]{1,128}$."""
    if not isinstance(value, str) or not SESSION_ID.fullmatch(value):
        shown = f"{value[:40]!r}…" if isinstance(value, str) and len(value) > 40 else repr(value)
        raise InvalidId(
            f"session id {shown} is not usable: take 1 to 128 letters, digits or any of _ . : -"
        )
    return value


def check_user_id(value: str, whose: str = "user") -> str:
    """The id itself, opaque: no trimming and no case folding. 1 to 200 visible characters.

    The ids of callers and accounts are held to the same: `whose` is for the words.
    """
    if not isinstance(value, str):
        raise InvalidId(f"{whose} id {value!r} is not usable: it is no text")
    if BLANK.fullmatch(value):
        raise InvalidId(f"{whose} id {value!r} is not usable: it is empty")
    if len(value) > 200 or CONTROL.search(value):
        raise InvalidId(
            f"{whose} id {value[:40]!r} is not usable: "
            "take 1 to 200 characters, no control characters"
        )
    return value


def clean_json(value: Any, where: str = "value", depth: int = 0) -> Any:
    """Plain JSON data, copied; InvalidValue names the place that cannot be kept.

    Refused: NaN and infinities, integers beyond ±(2**53-1), keys that are not text or hold
    control characters or start with '__', nesting deeper than 32, and any other type.
    """
    if depth > MAX_DEPTH:
        raise InvalidValue(f"{where} is nested deeper than {MAX_DEPTH} levels")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, int | float):
        return _clean_number(value, where)
    if isinstance(value, list | tuple):
        return [clean_json(item, f"{where}[{i}]", depth + 1) for i, item in enumerate(value)]
    if isinstance(value, dict):
        return {
            _clean_key(key, where): clean_json(item, f"{where}.{key}", depth + 1)
            for key, item in value.items()
        }
    raise InvalidValue(f"{where} is a {type(value).__name__}; only plain JSON data is kept")


def _clean_number(value: int | float, where: str) -> int | float:
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidValue(f"{where} is {value!r}; only finite numbers are kept")
    if isinstance(value, int) and abs(value) > WHOLE_LIMIT:
        raise InvalidValue(f"{where} is beyond ±(2**53-1); keep it as text")
    return value


def _clean_key(key: Any, where: str) -> str:
    if not isinstance(key, str) or CONTROL.search(key) or key.startswith("__"):
        raise InvalidValue(
            f"{where} has the key {key!r}: keys are text, without control characters, "
            "and do not start with '__'"
        )
    return key
