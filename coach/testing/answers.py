"""What a double of an llm is told to answer, and in which order."""

import re
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel

from coach.errors import InputError, did_you_mean
from coach.vocabulary.llm import Completion, LlmRequest, Purpose, ToolCall

SHOWN = 60

Item = TypeVar("Item")


class Pieces:
    """A text that comes in pieces, `delay` seconds before each.

    With `stops_after=n` the connection is lost when n of them have come.
    """

    def __init__(
        self, pieces: Iterable[str], *, delay: float = 0.0, stops_after: int | None = None
    ) -> None:
        self.pieces = tuple(pieces)
        self.delay = delay
        self.stops_after = stops_after

    @classmethod
    def words(cls, text: str, *, delay: float = 0.0, stops_after: int | None = None) -> Self:
        """A text word by word; the pieces together are the text."""
        return cls(
            re.findall(r"\s*\S+\s*\Z|\s*\S+|\s+", text), delay=delay, stops_after=stops_after
        )

    def __repr__(self) -> str:
        return f"<Pieces {self.text!r}>"

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def arriving(self) -> tuple[str, ...]:
        """Those that come before the connection is lost."""
        return self.pieces[: self.stops_after]


Given = str | Completion | ToolCall | Pieces | BaseModel | Mapping[str, Any] | Sequence[Any]
Made = Given | Exception
Answer = Made | Callable[[LlmRequest], Made | Awaitable[Made]]


class Script(Generic[Item]):
    """Answers in order: those for one purpose, then those for any. Safe between threads."""

    def __init__(
        self, answers: Iterable[Item], by_purpose: Mapping[str, Iterable[Item]] | None = None
    ) -> None:
        self._any = deque(answers)
        self._own = {name: deque(items) for name, items in (by_purpose or {}).items()}
        for name in self._own.keys() - set(Purpose):
            raise InputError(f"no request has the purpose {name!r}.{did_you_mean(name, Purpose)}")
        self._lock = threading.Lock()
        self._taken = 0

    def __len__(self) -> int:
        """How many have not been taken."""
        with self._lock:
            return len(self._any) + sum(map(len, self._own.values()))

    @property
    def taken(self) -> int:
        return self._taken

    def add(self, items: Iterable[Item]) -> None:
        """More of those for any purpose."""
        with self._lock:
            self._any.extend(items)

    def take(self, purpose: str = "") -> Item | None:
        """The next one, None when there is none."""
        with self._lock:
            queue = self._own.get(purpose) or self._any
            if not queue:
                return None
            self._taken += 1
            return queue.popleft()


def shown(text: str) -> str:
    """A text for a message: its beginning, in quotes."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
