"""What turns text into vectors: a protocol that any embedding model fits behind."""

from collections.abc import Sequence
from typing import Protocol


class Embedder(Protocol):
    """Texts in, vectors out: one for each, all of one length; what is alike in meaning lies in
    one direction. `name` tells the vectors of one embedder from those of another."""

    @property
    def name(self) -> str: ...

    def __call__(self, texts: Sequence[str]) -> Sequence[Sequence[float]]: ...
