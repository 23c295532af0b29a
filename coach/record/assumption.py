"""An assumption: believed, not confirmed."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from heapq import merge
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

    __slots__ = ("_open_topics", "_ranks", "_topics")

    def __init__(self, items: dict[str, Assumption] | None = None) -> None:
        super().__init__(items)
        self._open_topics: dict[str, tuple[Rank, ...]] = {}
        self._ranks: list[Rank] = []
        topics: dict[str, list[str]] = {}
        waiting: dict[str, list[Rank]] = {}
        for key, assumption in self._items.items():
            if assumption.open:
                self._ranks.append(_rank(key, assumption))
            if (topic := assumption.related_to) is not None:
                topics.setdefault(topic, []).append(key)
                if assumption.open:
                    waiting.setdefault(topic, []).append(self._ranks[-1])
        self._ranks.sort()
        self._topics = {topic: tuple(keys) for topic, keys in topics.items()}
        self._open_topics = {topic: tuple(sorted(ranks)) for topic, ranks in waiting.items()}

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

    def by_interest(self, topics: Iterable[str]) -> Iterator[Assumption]:
        """The unconfirmed ones, lowest confidence first; of one confidence those about one of
        the topics first. Lazy: who stops early has not looked at the rest."""
        near = (((c, 0, n, key) for c, n, key in self._open_topics.get(t, ())) for t in topics)
        every = ((c, 1, n, key) for c, n, key in self._ranks)
        seen: set[str] = set()
        for _, _, _, key in merge(*near, every):
            if key not in seen:
                seen.add(key)
                yield self._items[key]

    def _index(self, key: str, before: Assumption | None, after: Assumption | None) -> None:
        if before is not None:
            self._forget(key, before, moved=after is None or after.related_to != before.related_to)
        if after is not None:
            self._note(key, after, moved=before is None or before.related_to != after.related_to)

    def _forget(self, key: str, old: Assumption, moved: bool) -> None:
        rank, topic = _rank(key, old), old.related_to
        if old.open:
            del self._ranks[bisect_left(self._ranks, rank)]
        if topic is not None and old.open:
            waiting = self._open_topics[topic]
            at = bisect_left(waiting, rank)
            self._open_topics[topic] = (*waiting[:at], *waiting[at + 1 :])
        if topic is not None and moved:
            self._topics[topic] = tuple(id for id in self._topics[topic] if id != key)

    def _note(self, key: str, new: Assumption, moved: bool) -> None:
        rank, topic = _rank(key, new), new.related_to
        if topic is not None and moved:
            self._topics[topic] = (*self.about(topic), key)
        if new.open:
            insort(self._ranks, rank)
        if topic is not None and new.open:
            waiting = self._open_topics.get(topic, ())
            at = bisect_left(waiting, rank)
            self._open_topics[topic] = (*waiting[:at], rank, *waiting[at:])

    def _share(self, twin: "Assumptions") -> None:
        twin._ranks, twin._topics = self._ranks, self._topics
        twin._open_topics = self._open_topics

    def _unshare(self) -> None:
        self._ranks, self._topics = self._ranks.copy(), self._topics.copy()
        self._open_topics = self._open_topics.copy()


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
