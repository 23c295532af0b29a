"""Tallying: what two versions of the templates make of many turns, in figures and hunks."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from coach.errors import PromptError
from coach.hunks import Hunk, Hunks, Side
from coach.prompting.divergence import diverge
from coach.prompting.ledger import Entry, Ledger
from coach.prompting.prompt import Prompt
from coach.vocabulary.value import Value

MOST_REASONS = 500


class Spread(Value):
    """Whole numbers: the least, the middle one and the greatest; all 0 when there are none."""

    min: int = 0
    median: float = 0
    max: int = 0


class Trouble(Value):
    """Something that went wrong in so many turns (or sessions), and one of them."""

    what: str
    times: int
    session: str
    turn: int | None = None


class Report(Value):
    """What two versions of the templates make of the same turns.

    `changed` turns have another page; `delta` is what they cost more (over those). `sections`,
    `dropped` (they found no room, and did before) and `cut` (less of them is there) count turns.
    `tokens` and `cached` are sums for old and new: cached is what a page shares with the one
    before it in its session, of `cacheable` tokens.
    """

    sessions: int
    turns: int
    changed: int
    tokens: tuple[int, int]
    delta: Spread
    sections: dict[str, int]
    dropped: dict[str, int]
    cut: dict[str, int]
    cached: tuple[int, int]
    cacheable: tuple[int, int]
    broken: tuple[Trouble, ...]
    mended: tuple[Trouble, ...]
    broken_before: int
    without_page: int
    skipped: tuple[Trouble, ...]
    hunks: tuple[Hunk, ...]
    more_hunks: int

    @property
    def same(self) -> bool:
        """Nothing differs in any turn."""
        return not (self.changed or self.broken or self.mended)

    @property
    def cache_shares(self) -> tuple[float, float]:
        """The shares, 0 to 1, of old and new that a provider's prompt cache could serve."""
        old, new = (
            c / of if of else 0.0 for c, of in zip(self.cached, self.cacheable, strict=True)
        )
        return old, new


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pages:
    """A turn's page under both versions."""

    old: Prompt
    new: Prompt


class _Troubles:
    """What went wrong, by its words."""

    def __init__(self) -> None:
        self._found: dict[str, Trouble] = {}

    def note(self, what: str, session: str, turn: int | None = None) -> None:
        known = self._found.get(what)
        if known is None and len(self._found) >= MOST_REASONS:
            what = "other reasons"
            known = self._found.get(what)
        times = 1 if known is None else known.times + 1
        first = known or Trouble(what=what, times=1, session=session, turn=turn)
        self._found[what] = first.model_copy(update={"times": times})

    def all(self) -> tuple[Trouble, ...]:
        return tuple(sorted(self._found.values(), key=lambda trouble: -trouble.times))


@dataclass(slots=True)
class Tally:
    """Sums over turns."""

    sessions: int = 0
    turns: int = 0
    changed: int = 0
    without_page: int = 0
    broken_before: int = 0
    tokens: list[int] = field(default_factory=lambda: [0, 0])
    cached: list[int] = field(default_factory=lambda: [0, 0])
    cacheable: list[int] = field(default_factory=lambda: [0, 0])
    deltas: Counter[int] = field(default_factory=Counter)
    sections: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)
    broken: _Troubles = field(default_factory=_Troubles)
    mended: _Troubles = field(default_factory=_Troubles)
    skipped: _Troubles = field(default_factory=_Troubles)
    hunks: Hunks = field(default_factory=Hunks)

    def failed(
        self, session: str, turn: int, old: PromptError | None, new: PromptError | None
    ) -> None:
        """A turn that cannot be rendered under one version, or under neither."""
        if old is not None and new is not None:
            self.broken_before += 1
        elif new is not None:
            self.broken.note(str(new), session, turn)
        else:
            self.mended.note(str(old), session, turn)

    def rendered(self, session: str, turn: int, old: Side, new: Side) -> None:
        """A turn that has both pages."""
        self.tokens[0] += old.page.tokens
        self.tokens[1] += new.page.tokens
        if old.page.text == new.page.text:
            return
        self.changed += 1
        self.deltas[new.page.tokens - old.page.tokens] += 1
        self.sections.update(self.hunks.take(session, turn, old, new))
        dropped = set(new.page.ledger.dropped) - set(old.page.ledger.dropped)
        self.dropped.update(dropped)
        self.cut.update(set(_cut(old.page.ledger, new.page.ledger)) - dropped)

    def followed(self, previous: Pages, pages: Pages) -> None:
        """Two turns, one behind the other, that have both pages."""
        old = diverge(previous.old, pages.old)
        same = (previous.old.text, pages.old.text) == (previous.new.text, pages.new.text)
        new = old if same else diverge(previous.new, pages.new)
        for side, found in enumerate((old, new)):
            self.cached[side] += found.token
            self.cacheable[side] += found.tokens

    def report(self) -> Report:
        hunks = tuple(self.hunks.found())
        return Report(
            sessions=self.sessions,
            turns=self.turns,
            changed=self.changed,
            tokens=(self.tokens[0], self.tokens[1]),
            delta=spread(self.deltas),
            sections=_sorted(self.sections),
            dropped=_sorted(self.dropped),
            cut=_sorted(self.cut),
            cached=(self.cached[0], self.cached[1]),
            cacheable=(self.cacheable[0], self.cacheable[1]),
            broken=self.broken.all(),
            mended=self.mended.all(),
            broken_before=self.broken_before,
            without_page=self.without_page,
            skipped=self.skipped.all(),
            hunks=hunks,
            more_hunks=self.hunks.more,
        )


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(counts.most_common())


def _cut(old: Ledger, new: Ledger) -> Iterator[str]:
    """The sections of which less is there than before."""
    was = {entry.section: _left(entry) for entry in old.entries}
    for entry in new.entries:
        if entry.section and _left(entry) > was.get(entry.section, (0, 0)):
            yield entry.section


def _left(entry: Entry) -> tuple[int, int]:
    """How much of a section is not on the page: units, and tokens."""
    return entry.total - entry.kept, entry.wanted - entry.got


def spread(counts: Counter[int]) -> Spread:
    """The spread of numbers that occur so often."""
    total = counts.total()
    if not total:
        return Spread()
    low, high = _at(counts, (total - 1) // 2), _at(counts, total // 2)
    return Spread(min=min(counts), median=(low + high) / 2, max=max(counts))


def _at(counts: Counter[int], rank: int) -> int:
    """The number at a place of the sorted ones, from 0."""
    for number in sorted(counts):
        rank -= counts[number]
        if rank < 0:
            return number
    raise IndexError(rank)
