"""An embedder without a model: the same text always gets the same vector."""

import hashlib
import math
from collections.abc import Mapping, Sequence

import regex

SIZE = 64
_WORD = regex.compile(r"\w+")


class FakeEmbedder:
    """Give it as `embedder=`: texts that share words lie near, and so do words that `alike` names
    as one, such as {"car": "vehicle", "truck": "vehicle"}. `calls` counts how often it was asked.
    """

    def __init__(
        self, alike: Mapping[str, str] | None = None, name: str = "fake", size: int = SIZE
    ) -> None:
        self.name = name
        self.calls = 0
        self._alike = dict(alike or {})
        self._size = size

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        self.calls += 1
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        """The sum of a direction for each word."""
        total = [0.0] * self._size
        for word in _WORD.findall(text.casefold()):
            for place, number in enumerate(self._direction(self._alike.get(word, word))):
                total[place] += number
        length = math.hypot(*total) or 1.0
        return [number / length for number in total]

    def _direction(self, word: str) -> list[float]:
        """Of any two words they are all but at right angles."""
        noise = hashlib.shake_256(word.encode()).digest(2 * self._size)
        pairs = zip(noise[::2], noise[1::2], strict=True)
        return [(256 * high + low) / 32_767.5 - 1 for high, low in pairs]
