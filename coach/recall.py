"""Recall: the messages and memories that are about a question, as many as a budget holds."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from coach.prompting.phrases import Phrases
from coach.recalling import ranking
from coach.recalling.packing import Ranked, packed
from coach.recalling.ranking import Line
from coach.recalling.words import Question, question
from coach.record.context import CoachContext
from coach.record.message import Message
from coach.record.parties import Parties
from coach.record.recalled import LINE_TOKENS, Recalled, in_order, of_memory, of_message
from coach.stores.connect import Database, Db
from coach.stores.memories import reading
from coach.stores.memories.reading import Seer
from coach.stores.search import finding
from coach.stores.search.finding import Heap
from coach.stores.vectors import nearest
from coach.vocabulary.words import Role

MOST_HELD = 500  # newest rows of each word: what a search costs is bounded
LIKELY = 120  # of them looked at more closely

Key = tuple[str, int]  # whose heap it is in, and its number there


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """A question as the vector of an embedder; `by` is the embedder's name."""

    vector: Sequence[float]
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is to be recalled: what is about `question`, in at most `budget` tokens, as `seer`
    sees it at the time `now`; of messages those before `past`, if one is named, but for those
    `without` it; of memories none whose words are `in_hand` already. When `never` is given,
    nothing that says one of these values or what a memory said before it was corrected.
    `meaning` is what an embedder made of the question."""

    question: Question
    budget: int
    seer: Seer
    now: datetime
    past: int | None = None
    meaning: Meaning | None = None
    without: frozenset[int] = frozenset()
    in_hand: frozenset[str] = frozenset()
    never: frozenset[str] | None = None


def seer_of(context: CoachContext) -> Seer:
    """A session's own eyes."""
    who = Parties(user=context.user_id, account=context.account_id)
    return Seer(who=who, session=context.session_id)


def for_page(context: CoachContext, text: str, budget: int, now: datetime) -> Wanted:
    """What is to come back on a session's page for what was said: of what has left the window,
    without what was corrected since, and what stands there as known. The person's name in it
    means what they said."""
    sources = (int(key.partition(":")[0]) for key in context.superseded)
    name = context.person.profile.get("name")
    return Wanted(
        question=question(text, {Role.USER: name} if isinstance(name, str) else None),
        budget=budget,
        seer=seer_of(context),
        now=now,
        past=context.window_start,
        without=frozenset(sources),
        in_hand=frozenset(item.content for item in context.known.values()),
        never=frozenset(filter(None, context.superseded.values())),
    )


def last_said(context: CoachContext) -> str | None:
    """What the person said last, as far as the window has it: a page to look at is about that."""
    said = (m.content for m in reversed(context.conversation_history) if m.role is Role.USER)
    return next(said, None)


def again(
    database: Database, seer: Seer, said: Sequence[Message], names: Collection[int | str]
) -> tuple[Recalled, ...]:
    """What was recalled once, by the names that a page's record has; without what is gone."""
    found = [of_message(message, seer.session) for message in said if message.seq in names]
    with database.transaction(write=False) as db:
        for name in names:
            if isinstance(name, str):
                found += [of_memory(m) for m in reading.named(db, seer, name) if m.id == name]
    return in_order(found)


def recall(database: Database, wanted: Wanted) -> tuple[Recalled, ...]:
    """What is about the question, oldest first. The index is brought up to date before."""
    with database.transaction(write=False) as db:
        heaps = heaps_of(db, wanted)
        behind = finding.is_behind(db, heaps)
        if not behind:
            return _recalled(db, wanted, heaps)
    with database.transaction() as db:
        return recall_within(db, wanted)


def recall_within(db: Db, wanted: Wanted) -> tuple[Recalled, ...]:
    """The same inside a transaction that may write."""
    heaps = heaps_of(db, wanted)
    finding.catch_up(db, heaps)
    return _recalled(db, wanted, heaps)


def heaps_of(db: Db, wanted: Wanted) -> list[Heap]:
    """What is searched: the messages of the session, and the memories of the person."""
    person = finding.person_heap(db, wanted.seer.who.user)
    if wanted.seer.session is None:
        return [person]
    return [finding.session_heap(db, wanted.seer.session, wanted.past), person]


def _recalled(db: Db, wanted: Wanted, heaps: list[Heap]) -> tuple[Recalled, ...]:
    terms = _terms(db, wanted.question, heaps)
    places = [
        (_Messages if heap.of_session else _Memories)(db, wanted, heap, terms) for heap in heaps
    ]
    ranked = [one for place in places for one in place.ranked()]
    if wanted.meaning is not None:
        ranked = _fused(ranked, [place.nearest() for place in places])
    scores = {one.key: one.score for one in ranked}
    chosen = {key: scores[key] for key in packed(ranked, wanted.budget)}
    items = (item for place in places for item in place.shown(chosen))
    if wanted.never is None:
        return in_order(items)
    old = Phrases(wanted.never | reading.corrected(db, wanted.seer))
    return in_order(item for item in items if not old.told_by(item.text))


def _fused(ranked: Sequence[Ranked[Key]], near: Iterable[Sequence[Key]]) -> list[Ranked[Key]]:
    """By words and by meaning, each as a ranking: their scores cannot be compared."""
    by_words = sorted((one for one in ranked if one.score > 0), key=lambda one: -one.score)
    scores = ranking.fused([[one.key for one in by_words], *near])
    return [replace(one, score=scores[one.key]) for one in ranked if one.key in scores]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Terms:
    """The words that were found: how much each says, and in which rows of each heap it is."""

    weights: Mapping[str, float]
    postings: Mapping[str, Mapping[str, Sequence[int]]]  # owner -> term -> numbers


