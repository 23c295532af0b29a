"""The file: JSON lines, a header first and a seal last.

The header says what it is, in which format and which schema; the seal counts the lines before it
and holds their sha256, so that a file which was cut off or changed is noticed.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from pydantic_core import from_json

from coach.errors import ArchiveError, NewerSchema
from coach.stores.schema import VERSION

FORMAT = 1
FIRST_SCHEMA = 3
MARK = "coachflow"
UNESCAPED_BY_JSON = re.compile("[\x7f-\x9f\u2028\u2029]")

Document = Mapping[str, Any]


def text_of(document: Document) -> str:
    """One line of the file. No control character in it reaches a terminal."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return UNESCAPED_BY_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def header(kind: str, now: datetime, **about: Any) -> Document:
    """The first line: `kind` is 'session', 'user', 'store' or 'erasures'."""
    at = now.astimezone(UTC).isoformat()
    return {MARK: kind, "format": FORMAT, "schema": VERSION, "at": at, **about}


def sealed(documents: Iterable[Document]) -> Iterator[Document]:
    """The documents, and the seal after them."""
    digest, count = hashlib.sha256(), 0
    for document in documents:
        digest.update(text_of(document).encode())
        count += 1
        yield document
    yield {"end": {"lines": count, "sha256": digest.hexdigest()}}


@dataclass(frozen=True, slots=True)
class Line:
    """What one line holds: a row of what is called `name`."""

    number: int
    name: str
    data: Any


class Reading:
    """A file that is being read. ArchiveError says path:line; NewerSchema that it is too new.

    `header` is there at once, the lines come one by one, and the seal is looked at last: what was
    done with the lines counts only once the iteration has ended.
    """

    def __init__(self, name: str, lines: Iterable[bytes], kind: str) -> None:
        self.name = name
        self._lines = enumerate(lines, 1)
        self._digest = hashlib.sha256()
        self._count = 0
        self.header = self._first(kind)

    def __iter__(self) -> Iterator[Line]:
        for number, raw in self._lines:
            document = self._document(number, raw)
            if "end" in document:
                self._check_seal(number, document["end"])
                self._check_last()
                return
            self._take(raw)
            yield self._line(number, document)
        self.fail(self._count, "the file ends here without its seal: it was cut off")

    def fail(self, number: int, reason: str) -> NoReturn:
        """Refuse the file, for what is wrong in that line."""
        raise ArchiveError(f"{self.name}:{number}: {reason}")

    def _first(self, kind: str) -> Document:
        number, raw = next(self._lines, (1, b""))
        document = self._document(number, raw)
        found = document.get(MARK)
        if found is None:
            self.fail(1, f'the first line is no header such as {{"{MARK}": "{kind}", …}}')
        if found != kind:
            self.fail(1, f"this is a file of kind {found!r}, and one of kind {kind!r} is needed")
        self._check_versions(document)
        self._take(raw)
        return document

    def _check_versions(self, document: Document) -> None:
        for name, known, first in (("format", FORMAT, 1), ("schema", VERSION, FIRST_SCHEMA)):
            found = document.get(name)
            if not isinstance(found, int) or isinstance(found, bool) or found < first:
                self.fail(1, f"{name} is a number from {first} to {known}, not {found!r}")
            if found > known:
                raise NewerSchema(
                    f"{self.name}:1: {name} {found} was written by a newer coachflow; this one "
                    f"knows up to {known}"
                )

    def _document(self, number: int, raw: bytes) -> dict[str, Any]:
        try:
            document = from_json(raw, allow_inf_nan=False)
        except ValueError as error:
            self.fail(number, f"no JSON: {str(error).partition(chr(10))[0]:.200}")
        if not isinstance(document, dict):
            self.fail(number, f"a JSON object is needed, not {document!r:.60}")
        return document

    def _take(self, raw: bytes) -> None:
        self._digest.update(raw)
        self._count += 1

    def _line(self, number: int, document: dict[str, Any]) -> Line:
        if len(document) != 1:
            self.fail(number, "a line has one name and its row")
        ((name, data),) = document.items()
        return Line(number, name, data)

    def _check_seal(self, number: int, end: Any) -> None:
        seal = {"lines": self._count, "sha256": self._digest.hexdigest()}
        if end != seal:
            self.fail(number, "the lines above are not those that were sealed: they were changed")

    def _check_last(self) -> None:
        for number, raw in self._lines:
            if raw.strip():
                self.fail(number, "there is something after the seal")
