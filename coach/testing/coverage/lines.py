"""Lines: where a flow's file says what. A flow that was built in Python has none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from coach.errors import FlowError
from coach.flows.flow import Flow
from coach.flows.load import parse_flow
from coach.flows.source import Document, read_document, read_file
from coach.flows.tree import Location
from coach.library import find_flow

WORDS = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[A-Za-z_]\w*|[()\[\]]|\n")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A flow's file: its text, and the line of each of its places."""

    path: str = ""
    text: str = ""
    document: Document | None = field(default=None, repr=False)

    @classmethod
    def read(cls, path: Path) -> "Source":
        """The source in a file; FlowFileError when it cannot be read."""
        text, shown = read_file(path), shown_path(path)
        return cls(path=shown, text=text, document=read_document(text, shown, path.suffix))

    @classmethod
    def of(
        cls, flow: Flow, path: Path | None = None, folders: Sequence[Path] | None = None
    ) -> "Source":
        """The file that a flow was read from: `path`, or the one that its name finds if it holds
        this very flow; else a source without lines."""
        try:
            place = path or find_flow(flow.name, folders)
            read = parse_flow(read_file(place), str(place), place.suffix, flow.registry)
        except FlowError:
            return NOWHERE
        return cls.read(place) if read.hash == flow.hash else NOWHERE

    def line(self, *location: str | int, of_key: bool = False) -> int | None:
        """The line (from 1) of a place; None without a file."""
        if self.document is None:
            return None
        return self.document.line(location, of_key=of_key)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.text.splitlines())

    def conjunct_line(self, rule: Location, index: int) -> int | None:
        """The line on which a conjunct (from 0) of a rule's `when` begins.

        A rule's guard may hold more than its `when`, and a `when` may be written in ways that
        are not followed here: those conjuncts stand on the line of `when`, or of the rule.
        """
        first = self.line(*rule, "when")
        if first is None or self.document is None or (*rule, "when") not in self.document.keys:
            return self.line(*rule)
        found = _conjuncts(self._block(rule, first), first)
        return found[index] if index < len(found) else first

    def _block(self, rule: Location, first: int) -> str:
        """The lines from `when` to before the next key of the rule, or what comes after it."""
        assert self.document is not None  # noqa: S101  # the caller has looked
        later = [line for line in self.document.keys.values() if line > first]
        end = min(later, default=len(self.lines) + 1)
        begin, *rest = self.lines[first - 1 : end - 1]
        _, _, words = begin.partition("when:")
        return "\n".join((words, *rest))


NOWHERE = Source()


def shown_path(path: Path) -> str:
    """A path as reports show it: from the working directory, if it is below that."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _conjuncts(text: str, line: int) -> list[int]:
    """The line of the first word, and of that after each 'and'; [] for a text with an 'or' beside
    them, or with an 'and' in brackets."""
    depth, waiting = 0, True
    found: list[int] = []
    for word in WORDS.findall(text):
        if (word == "or" and depth == 0) or (word == "and" and depth > 0):
            return []
        if word == "\n":
            line += 1
        elif word == "and":
            waiting = True
        else:
            if waiting:
                found.append(line)
                waiting = False
            depth += (word in "([") - (word in ")]")
    return found
