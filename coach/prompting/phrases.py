"""Phrases: whether a text says a value, however it is written.

Case, white space, compatibility forms, invisible characters and typographic quotes do not
count. A value is found as whole words; in scripts that are written without spaces, anywhere.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence

from coach.prompting.sentences import sentences

LEAST_PART = 12  # UTF-8 bytes; a shorter part of a value says nothing of it
EDGES = " \t\n.,;:!?…\"'()-—。！？，"
_PLAIN = str.maketrans("‘’‚‛“”„‟‐‑‒–—", "''''\"\"\"\"-----")
UNSPACED = (  # scripts that are written without spaces between words
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(f"[{UNSPACED}]")


class Phrases:
    """Values that must not be said, neither whole nor a sentence of them."""

    __slots__ = ("_values",)

    def __init__(self, values: Collection[str]) -> None:
        whole = {folded(value) for value in values}
        parts = {folded(part) for value in values for part in sentences(value)}
        wanted = whole | {part for part in parts if _is_large(part.strip(EDGES))}
        self._values = sorted(value.strip(EDGES) or value for value in wanted if value)

    def __bool__(self) -> bool:
        return bool(self._values)

    def said_in(self, text: str) -> bool:
        """True when the text says one of the values."""
        if not self._values:
            return False
        seen = folded(text)
        return any(stands_in(value, seen) for value in self._values)

    def told_by(self, text: str) -> bool:
        """True when the text says one of the values, or is a good part of one."""
        if not self._values:
            return False
        seen = folded(text)
        part = seen.strip(EDGES)
        large = _is_large(part)
        return any(
            stands_in(value, seen) or (large and stands_in(part, value)) for value in self._values
        )

    def spread_over(self, texts: Sequence[str]) -> set[int]:
        """The indices of neighbours that say a value only when they are read in a row."""
        found: set[int] = set()
        size, kept = 2, list(range(len(texts)))
        while size <= len(kept) and self.said_in(" ".join(texts[i] for i in kept)):
            runs = (kept[at : at + size] for at in range(len(kept) - size + 1))
            run = next((r for r in runs if self.said_in(" ".join(texts[i] for i in r))), [])
            found.update(run)
            kept = [i for i in kept if i not in found]
            size = 2 if run else size + 1
        return found


def _is_large(part: str) -> bool:
    return len(part.encode("utf-8", "replace")) >= LEAST_PART


def folded(text: str) -> str:
    """The text without case, hidden characters and kinds of white space: to be compared."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_PLAIN)).casefold()
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def stands_in(phrase: str, text: str) -> bool:
    """True when the phrase is in the text and no word goes on at its edges. Both are folded."""
    at = text.find(phrase)
    while at >= 0:
        end = at + len(phrase)
        before, after = text[at - 1 : at] if at else "", text[end : end + 1]
        if not (_goes_on(before, phrase[0]) or _goes_on(phrase[-1], after)):
            return True
        at = text.find(phrase, at + 1)
    return False


def _goes_on(left: str, right: str) -> bool:
    return bool(left and right) and _in_word(left) and _in_word(right)


def _in_word(character: str) -> bool:
    if not (character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"):
        return False
    return not _UNSPACED.match(character)
