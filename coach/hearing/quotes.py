"""Quotes: whether words were said, and what stands around them. Pure.

A message is compared with a quote word by word: case, punctuation, spacing, the kind of quotation
marks and dashes, and the forms of Unicode do not count; half a word does not match. What only
looks like commands, markup or another role's words ('{"command": …}', 'SYSTEM: …') is a wall:
it can be quoted by nobody, and no quote goes through it.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice

from coach.hearing.words import phrases, visible

WALL = "\ue000"
MOST_PLACES = 5
MOST_AROUND = 40
LONGEST = 80
NEAR = 6  # words before something in which a denial of it stands

ROLE = r"(?:system|assistant|developer|tool|function)"
LOOKS_LIKE_MORE = re.compile(
    r"```.*?(?:```|\Z)"
    r"|<\|[^|<>\n]{0,64}\|>.*"
    rf"|<({ROLE}|instructions?)\b[^<>\n]{{0,200}}>.*?(?:</\1>|\Z)"
    r"|<[/!]?[a-z][^<>\n]{0,200}>"
    rf"|^[^\w\n]{{0,9}}{ROLE}\b[^:：\n]{{0,20}}[:：][^\n]*(?:\n(?!\s*\n)[^\n]*)*"
    r"|\b(?-i:SYSTEM|ASSISTANT|DEVELOPER)\b[^:：\n]{0,20}[:：][^\n]*",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
OPENS = re.compile(r"[{\[]\s*(?=[\"'{\[])|\{\s*(?=\w{1,40}\s*:)")
BRACKET = re.compile(r"[{\[}\]]")
# Scripts that write no spaces between words: a character is a word.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
TOKEN = re.compile(
    rf"{WALL}|[{UNSPACED}]"
    r"|(?:(?<!\w)[-−])?\d+(?:[.:–—−-]\d+|,\d{3}(?!\d))*[^\W\d_]*"
    rf"|(?:(?![{UNSPACED}])[^\W_])+(?:'(?:(?![{UNSPACED}])[^\W_])+)*"
)
BREAK = re.compile(r"[.,;:!?…()\"“”\n]|\s[-–—]+\s|—")
DASHES = str.maketrans(dict.fromkeys("–—−‐‑", "-"))
DENIALS = phrases(
    "not, no, never, neither, nor, without, except, cannot, dont, doesnt, didnt, wont, cant, isnt",
    "arent, wasnt, than, instead, refuse, refused, refusing, avoid, nicht, kein, keine, keinen",
    "keiner, nie, niemals, ohne, statt",
)
GOES_ON = phrases("but, because, since, so, aber, weil, denn, sondern")
JOINS = GOES_ON | phrases("and, then, or, und, dann, oder")


class Said:
    """A message as quotes are looked for in it: `text` is what can be quoted, `keys` its words
    as they are compared. Takes time and memory linear in the message."""

    __slots__ = ("_edges", "_hay", "_spans", "keys", "text")

    def __init__(self, message: str) -> None:
        self.text = _walled(_plain(message))
        found = list(TOKEN.finditer(self.text))
        self.keys = tuple(_key(match[0]) for match in found)
        self._spans = tuple(match.span() for match in found)
        self._hay, self._edges = _joined(self.keys)

    def places(self, quote: str) -> Iterator["Place"]:
        """Where the words of a quote stand one after the other: at most five places."""
        keys = keys_of(quote)
        if not keys or WALL in keys:
            return iter(())
        return islice(self._places(keys), MOST_PLACES)

    def _places(self, keys: tuple[str, ...]) -> Iterator["Place"]:
        needle, _ = _joined(keys)
        at = self._hay.find(needle)
        while at >= 0:
            first = bisect_left(self._edges, at)
            yield Place(self, first, first + len(keys))
            at = self._hay.find(needle, at + 1)

    def between(self, left: int, right: int) -> str:
        """The text from the end of one word to the start of another."""
        return self.text[self._spans[left][1] : self._spans[right][0]]

    def words(self, first: int, end: int) -> str:
        """The text from one word up to, not including, another."""
        start, stop = self.span(first, end)
        return self.text[start:stop]

    def span(self, first: int, end: int) -> tuple[int, int]:
        """The same as a place in the text; a sign of per cent, or a half, belongs to its number."""
        stop = self._spans[end - 1][1]
        stop += self.text[stop : stop + 1] in ("%", "½")
        return self._spans[first][0], stop

    def denied(self, at: int, also: frozenset[str] = frozenset()) -> bool:
        """Whether one of the few words before a word, in its clause, takes it back."""
        for left in range(at - 1, max(-1, at - 1 - NEAR), -1):
            if self.breaks(left) or self.keys[left] in JOINS:
                return False
            if denies(self.keys[left]) or self.keys[left] in also:
                return True
        return False

    def breaks(self, left: int) -> bool:
        """Whether a clause ends behind a word."""
        if WALL in self.keys[left : left + 2]:
            return True
        return left + 1 < len(self.keys) and bool(BREAK.search(self.between(left, left + 1)))

    def clause(self, at: int) -> tuple[int, int]:
        """The words of the clause that a word stands in: the first, and the one behind the last.
        Of a very long one at most forty to each side."""
        first, end = at, at + 1
        least, most = max(0, at - MOST_AROUND), min(len(self.keys), at + MOST_AROUND)
        while first > least and not self.breaks(first - 1) and self.keys[first - 1] not in GOES_ON:
            first -= 1
        while end < most and not self.breaks(end - 1) and self.keys[end] not in GOES_ON:
            end += 1
        return first, end


class Place:
    """Where a quote stands in a message: from the word `first` up to, not including, `end`."""

    __slots__ = ("end", "first", "said")

    def __init__(self, said: Said, first: int, end: int) -> None:
        self.said, self.first, self.end = said, first, end

    @property
    def text(self) -> str:
        """The words, as they stand in the message."""
        return self.said.words(self.first, self.end)

    @property
    def keys(self) -> tuple[str, ...]:
        return self.said.keys[self.first : self.end]

    @property
    def denied(self) -> bool:
        """Whether the words before it take it back."""
        return self.said.denied(self.first)


def keys_of(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared."""
    return tuple(_key(match[0]) for match in TOKEN.finditer(_plain(text)))


