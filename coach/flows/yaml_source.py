"""YAML, strictly: the only import of `yaml`.

The parser's events are read, never its constructors: no tags, no anchors or aliases, no merge
keys; one document, unless a stream of them is asked for. Only `true` and `false` are booleans
and only decimals are numbers, so that `no`, `on`, `1:30`, `0x1f` and `2026-06-01` stay the words
that were written.
"""

import re
from collections.abc import Iterator
from typing import Any

from coach.flows.tree import VOID, Builder, Stop

WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}
NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
NO_NUMBER = re.compile(r"[-+]?\.inf|\.nan", re.IGNORECASE)


def read_yaml(text: str, builder: Builder) -> None:
    """Push what a YAML text holds into the builder."""
    import yaml

    documents = 0
    try:
        for event in _events(text):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    line = _line_of(event)
                    builder.stop("F009", "a second document ('---'): one flow per file", line)
            _take(event, builder)
    except yaml.YAMLError as error:
        builder.stop("F002", f"not valid YAML: {_reason(error)}", _line(error))


def read_yaml_stream(text: str, path: str) -> list[Builder]:
    """A builder for each document of a text, in order; after one that cannot be read none."""
    import yaml

    builders: list[Builder] = []
    try:
        for event in _events(text):
            if type(event).__name__ == "DocumentStartEvent":
                builders.append(Builder(path))
            if builders:
                _take(event, builders[-1])
    except yaml.YAMLError as error:
        builders = builders or [Builder(path)]
        builders[-1].fault("F002", f"not valid YAML: {_reason(error)}", _line(error))
        builders[-1].complete = False
    except Stop:
        builders[-1].complete = False
    return builders


def _events(text: str) -> Iterator[Any]:
    import yaml

    yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _take(event: Any, builder: Builder) -> None:
    line = _line_of(event)
    match type(event).__name__:
        case "MappingStartEvent":
            _refuse_marks(event, builder, line)
            builder.open({}, line)
        case "SequenceStartEvent":
            _refuse_marks(event, builder, line)
            builder.open([], line)
        case "MappingEndEvent" | "SequenceEndEvent":
            builder.close()
        case "AliasEvent":
            builder.fault("F005", f"alias '*{event.anchor}': write the value out", line)
            builder.scalar(VOID, line)
        case "ScalarEvent":
            refused = _refuse_marks(event, builder, line)
            builder.scalar(VOID if refused else _scalar(event, builder, line), line)


def _refuse_marks(event: Any, builder: Builder, line: int) -> bool:
    """Anchors and tags are problems; True when the value cannot be taken for what it says."""
    if event.anchor is not None:
        builder.fault("F005", f"anchor '&{event.anchor}': anchors are not allowed", line)
    if event.tag is not None:
        shown = event.tag.replace("tag:yaml.org,2002:", "!!")[:60]
        builder.fault("F006", f"tag {shown!r}: tags are not allowed, write plain values", line)
    return event.tag is not None


def _scalar(event: Any, builder: Builder, line: int) -> object:
    text: str = event.value
    if event.style in ("'", '"', "|", ">"):
        return text
    if text in WORDS:
        return WORDS[text]
    if text == "<<":
        builder.fault("F005", "merge key '<<': write the keys out", line)
        return VOID
    if NO_NUMBER.fullmatch(text):
        builder.fault("F008", f"{text!r} is no number; put it in quotes if it is a word", line)
        return VOID
    return builder.number(text, line) if NUMBER.fullmatch(text) else text


def _line_of(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _reason(error: Any) -> str:
    parts: Iterator[str | None] = iter(
        (getattr(error, "problem", None), getattr(error, "context", None))
    )
    said = [part for part in parts if part]
    return " ".join(said) or str(error).partition("\n")[0]


def _line(error: Any) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark is not None else 1
