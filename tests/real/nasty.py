"""The hostile values of nasty_inputs.json, with what JSON cannot hold spelt out."""

import json
from typing import Any

from tests.real.place import DATA


def _expand(value: Any) -> Any:
    """The value itself, for `$repeat`, `$concat`, `$nest`, `$float`, `$int_pow`, `$bytes_hex`."""
    match value:
        case {"$repeat": part, "times": times}:
            return _expand(part) * times
        case {"$concat": parts}:
            return "".join(map(_expand, parts))
        case {"$nest": part, "times": times}:
            nested = _expand(part)
            for _ in range(times):
                nested = [nested]
            return nested
        case {"$float": text}:
            return float(text)
        case {"$int_pow": [base, power]}:
            return base**power
        case {"$bytes_hex": digits}:
            return bytes.fromhex(digits)
        case dict():
            return {key: _expand(item) for key, item in value.items()}
        case list():
            return [_expand(item) for item in value]
    return value


_INPUTS = json.loads((DATA / "nasty_inputs.json").read_text(encoding="utf-8"))["inputs"]
NASTY: dict[str, Any] = {item["id"]: _expand(item["value"]) for item in _INPUTS}
