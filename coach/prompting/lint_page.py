"""The page as a walk lays it out: messages, sections, and what is in front of the cache."""

from collections.abc import Iterator

from coach.prompting import outline as o
from coach.prompting.kinds import VOLATILE

Conditions = tuple[tuple[object, ...], ...]
Found = tuple[o.Outline, int | None, str, str]


class Page:
    """Hears what stands on a page, in its order. `whole` is False for a part of one, which has
    its messages elsewhere."""

    def __init__(self, whole: bool = True) -> None:
        self.found: dict[Found, None] = {}
        self._role = self._section = None if whole else ""
        self._whole = whole
        self._inside: list[tuple[object, ...]] = []
        self._outer = 0
        self._sections: list[tuple[str, Conditions]] = []
        self._uses: list[tuple[int, o.Outline, int, str]] = []
        self._steps = self._cached = 0

    def use(self, roots: frozenset[str], at: o.Outline, line: int) -> None:
        self._steps += 1
        self._uses += [(self._steps, at, line, name) for name in sorted(roots & VOLATILE)]

    def text(self, at: o.Outline, text: o.Text) -> None:
        if self._role is None and text.text.strip():
            words = text.text.strip()[:40]
            self._note(at, text.first, "T401", f"text outside a message: {words!r}")

    def open(self, at: o.Outline, tag: o.Message | o.Section) -> None:
        self._steps += 1
        if isinstance(tag, o.Message):
            self._open_message(at, tag)
        else:
            self._open_section(at, tag)

    def close(self, tag: o.Message | o.Section) -> None:
        self._steps += 1
        outside = None if self._whole else ""
        if isinstance(tag, o.Message):
            self._role = outside
        else:
            self._section = None
            if _constant(tag.settings.get("cache")):
                self._cached = self._steps

    def enter(self, condition: tuple[object, ...]) -> None:
        self._inside.append(condition)

    def leave(self) -> None:
        self._inside.pop()

    def faults(self) -> Iterator[Found]:
        """Everything wrong with the page, once it is whole."""
        yield from self.found
        told = set()
        for step, at, line, name in self._uses:
            if step < self._cached and (at, name) not in told:
                told.add((at, name))
                text = f"{name!r} changes every turn, and a section with 'cache' comes after it"
                yield at, line, "T406", text

    def _open_message(self, at: o.Outline, tag: o.Message) -> None:
        if self._role:
            self._note(at, tag.line, "T401", "a message inside a message")
        self._role = str(_constant(tag.role) or "message")
        self._outer, self._sections, self._section = len(self._inside), [], None

    def _open_section(self, at: o.Outline, tag: o.Section) -> None:
        name = _constant(tag.name)
        if self._role is None:
            self._note(at, tag.line, "T401", f"section {name!r} outside a message")
        if self._section:
            self._note(at, tag.line, "T401", f"section {name!r} inside section {self._section!r}")
        self._section = str(name)
        if isinstance(name, str):
            self._twice(at, tag, name)

    def _twice(self, at: o.Outline, tag: o.Section, name: str) -> None:
        """A section stands twice if it is there whenever another of its name is."""
        here = tuple(self._inside[self._outer :])
        if any(other == name and here[: len(c)] == c for other, c in self._sections):
            self._note(at, tag.line, "T403", f"section {name!r} stands twice in one message")
        elif here and here[-1][-1] == "often":
            text = f"section {name!r} stands in a loop within one message: open it around the loop"
            self._note(at, tag.line, "T403", text)
        self._sections.append((name, here))

    def _note(self, at: o.Outline, line: int, code: str, message: str) -> None:
        self.found.setdefault((at, line, code, message))


def _constant(expr: o.Expr | None) -> object:
    return expr.value if isinstance(expr, o.Const) else None
