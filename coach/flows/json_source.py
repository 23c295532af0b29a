"""JSON, strictly: a key may stand once, NaN is no number, and every value has its line.

Python's own parser judges the syntax; a walk over the tokens of the then valid text builds the
tree, because that parser tells no lines. (YAML's reader would not do: it refuses the surrogate
pairs that JSON writers put for an emoji.)
"""

import json
import re

from coach.flows.tree import VOID, Builder

TOKEN = re.compile(r'[{}\[\]]|"(?:[^"\\]|\\.)*"|[-A-Za-z0-9.+]+')
WORDS: dict[str, object] = {"true": True, "false": False, "null": None}


def read_json(text: str, builder: Builder) -> None:
    """Push what a JSON text holds into the builder."""
    if not text.strip():
        return
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        builder.stop("F002", f"not valid JSON: {error.msg}", error.lineno)
    line, seen = 1, 0
    for found in TOKEN.finditer(text):
        line += text.count("\n", seen, found.start())
        seen = found.start()
        _take(found[0], builder, line)


def _take(text: str, builder: Builder, line: int) -> None:
    if text in ("{", "["):
        builder.open({} if text == "{" else [], line)
    elif text in ("}", "]"):
        builder.close()
    else:
        builder.scalar(_scalar(text, builder, line), line)


def _scalar(text: str, builder: Builder, line: int) -> object:
    if text[0] == '"':
        return json.loads(text)
    if text in WORDS:
        return WORDS[text]
    if text in ("NaN", "Infinity", "-Infinity"):
        builder.fault("F008", f"{text} is no number that JSON knows", line)
        return VOID
    return builder.number(text, line)
