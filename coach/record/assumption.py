"""An assumption: believed, not confirmed."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import ClassVar

from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.record.collection import Collection
from coach.vocabulary.commands import Answerable, Confidence
from coach.vocabulary.value import Value
from coach.vocabulary.words import AssumptionStatus, Source


class Assumption(Value):
    """Something believed: unconfirmed, then confirmed, rejected or superseded; never deleted.

    `related_to` names the field it is about, `value` what that field would hold. `message`
    and `revision` say when it arose, `settled_message` and `settled_revision` what settled it.
    `tokens` is the count of the content alone, 0 until it is kept.
    """

    id: str
    content: str
    source: Source = Source.INFERRED
    confidence: Confidence = 0.5
    related_to: str | None = None
    value: Answerable | None = None
    status: AssumptionStatus = AssumptionStatus.UNCONFIRMED
    message: int | None = None
    revision: int = 0
    settled_message: int | None = None
    settled_revision: int | None = None
    tokens: int = 0

    @property
    def rejected(self) -> bool:
        return self.status is AssumptionStatus.REJECTED

    @property
    def open(self) -> bool:
        """Still unconfirmed."""
        return self.status is AssumptionStatus.UNCONFIRMED


Rank = tuple[float, int, str]


class Assumptions(Collection[Assumption]):
    """All assumptions by id. The open ones are kept in order, and those of a topic together."""

    item: ClassVar[type[Value]] = Assumption
    letter: ClassVar[str] = "a"

    __slots__ = ("_ranks", "_topics")

    def __init__(self, items: dict[str, Assumption] | None = None) -> None:
        super().__init__(items)
        self._topics: dict[str, tuple[str, ...]] = {}
        for key, assumption in self._items.items():
            if assumption.related_to is not None:
                self._topics[assumption.related_to] = (*self.about(assumption.related_to), key)
        self._ranks = sorted(_rank(k, a) for k, a in self._items.items() if a.open)

    @property
    def open(self) -> Iterator[Assumption]:
        """The unconfirmed ones, lowest confidence first, then in order of arrival."""
        return (self._items[key] for _, _, key in self._ranks)

    def count_open(self, below: float | None = None) -> int:
        """How many are unconfirmed, or of them have less confidence than that."""
        return len(self._ranks) if below is None else bisect_left(self._ranks, (below, -1, ""))

    def about(self, topic: str) -> tuple[str, ...]:
        """The ids of all that are related to something, oldest first."""
        return self._topics.get(topic, ())

    def _index(self, key: str, before: Assumption | None, after: Assumption | None) -> None:
        if before is not None and before.open:
            del self._ranks[bisect_left(self._ranks, _rank(key, before))]
        if after is not None and after.open:
            insort(self._ranks, _rank(key, after))
        old, new = (None if a is None else a.related_to for a in (before, after))
        if old == new:
            return
        if old is not None:
            self._topics[old] = tuple(id for id in self._topics[old] if id != key)
        if new is not None:
            self._topics[new] = (*self.about(new), key)

    def _share(self, twin: "Assumptions") -> None:
        twin._ranks, twin._topics = self._ranks, self._topics

    def _unshare(self) -> None:
        self._ranks, self._topics = self._ranks.copy(), self._topics.copy()


def _rank(key: str, assumption: Assumption) -> Rank:
    number = key[1:]
    return assumption.confidence, int(number) if number.isdecimal() else 0, key


class AssumptionRow(Row, table=True):
    """One row per assumption."""

    __tablename__ = "coach_assumption"

    session_id: str = Col(primary_key=True, max_length=128)
    id: str = Col(primary_key=True, max_length=64)
    content: str
    source: str = Col(max_length=16)
    confidence: float
    related_to: str | None = Col(default=None, max_length=64)
    value: Answerable | None = Col(default=None, sa_type=JsonText)
    status: str = Col(max_length=16)
    message: int | None
    revision: int
    settled_message: int | None
    settled_revision: int | None
    tokens: int = 0
