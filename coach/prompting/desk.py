"""The desk: where a template's stream is sorted into messages and sections."""

from collections.abc import Generator
from dataclasses import replace

from coach.prompting.limits import MAX_CHARS
from coach.prompting.marks import (
    Bundle,
    CloseMessage,
    CloseSection,
    Misplaced,
    OpenMessage,
    OpenSection,
)
from coach.prompting.section import RawMessage, RawSection, SectionSpec

LOOSE_PRIORITY = 100
MAX_PARTS = 1_000
LONGEST_NAME = 59  # leaves room for a number


def assemble(chunks: Generator[str, None, None]) -> list[RawMessage]:
    """The messages that a template's stream describes.

    Structure that cannot be is thrown back into the template, so that the traceback names
    the template's own line. Text of a message outside its sections is a section by itself,
    named after the role, and always there.
    """
    desk = Desk()
    sort(chunks, desk)
    return desk.page()


def sort(chunks: Generator[str, None, None], desk: "Desk") -> None:
    """All chunks put on the desk."""
    for chunk in chunks:
        try:
            desk.take(chunk)
        except Misplaced as error:
            chunks.throw(error)


class Desk:
    """Where the chunks are sorted: at most one open message, at most one open section."""

    def __init__(self) -> None:
        self.messages: list[RawMessage] = []
        self._opened: OpenMessage | None = None
        self._section: OpenSection | None = None
        self._sections: list[RawSection] = []
        self._text: list[str] = []
        self._here: dict[str, int] = {}  # name -> the last number that was put behind it
        self._own: dict[str, int] = {}
        self._lent: dict[int, list[int]] = {}
        self._room = MAX_CHARS

    def take(self, chunk: str) -> None:
        """Sort one chunk; Misplaced for structure that cannot be."""
        if type(chunk) is str:
            if self._opened is None or self._room < (size := len(chunk)):
                return self._add(chunk)
            self._room -= size
            return self._text.append(chunk)
        match chunk:
            case CloseSection():
                self._close_section()
            case CloseMessage():
                self._close_message()
            case OpenMessage():
                self._open_message(chunk)
            case OpenSection():
                self._open_section(chunk)
            case Bundle():
                for part in chunk.chunks:
                    self.take(part)
            case _:
                self._add(chunk)
        return None

    def page(self) -> list[RawMessage]:
        """The messages. A section that data named gives way to those the templates name, and
        to one before it in its message: it is numbered, as in 'rules 2'."""
        if not self._lent:
            return self.messages
        return [
            self._numbered(message, self._lent[number]) if number in self._lent else message
            for number, message in enumerate(self.messages)
        ]

    def _numbered(self, message: RawMessage, lent: list[int]) -> RawMessage:
        taken, sections = dict(self._own), list(message.sections)
        for at in lent:
            name = _free(sections[at].spec.name, taken)
            spec = sections[at].spec.model_copy(update={"name": name})
            sections[at] = replace(sections[at], spec=spec)
        return replace(message, sections=tuple(sections))

    def _add(self, text: str) -> None:
        self._room -= len(text)
        if self._room < 0:
            raise Misplaced(f"the page has more than {MAX_CHARS:,} characters")
        if self._opened is not None:
            self._text.append(text)
        elif not text.isspace() and text:
            raise Misplaced(f"text outside a message: {text.strip()[:40]!r}")

    def _open_message(self, mark: OpenMessage) -> None:
        if self._opened is not None:
            raise Misplaced(f"a message {mark.role!r} inside the message {self._opened.role!r}")
        if len(self.messages) >= MAX_PARTS:
            raise Misplaced(f"more than {MAX_PARTS:,} messages on one page")
        self._opened = mark

    def _close_message(self) -> None:
        if self._opened is None:
            return
        self._flush_loose(self._opened.role)
        self.messages.append(
            RawMessage(
                role=self._opened.role,
                sections=tuple(self._sections),
                calls=self._opened.calls,
                call_id=self._opened.call_id,
            )
        )
        self._own |= self._here
        self._opened, self._sections, self._here = None, [], {}

    def _open_section(self, mark: OpenSection) -> None:
        name = mark.spec.name
        if self._opened is None:
            raise Misplaced(f"section {name!r} outside a message")
        if self._section is not None:
            raise Misplaced(f"section {name!r} inside section {self._section.spec.name!r}")
        if name in self._here and not mark.lent:
            raise Misplaced(f"section {name!r} stands twice in one message")
        if len(self._sections) >= MAX_PARTS:
            raise Misplaced(f"more than {MAX_PARTS:,} sections in one message")
        self._flush_loose(self._opened.role)
        self._section = mark

    def _close_section(self) -> None:
        if self._section is None:
            return
        if self._section.lent:
            self._lent.setdefault(len(self.messages), []).append(len(self._sections))
        else:
            self._here[self._section.spec.name] = 1
        self._keep(self._section.spec)
        self._section = None

    def _flush_loose(self, role: str) -> None:
        if self._text and any(part and not part.isspace() for part in self._text):
            name = _free(role, self._here)
            self._keep(SectionSpec(name=name, priority=LOOSE_PRIORITY, always=True))
        self._text = []

    def _keep(self, spec: SectionSpec) -> None:
        self._sections.append(RawSection(spec=spec, text="".join(self._text)))
        self._text = []


def _free(name: str, taken: dict[str, int]) -> str:
    """The name, or the name with the first number that is free; `taken` holds the last numbers."""
    number, free = taken.get(name, 1), name
    while free in taken:
        number += 1
        free = f"{name[:LONGEST_NAME]} {number}"
    taken[name] = number
    taken.setdefault(free, 1)
    return free
