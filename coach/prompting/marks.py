"""Marks: how the structure of a page travels through Jinja's stream of strings.

`{% message %}` and `{% section %}` yield objects of these classes. They are empty strings to
Jinja and structure to `assemble`, so no text, whatever it says, can open or close anything.
"""

from collections.abc import Generator, Iterable
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from coach.errors import did_you_mean
from coach.prompting.limits import ITEM, MAX_CHARS, METER, Exhausted, kind
from coach.prompting.section import RawMessage, RawSection, SectionSpec
from coach.prompting.untrusted import Untrusted
from coach.prompting.view import MessageView
from coach.record.message import ToolCall
from coach.vocabulary.words import Role

SETTINGS = tuple(name for name in SectionSpec.model_fields if name != "name")
FLAGS = ("always", "cache")
LOOSE_PRIORITY = 100
MAX_PARTS = 1_000
ROLES = frozenset(role.value for role in Role if role is not Role.TOOL)
SAY = "say a role, such as 'user', or a message of the history"


class Misplaced(ValueError):
    """Structure that cannot be: the text says what, the traceback where."""


class Mark(str):
    """An empty string that means something. `str(mark)` is the mark itself."""

    __slots__ = ()

    def __str__(self) -> str:
        return self


class OpenMessage(Mark):
    """A message begins. `calls` and `call_id` come from a message of the view, never from text."""

    __slots__ = ("call_id", "calls", "role")
    role: Any
    calls: tuple[ToolCall, ...]
    call_id: str | None


class OpenSection(Mark):
    """A section begins."""

    __slots__ = ("spec",)
    spec: SectionSpec


class CloseMessage(Mark):
    """A message ends."""

    __slots__ = ()


class CloseSection(Mark):
    """A section ends."""

    __slots__ = ()


class Rendered(str):
    """What a macro, a set block or `super()` rendered: neutralised already, so never twice."""

    __slots__ = ()


class Bundle(Rendered):
    """What `super()` rendered, with the structure in it."""

    __slots__ = ("chunks",)
    chunks: list[str]

    def __str__(self) -> str:
        return self


MADE = (Mark, Rendered)
PLAIN = frozenset({str, Rendered})


def bundle(chunks: Iterable[str]) -> Rendered:
    """The chunks as one string that keeps whatever structure is among them."""
    parts: list[str] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_CHARS:
            raise Exhausted(f"more than {MAX_CHARS:,} characters")
        parts.append(chunk)
    meter = METER.get()
    meter.make(size)
    if PLAIN.issuperset(map(type, parts)):
        return Rendered("".join(parts))
    meter.make(ITEM * sum(len(p.chunks) if isinstance(p, Bundle) else 1 for p in parts))
    whole = Bundle("".join(parts))
    whole.chunks = [c for p in parts for c in (p.chunks if isinstance(p, Bundle) else (p,))]
    return whole


def open_message(said: object) -> OpenMessage:
    """The mark for a message of that role, or for that message; Misplaced for what is neither."""
    mark = OpenMessage()
    if isinstance(said, MessageView):
        calls = (ToolCall(id=c.id, name=c.name, arguments=c.arguments) for c in said.tool_calls)
        mark.role, mark.calls, mark.call_id = said.role.value, tuple(calls), said.tool_call_id
    else:
        mark.role, mark.calls, mark.call_id = _role(said), (), None
    return mark


def _role(word: object) -> str:
    if not isinstance(word, str):
        raise Misplaced(f"{what(word)} is no role: {SAY}")
    if isinstance(word, Untrusted):
        raise Misplaced(f"{word[:80]!r} comes from outside, and is no role: {SAY}")
    if word == Role.TOOL:
        raise Misplaced("a tool's message answers a call: open it with a message of the history")
    if word not in ROLES:
        raise Misplaced(f"{word[:80]!r} is no role.{did_you_mean(word[:80], ROLES)}")
    return str(word)


def what(value: object) -> str:
    """The value in an author's words: 'None', 'a list', 'a QuestionView'."""
    return "None" if value is None else f"a {kind(value)}"


def open_section(name: object, settings: dict[str, Any]) -> OpenSection:
    """The mark for a section; Misplaced when a setting does not hold."""
    if not isinstance(name, str):
        raise Misplaced(f"{what(name)} is no name of a section: a name is a word")
    if not all(isinstance(value, str | int | float) for value in settings.values()):
        raise Misplaced(f"section {name[:80]!r}: a setting is a word or a number")
    if len(name) > 1_000:
        raise Misplaced(f"section {name[:80]!r}: the name is longer than 1,000 characters")
    try:
        spec = _spec(name, **settings)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "settings"
        raise Misplaced(f"section {name!r}: {where}: {first['msg']}") from None
    mark = OpenSection()
    mark.spec = spec
    return mark


@lru_cache(maxsize=1_024)  # the same few sections, on every page
def _spec(name: Any, **settings: Any) -> SectionSpec:
    return SectionSpec(name=name, **settings)


def assemble(chunks: Generator[str, None, None]) -> list[RawMessage]:
    """The messages that a template's stream describes.

    Structure that cannot be is thrown back into the template, so that the traceback names
    the template's own line. Text of a message outside its sections is a section by itself,
    named after the role, and always there.
    """
    desk = _Desk()
    for chunk in chunks:
        try:
            desk.take(chunk)
        except Misplaced as error:
            chunks.throw(error)
    return desk.messages


class _Desk:
    """Where the chunks are sorted: at most one open message, at most one open section."""

    def __init__(self) -> None:
        self.messages: list[RawMessage] = []
        self._opened: OpenMessage | None = None
        self._sections: dict[str, RawSection] = {}
        self._spec: SectionSpec | None = None
        self._text: list[str] = []
        self._room = MAX_CHARS

    def take(self, chunk: str) -> None:
        if type(chunk) is str:
            return self._add(chunk)
        match chunk:
            case OpenMessage():
                self._open_message(chunk)
            case CloseMessage():
                self._close_message()
            case OpenSection():
                self._open_section(chunk.spec)
            case CloseSection():
                self._close_section()
            case Bundle():
                for part in chunk.chunks:
                    self.take(part)
            case _:
                self._add(chunk)
        return None

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
                sections=tuple(self._sections.values()),
                calls=self._opened.calls,
                call_id=self._opened.call_id,
            )
        )
        self._opened, self._sections = None, {}

    def _open_section(self, spec: SectionSpec) -> None:
        if self._opened is None:
            raise Misplaced(f"section {spec.name!r} outside a message")
        if self._spec is not None:
            raise Misplaced(f"section {spec.name!r} inside section {self._spec.name!r}")
        if spec.name in self._sections:
            raise Misplaced(f"section {spec.name!r} stands twice in one message")
        if len(self._sections) >= MAX_PARTS:
            raise Misplaced(f"more than {MAX_PARTS:,} sections in one message")
        self._flush_loose(self._opened.role)
        self._spec = spec

    def _close_section(self) -> None:
        if self._spec is not None:
            self._keep(self._spec)
        self._spec = None

    def _flush_loose(self, role: str) -> None:
        if any(part and not part.isspace() for part in self._text):
            same = sum(name.partition(" ")[0] == role for name in self._sections)
            name = f"{role} {same + 1}" if same else role
            self._keep(SectionSpec(name=name, priority=LOOSE_PRIORITY, always=True))
        self._text = []

    def _keep(self, spec: SectionSpec) -> None:
        self._sections[spec.name] = RawSection(spec=spec, text="".join(self._text))
        self._text = []
