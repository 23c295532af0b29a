"""Something known: what a session has in hand of the memories of its person."""

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from coach.vocabulary.commands import Confidence
from coach.vocabulary.value import Value

MOST = 40
MOST_CHARS = 4_000
LASTING = ("entity", "fact", "instruction", "context")  # the kinds that become memories


class Origin(StrEnum):
    """How a session came to know something."""

    GIVEN = "given"  # by the application
    HEARD = "heard"  # in a message
    TOLD = "told"  # to be remembered
    RECALLED = "recalled"  # from an earlier session


class Known(Value):
    """One thing: an entity by its `subject` ('email'), a fact or an instruction without one.

    `content` is its words; `value` is plain data where the application gave other than text.
    `memory_id` is the memory that it was recalled from. `message` and `revision` say when the
    session came to know it.
    """

    kind: str
    content: str
    subject: str | None = None
    value: Any = None
    scope: str = "long_term"
    origin: Origin = Origin.HEARD
    confidence: Confidence = 1.0
    memory_id: str | None = None
    message: int | None = None
    revision: int = 0

    @property
    def key(self) -> str:
        """What it is kept under: of an entity there is one value at a time."""
        if self.subject is not None:
            return f"{self.kind}:{self.subject}"
        folded = " ".join(self.content.casefold().split())
        return f"{self.kind}:{hashlib.sha256(folded.encode()).hexdigest()[:16]}"

    @property
    def memory_key(self) -> str:
        """What the memory of it is kept under: of an entity its subject alone."""
        return self.key if self.subject is None else self.subject

    def says(self, other: "Known") -> bool:
        """Whether another one says the same."""
        return (self.content, self.value) == (other.content, other.value)


def within_bounds(known: Mapping[str, Known]) -> dict[str, Known]:
    """The newest of them: at most 40, of at most 4,000 characters together."""
    return dict(reversed(list(_newest(known))))


def _newest(known: Mapping[str, Known]) -> Iterator[tuple[str, Known]]:
    room = MOST_CHARS
    by_age = sorted(known.items(), key=lambda pair: pair[1].revision)
    for number, (key, item) in enumerate(reversed(by_age)):
        room -= len(key) + len(item.content)
        if number >= MOST or room < 0:
            return
        yield key, item
