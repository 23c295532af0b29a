"""Matching: which line of a trace each line of a packed page is.

A page is parsed by the grammar of the packer, never by looking lines up, so it does not matter
how often a line occurs or what it imitates: a section is there whole, cut with its marker, or not
at all, and sections and messages keep their order. What fits nowhere is nobody's.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from heapq import heappop, heappush
from itertools import count

from coach.prompting.rendition import NOBODY, Rendition, Source, Sources
from coach.prompting.section import ROLE_LINES
from coach.prompting.tracing import TracedMessage

ROLES = {line.rstrip("\n"): role for role, line in ROLE_LINES.items()}

Spot = tuple[int, int]  # (sections, lines) that are behind us


def match(lines: Sequence[str], trace: Sequence[TracedMessage], kept: Collection[str]) -> Sources:
    """The source of each line of a page; `kept` are the names of sections that are on it.

    From the end: of messages that read alike, the newest were kept.
    """
    opened = [number for number, line in enumerate(lines) if line in ROLES]
    left = [_Message(message, kept) for message in trace]
    found: list[Sources] = []
    end = len(lines)
    for start in reversed(opened):
        at, sources = _latest(lines[start + 1 : end], ROLES[lines[start]], left)
        del left[at:]
        found.append([NOBODY, *sources])
        end = start
    return [NOBODY] * end + [source for sources in reversed(found) for source in sources]


def _latest(lines: Sequence[str], role: str, messages: "list[_Message]") -> tuple[int, Sources]:
    """The last message that explains the lines best: its number, and the sources."""
    best = len(messages), [NOBODY] * len(lines)
    least = len(lines) + 1
    for number in range(len(messages) - 1, -1, -1):
        if messages[number].role == role and least:
            sources = messages[number].explain(lines, least)
            if sources is not None:
                best, least = (number, sources), sources.count(NOBODY)
    return best


class _Message:
    """A message of the trace, by what its sections can look like on a page."""

    def __init__(self, message: TracedMessage, kept: Collection[str]) -> None:
        self.role = message.raw.role
        self._message = message
        self._kept = kept

    @cached_property
    def _sections(self) -> list[Rendition]:
        pairs = zip(self._message.raw.sections, self._message.origins, strict=True)
        listed = self.role == "system"
        found = (
            Rendition(raw, origins, listed=listed)
            for raw, origins in pairs
            if raw.spec.name in self._kept
        )
        return [section for section in found if section.lines]

    def explain(self, lines: Sequence[str], limit: int) -> Sources | None:
        """The sources, when fewer than `limit` lines have to be nobody's.

        The cheapest way from (no section, no line) to (all sections, all lines), where a line
        that is nobody's costs most, and a section that is not there a little.
        """
        order = count()
        goal = (len(self._sections), len(lines))
        heap = [(0, 0, next(order), (0, 0), (0, 0), list[Source]())]
        came: dict[Spot, tuple[Spot, Sources]] = {}
        while heap:
            unknown, absent, _, here, before, sources = heappop(heap)
            if here in came:
                continue
            if unknown >= limit:
                return None
            came[here] = before, sources
            if here == goal:
                return _walked(came, goal)
            for (more, less), there, seen in self._steps(here, lines):
                heappush(heap, (unknown + more, absent + less, next(order), there, here, seen))
        return None

    def _steps(
        self, here: Spot, lines: Sequence[str]
    ) -> Iterator[tuple[tuple[int, int], Spot, Sources]]:
        section, line = here
        if section < len(self._sections):
            for sources in self._sections[section].at(lines, line):
                yield (0, 0), (section + 1, line + len(sources)), sources
            yield (0, 1), (section + 1, line), []
        if line < len(lines):
            yield (1, 0), (section, line + 1), [NOBODY]


def _walked(came: dict[Spot, tuple[Spot, Sources]], goal: Spot) -> Sources:
    """All sources on the way to the goal, in order."""
    parts: list[Sources] = []
    while goal != (0, 0):
        goal, sources = came[goal]
        parts.append(sources)
    return [source for sources in reversed(parts) for source in sources]
