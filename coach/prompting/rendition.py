"""Renditions: what a section of a trace can look like on a packed page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from coach.prompting.section import RawSection, blocks, normalise
from coach.prompting.tokens import ELLIPSIS
from coach.prompting.tracing import Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a line of a page comes from: nothing for the line that opens a message, a section
    without an origin for the line that says how much was left out."""

    section: str | None = None
    origin: Origin | None = None


Sources = list[Source]
NOBODY = Source()


class Rendition:
    """A section by its normalised lines. `listed`: it is a list of line-blocks, with a marker for
    those left out; else it is one utterance."""

    def __init__(self, raw: RawSection, origins: Sequence[Origin], *, listed: bool) -> None:
        text = normalise(raw.text)
        parts = blocks(text)
        name, skipped = raw.spec.name, _skipped(raw.text)
        self.lines = text.split("\n")[:-1]
        self._sources = [Source(section=name, origin=origin) for origin in origins[skipped:]]
        self._marker = Source(section=name)
        self._listed = listed
        self._first = raw.spec.keep == "first"
        self._more = getattr(raw.spec, "more", 0)
        self._starts = list(accumulate((part.count("\n") for part in parts), initial=0))
        self._units = len(parts)
        self._heads = (1, 0) if parts and parts[0].startswith("#") else (0,)

    def at(self, page: Sequence[str], line: int) -> Iterator[Sources]:
        """What the page's lines from there on can be of this section, the most first."""
        if self._there(page, line, 0, len(self.lines)):
            yield self._sources[: len(self.lines)]
        if not self._listed:
            yield from self._beginnings(page, line, 0, len(self.lines))
            yield from self._ends(page, line)
            return
        below = self._firsts if self._first else self._lasts
        for head in self._heads:
            body = self._starts[head]
            if self._there(page, line, 0, body):
                for sources in below(page, line + body, head):
                    yield self._sources[:body] + sources

    def _firsts(self, page: Sequence[str], line: int, head: int) -> Iterator[Sources]:
        """The first units, maybe the beginning of the next one, and '… and 3 more'."""
        body = self._starts[head]
        reach = body + self._common(page, line, body, len(self.lines))
        for kept in range(self._units, head - 1, -1):
            end = self._starts[kept]
            if end > reach:
                continue
            whole, behind = self._sources[body:end], line + end - body
            for part in self._next(page, behind, kept):
                left = self._units - kept - bool(part)
                if self._says(page, behind + len(part), left, "more"):
                    yield [*whole, *part, self._marker]
                elif part and not left + self._more:
                    yield [*whole, *part]

    def _next(self, page: Sequence[str], line: int, unit: int) -> Iterator[Sources]:
        yield []
        if unit < self._units:
            yield from self._beginnings(page, line, self._starts[unit], self._starts[unit + 1])

    def _lasts(self, page: Sequence[str], line: int, head: int) -> Iterator[Sources]:
        """'… and 3 earlier', maybe the beginning of a unit, and the last units."""
        for unit in range(head, self._units + 1):
            if self._says(page, line, unit - head, "earlier"):
                for sources in self._rest(page, line + 1, unit):
                    yield [self._marker, *sources]
        if not self._more:
            yield from self._rest(page, line, head)

    def _rest(self, page: Sequence[str], line: int, unit: int) -> Iterator[Sources]:
        """All units from that one on, or its beginning and those behind it."""
        start = self._starts[unit]
        if self._there(page, line, start, len(self.lines)):
            yield self._sources[start : len(self.lines)]
        if unit < self._units:
            end = self._starts[unit + 1]
            for part in self._beginnings(page, line, start, end):
                if self._there(page, line + len(part), end, len(self.lines)):
                    yield part + self._sources[end : len(self.lines)]

    def _beginnings(
        self, page: Sequence[str], line: int, start: int, end: int
    ) -> Iterator[Sources]:
        """Lines of ours from `start`, the last of them cut short; before `end`."""
        for cut in range(start + self._common(page, line, start, end), start - 1, -1):
            at = line + cut - start
            short = page[at] if cut < end and at < len(page) else ""
            kept = short.removesuffix(ELLIPSIS)
            if kept != short and self.lines[cut].startswith(kept):
                yield self._sources[start : cut + 1]

    def _ends(self, page: Sequence[str], line: int) -> Iterator[Sources]:
        """Our last lines, the first of them without its beginning."""
        if line < len(page) and page[line].startswith(ELLIPSIS):
            rest = page[line].removeprefix(ELLIPSIS)
            for cut, ours in enumerate(self.lines):
                if ours.endswith(rest) and self._there(page, line + 1, cut + 1, len(self.lines)):
                    yield self._sources[cut : len(self.lines)]

    def _there(self, page: Sequence[str], line: int, start: int, end: int) -> bool:
        return self._common(page, line, start, end) == end - start

    def _common(self, page: Sequence[str], line: int, start: int, end: int) -> int:
        """How many lines from `start` on stand on the page, one by one."""
        most = min(end - start, len(page) - line)
        alike = (page[line + i] == self.lines[start + i] for i in range(most))
        return next((i for i, same in enumerate(alike) if not same), max(most, 0))

    def _says(self, page: Sequence[str], line: int, left: int, word: str) -> bool:
        """True when the page says there that so many units were left out."""
        said = page[line].replace(",", "") if line < len(page) else ""
        return left + self._more > 0 and said == f"… and {left + self._more} {word}"


def _skipped(text: str) -> int:
    """The lines that normalising takes away in front."""
    return text[: len(text) - len(text.lstrip())].count("\n")
