"""A flow file as plain data, with the line of every key and value.

Readers (yaml_source, json_source) push what they meet into a Builder, which keeps the budgets
and refuses what a flow file must not hold. Nothing is ever constructed but maps, lists, words,
numbers, true, false and nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.errors import FlowFileError, Problem
from coach.flows.tree import Builder, Location, Stop

MAX_BYTES = 1_000_000
UNREADABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What a file holds. `broken` are the places whose value could not be taken."""

    path: str
    data: Any
    problems: tuple[Problem, ...] = ()
    broken: frozenset[Location] = frozenset()
    keys: Mapping[Location, int] = field(default_factory=dict)
    values: Mapping[Location, int] = field(default_factory=dict)

    def line(self, location: Location, of_key: bool = False) -> int:
        """The line (from 1) of a place, else of the nearest place around it.

        A map or list under a key has its key's line; so has everything with `of_key`.
        """
        while location:
            lines = (self.keys, self.values) if of_key else (self.values, self.keys)
            for known in lines:
                if location in known:
                    return known[location]
            location = location[:-1]
        return 1


def read_file(path: Path) -> str:
    """The text of a flow file; FlowFileError when it is too big, binary or not there."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _unreadable(path, f"{size:,} bytes; a flow file has at most {MAX_BYTES:,}")
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror or error}") from error
    if b"\0" in raw:
        raise _unreadable(path, "holds NUL bytes: it is binary (or UTF-16), not UTF-8 text")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _unreadable(path, f"is not UTF-8 text (byte {error.start})", line) from None


def read_document(text: str, path: str, suffix: str) -> Document:
    """The data of a text in the format of `suffix`, with everything wrong with it as data."""
    builder = Builder(path)
    try:
        _check_text(text, builder)
        _reader(suffix, builder)(text.removeprefix("\ufeff"), builder)
    except Stop:
        builder.complete = False
    except RecursionError:
        builder.fault("F010", "nested too deeply", 1)
        builder.complete = False
    return _document(builder)


def read_documents(text: str, path: str) -> tuple[Document, ...]:
    """The documents of a YAML text, each with the lines of the whole text and what is wrong."""
    from coach.flows.yaml_source import read_yaml_stream

    builder = Builder(path)
    builders = [builder]
    try:
        _check_text(text, builder)
        builders = read_yaml_stream(text.removeprefix("\ufeff"), path) or builders
    except Stop:
        builder.complete = False
    except RecursionError:
        builder.fault("F010", "nested too deeply", 1)
        builder.complete = False
    return tuple(map(_document, builders))


def _document(builder: Builder) -> Document:
    if builder.complete:
        _check_root(builder)
    return Document(
        path=builder.path,
        data=builder.root if builder.complete else None,
        problems=tuple(builder.problems),
        broken=frozenset(builder.broken),
        keys=builder.keys,
        values=builder.values,
    )


def _reader(suffix: str, builder: Builder) -> Callable[[str, Builder], None]:
    from coach.flows.json_source import read_json
    from coach.flows.yaml_source import read_yaml

    readers = {".yaml": read_yaml, ".yml": read_yaml, ".json": read_json}
    if suffix not in readers:
        known = ", ".join(readers)
        builder.stop("F001", f"the suffix {suffix!r} is no format of flow files. Known: {known}.")
    return readers[suffix]


def _check_text(text: str, builder: Builder) -> None:
    if len(text) > MAX_BYTES:
        found = f"{len(text):,} characters; a flow file has at most {MAX_BYTES:,}"
        builder.stop("F001", found)
    strange = UNREADABLE.search(text.removeprefix("\ufeff"))
    if strange:
        line = text.count("\n", 0, strange.start()) + 1
        builder.stop("F001", f"the character U+{ord(strange[0]):04X} cannot stand in a file", line)


def _check_root(builder: Builder) -> None:
    builder.complete = isinstance(builder.root, dict)
    if builder.complete or builder.problems:
        return
    if builder.root is None:
        builder.fault("F003", "the file is empty. A flow needs: flow, start, stages.", 1)
    else:
        kind = "a list" if isinstance(builder.root, list) else repr(builder.root)[:60]
        message = f"a flow file holds a map with flow, start and stages, not {kind}"
        builder.fault("F003", message, 1)


def _unreadable(path: Path, message: str, line: int | None = None) -> FlowFileError:
    return FlowFileError([Problem(path=str(path), line=line, code="F001", message=message)])