def denies(key: str) -> bool:
    """Whether a word says that something is not so."""
    return key in DENIALS or key.endswith("n't")


def _key(word: str) -> str:
    plain = unicodedata.normalize("NFKC", word) if len(word) <= LONGEST else word
    return plain.casefold().translate(DASHES)


def _joined(keys: tuple[str, ...]) -> tuple[str, list[int]]:
    """The words in one string, each between two NULs, and where each of them begins in it."""
    edges, at = [], 0
    for key in keys:
        edges.append(at)
        at += len(key) + 1
    return "\0" + "\0".join(keys) + "\0", edges


def _plain(text: str) -> str:
    """The text without what cannot be seen, with straight apostrophes and composed letters."""
    seen = visible(text)
    return seen if seen.isascii() else re.sub(r"\S+", _composed, seen)


def _composed(word: "re.Match[str]") -> str:
    """One word; long runs of marks are left alone (slow)."""
    return unicodedata.normalize("NFC", word[0]) if len(word[0]) <= LONGEST else word[0]


def _walled(text: str) -> str:
    return _without_data(LOOKS_LIKE_MORE.sub(WALL, text.replace(WALL, " ")))


def _without_data(text: str) -> str:
    """The text with a wall in place of each object or list of data, closed or not."""
    kept, at = [], 0
    while found := OPENS.search(text, at):
        kept += [text[at : found.start()], WALL]
        at = _end_of(text, found.start())
    return "".join([*kept, text[at:]])


def _end_of(text: str, start: int) -> int:
    """Behind the bracket that closes the one at `start`; the end of the text when none does."""
    depth = 0
    for found in BRACKET.finditer(text, start):
        depth += 1 if found[0] in "{[" else -1
        if depth == 0:
            return found.end()
    return len(text)