def _terms(db: Db, question: Question, heaps: list[Heap]) -> _Terms:
    """Words that are in the very same rows ('run', 'running') count once. What a word says is
    worked out over all heaps together, so that their rows can be compared."""
    rows = sum(heap.count for heap in heaps)
    weights: dict[str, float] = {}
    postings: dict[str, dict[str, Sequence[int]]] = {heap.owner: {} for heap in heaps}
    seen = set()
    for term in question.terms:
        places = tuple(tuple(finding.holding(db, heap, term, MOST_HELD)) for heap in heaps)
        if not any(places) or places in seen:
            continue
        seen.add(places)
        held = sum(_held(numbers, heap) for numbers, heap in zip(places, heaps, strict=True))
        weights[term] = ranking.weight(held, rows)
        for heap, numbers in zip(heaps, places, strict=True):
            postings[heap.owner][term] = numbers
    return _Terms(weights=weights, postings=postings)


def _held(numbers: Sequence[int], heap: Heap) -> float:
    """How many rows hold a word; as often as among the newest when not all were read."""
    if len(numbers) < MOST_HELD:
        return len(numbers)
    return len(numbers) / (heap.past - numbers[-1]) * heap.count


class _Heaped(ABC):
    """What was found in one heap: its rows without their text, and what each scores."""

    def __init__(self, db: Db, wanted: Wanted, heap: Heap, terms: _Terms) -> None:
        self.db, self.wanted, self.heap = db, wanted, heap
        self.postings, self.weights = terms.postings[heap.owner], terms.weights
        self.near = [] if wanted.meaning is None else list(self._near(wanted.meaning))
        likely = ranking.likely(self.postings, self.weights, LIKELY)
        self.likely = list(dict.fromkeys((*likely, *self.near)))
        self.lines: dict[int, Line] = {}
        self.scores: dict[int, float] = {}

    @abstractmethod
    def _near(self, meaning: Meaning) -> Sequence[int]:
        """The rows that lie nearest to a meaning, the nearest first."""

    def _words(self, mean: float, speaker: Role | None = None) -> list[dict[int, float]]:
        return ranking.by_term(self.postings, self.weights, self.lines, mean, speaker)

    def ranked(self) -> Iterator[Ranked[Key]]:
        for number, line in self.lines.items():
            score = self.scores.get(number, 0.0)
            if score > 0 or number in self.near:
                cost = line.tokens + LINE_TOKENS
                yield Ranked(key=(self.heap.owner, number), score=score, cost=cost)

    def nearest(self) -> list[Key]:
        """What lies near in meaning, the nearest first."""
        return [(self.heap.owner, number) for number in self.near if number in self.lines]

    def mine(self, chosen: Mapping[Key, float]) -> dict[int, float]:
        found = ((number, score) for (owner, number), score in chosen.items() if self._has(owner))
        return dict(sorted(found))

    def _has(self, owner: str) -> bool:
        return owner == self.heap.owner

    @abstractmethod
    def shown(self, chosen: Mapping[Key, float]) -> Iterator[Recalled]:
        """What was chosen of this heap, with its text."""


class _Messages(_Heaped):
    """Messages, and what their neighbours lend them."""

    def __init__(self, db: Db, wanted: Wanted, heap: Heap, terms: _Terms) -> None:
        super().__init__(db, wanted, heap, terms)
        self.lines = {
            row["seq"]: Line(tokens=row["tokens"], role=Role(row["role"]))
            for row in finding.lines_at(db, heap.name, ranking.around(self.likely, heap.past))
            if row["withdrawn_by"] is None and row["seq"] not in wanted.without
        }
        words = self._words(heap.mean, wanted.question.speaker)
        self.own = {*ranking.summed(words), *self.near}
        self.scores = ranking.with_neighbours(words, self.lines)

    def _near(self, meaning: Meaning) -> Sequence[int]:
        of = {"session": self.heap.name, "past": self.heap.past, "by": meaning.by}
        return nearest.messages(self.db, meaning.vector, of)

    def shown(self, chosen: Mapping[Key, float]) -> Iterator[Recalled]:
        mine = self.mine(chosen)
        for message in finding.messages_at(self.db, self.heap.name, list(mine)):
            is_hit = message.seq in self.own
            yield of_message(message, self.heap.name, mine[message.seq], is_hit)


class _Memories(_Heaped):
    """Memories, each for itself."""

    def __init__(self, db: Db, wanted: Wanted, heap: Heap, terms: _Terms) -> None:
        super().__init__(db, wanted, heap, terms)
        found = finding.memories_at(db, wanted.seer, wanted.now, self.likely)
        self.memories = {n: memory for n, memory in found if memory.content not in wanted.in_hand}
        self.lines = {n: Line(tokens=memory.tokens) for n, memory in self.memories.items()}
        mean = sum(line.tokens for line in self.lines.values()) / max(len(self.lines), 1)
        self.scores = ranking.summed(self._words(mean))

    def _near(self, meaning: Meaning) -> Sequence[int]:
        of = self.wanted.seer.bound | {"now": self.wanted.now, "by": meaning.by}
        return nearest.memories(self.db, meaning.vector, of)

    def shown(self, chosen: Mapping[Key, float]) -> Iterator[Recalled]:
        for number, score in self.mine(chosen).items():
            yield of_memory(self.memories[number], score)
