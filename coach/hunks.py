"""Hunks: what differs between two pages, sorted by the template lines that it is owed to.

A changed template line reads differently in every turn when it says what somebody said. So
changes are told apart by their lines in the templates, not by their text: one changed line is
one hunk, however many turns it was changed in.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from coach.differing import Change, Texts, changes
from coach.prompting.matching import match
from coach.prompting.prompt import Prompt
from coach.prompting.tracing import Origin
from coach.recipe import Recipe
from coach.vocabulary.value import Value

MOST_GROUPS = 2_000
MOST_KNOWN = 8_192


class Part(Value):
    """Lines of a section that belong together, as they once read, and the template lines that
    they come from."""

    old: Texts
    new: Texts
    old_at: Texts
    new_at: Texts


class Hunk(Value):
    """What differs in a section, in so many turns; the text is that of one of them."""

    section: str
    turns: int
    session: str
    turn: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """A page with what it was made from."""

    recipe: Recipe
    page: Prompt


@dataclass(kw_only=True, slots=True)
class _Group:
    section: str
    part: Part
    at: tuple[int, int]
    session: str
    turn: int
    turns: int = 0
    mark: int = 0  # of the set of turns: groups with the same one are shown together
    last: int = -1


@dataclass(slots=True)
class Hunks:
    """Takes pages in pairs; its memory is bounded."""

    groups: dict[object, _Group] = field(default_factory=dict)
    more: int = 0
    _known: dict[object, list[tuple[object, Part]]] = field(default_factory=dict)
    _number: int = 0

    def take(self, session: str, turn: int, old: Side, new: Side) -> tuple[str, ...]:
        """Note what differs; the names of the sections that do."""
        self._number += 1
        found, pair = list(changes(old.page, new.page)), _Pair(old, new)
        for change in found:
            for key, part in self._parts(change, pair):
                self._count(key, part, change, session, turn)
        return tuple(dict.fromkeys(change.section for change in found))

    def found(self) -> list[Hunk]:
        """The hunks, those of most turns first."""
        alike: dict[object, list[_Group]] = defaultdict(list)
        for group in self.groups.values():
            alike[group.section, group.turns, group.mark].append(group)
        hunks = [_hunk(sorted(groups, key=lambda g: g.at)) for groups in alike.values()]
        return sorted(hunks, key=lambda hunk: -hunk.turns)

    def _count(self, key: object, part: Part, change: Change, session: str, turn: int) -> None:
        if key not in self.groups and len(self.groups) >= MOST_GROUPS:
            self.more += 1
            return
        group = self.groups.setdefault(
            key,
            _Group(section=change.section, part=part, at=change.at, session=session, turn=turn),
        )
        if group.last != self._number:
            group.last = self._number
            group.turns += 1
            group.mark ^= hash((self._number, 7919))

    def _parts(self, change: Change, pair: "_Pair") -> list[tuple[object, Part]]:
        """The change by template lines; known texts need no trace."""
        text = change.section, change.before, change.after
        if text not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[text] = list(_owed(change, pair))
        return self._known[text]


class _Pair:
    """Two pages, traced when that is needed."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old, self.new = _Traced(old), _Traced(new)


class _Traced:
    def __init__(self, side: Side) -> None:
        self._side = side
        self._origins: dict[str, list[Origin | None]] | None = None

    def owed(self, section: str, start: int, count: int) -> list[tuple[str, str]]:
        """(place, source) of each line of a section from `start` on."""
        if self._origins is None:
            self._origins = _origins(self._side)
        origins = self._origins.get(section, [])[start : start + count]
        recipe = self._side.recipe
        return [("", "") if o is None else (str(o), recipe.source(o)) for o in origins]


def _origins(side: Side) -> dict[str, list[Origin | None]]:
    """The template line of each line of each section."""
    page = side.page
    kept = {entry.section for entry in page.ledger.entries if entry.section and entry.got}
    sources = match(page.text.split("\n")[:-1], side.recipe.trace(), kept)
    origins: dict[str, list[Origin | None]] = defaultdict(list)
    line = 0
    for span in page.spans:
        end = line + page.text.count("\n", span.start, span.end)
        if span.section is not None:
            origins[span.section] += [source.origin for source in sources[line:end]]
        line = end
    return origins


def _owed(change: Change, pair: _Pair) -> Iterator[tuple[object, Part]]:
    """The parts of a change, each with what tells it from others.

    When as many template lines stand on both sides, each is compared with its counterpart.
    """
    old = _runs(change.before, pair.old.owed(change.section, change.at[0], len(change.before)))
    new = _runs(change.after, pair.new.owed(change.section, change.at[1], len(change.after)))
    one = len(old) != len(new)
    pairs = [(old, new)] if one else [([a], [b]) for a, b in zip(old, new, strict=True)]
    for before, after in pairs:
        key = change.section, _key(before), _key(after)
        yield (
            key,
            Part(
                old=tuple(text for _, texts in before for text in texts),
                new=tuple(text for _, texts in after for text in texts),
                old_at=_places(before),
                new_at=_places(after),
            ),
        )


_Run = tuple[tuple[str, str], list[str]]


def _runs(texts: Sequence[str], owed: Sequence[tuple[str, str]]) -> list[_Run]:
    """Lines that one template line made stand together."""
    padded = [*owed, *[("", "")] * (len(texts) - len(owed))]
    pairs = groupby(zip(padded, texts, strict=True), key=lambda pair: pair[0])
    return [(where, [text for _, text in lines]) for where, lines in pairs]


def _key(runs: Iterable[_Run]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(where for where, _ in runs))


def _places(runs: Iterable[_Run]) -> Texts:
    return tuple(dict.fromkeys(where for (where, _), _ in runs if where))


def _hunk(groups: Sequence[_Group]) -> Hunk:
    first = groups[0]
    return Hunk(
        section=first.section,
        turns=first.turns,
        session=first.session,
        turn=first.turn,
        parts=tuple(group.part for group in groups),
    )
