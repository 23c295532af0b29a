"""Tokens: exact counts without a download, in bounded time, for any text.

The ranks of an encoding are read at its first count. When they cannot be read, counts become
estimates for the rest of the process, and say so (`exact` is False).
"""

import logging
import threading
from functools import lru_cache

import tiktoken

from coach.errors import PromptError, did_you_mean
from coach.prompting.cutting import Keep, tidy
from coach.prompting.encodings import ENCODINGS, load_ranks

DEFAULT = "o200k_base"
LONGEST_TOKEN = 128  # bytes; no shipped rank is longer
CACHED_CHARS = 2_000
CACHED_TEXTS = 8_192
LONG_CHARS = 32_000  # what never changes on a page is long, and counted at every turn
LONG_TEXTS = 64
ELLIPSIS = "…"

log = logging.getLogger("coach.prompting")
_tokenizers: "dict[str, Tokenizer]" = {}
_loading = threading.Lock()


class Tokenizer:
    """Counts and cuts under one encoding.

    `exact` is False when the ranks could not be read: then every count is ceil(UTF-8 bytes / 4).
    """

    def __init__(self, name: str, encoding: tiktoken.Encoding | None) -> None:
        self.name = name
        self.exact = encoding is not None
        self._encoding = encoding
        self._short = lru_cache(maxsize=CACHED_TEXTS)(self._measure)
        self._long = lru_cache(maxsize=LONG_TEXTS)(self._measure)

    def __repr__(self) -> str:
        return f"<Tokenizer {self.name!r}{'' if self.exact else ', estimating'}>"

    def count(self, text: str) -> int:
        """How many tokens the text has. Never raises."""
        return self.measure(text)[0]

    def measure(self, text: str) -> tuple[int, bool]:
        """(tokens, exact). Not exact: an estimate, or an upper bound where tiktoken gave up."""
        if len(text) <= CACHED_CHARS:
            return self._short(text)
        return self._long(text) if len(text) <= LONG_CHARS else self._measure(text)

    def encode(self, text: str) -> list[int]:
        """The token ids, special tokens read as ordinary text. PromptError when there are none."""
        ids = self._ids(text)
        if ids is None:
            raise PromptError(f"{self.name} cannot encode this text of {len(text):,} characters")
        return ids

    def sizes(self, text: str) -> list[int]:
        """The bytes (UTF-8) of each token of the text, in order; [] when there are no ids."""
        ids = self._ids(text)
        if ids is None or self._encoding is None:
            return []
        return [len(token) for token in self._encoding.decode_tokens_bytes(ids)]

    def cut(self, text: str, max_tokens: int, *, keep: Keep = "first", end: str = "") -> str:
        """The text when it fits, else as much of its beginning (or its last part) as fits.

        Cuts between tokens, then back to a sentence or a space, and marks the place with "…".
        `end` is put behind the result and counts. '' when not even "…" fits.
        """
        reach = max(max_tokens, 0) * LONGEST_TOKEN
        if len(text) <= reach and self.count(text + end) <= max_tokens:
            return text + end
        part = text[:reach] if keep == "first" else text[-reach:]
        room = max_tokens - self.count(ELLIPSIS + end)
        while room >= 0:
            piece = tidy(self._end(part, room, keep), text, keep)
            cut = f"{piece}{ELLIPSIS}{end}" if keep == "first" else f"{ELLIPSIS}{piece}{end}"
            excess = self.count(cut) - max_tokens
            if excess <= 0:
                return cut
            room = max(room - excess, 0) if room else -1
        return ""

    def _ids(self, text: str) -> list[int] | None:
        if self._encoding is None:
            return None
        try:
            return self._encoding.encode(text, disallowed_special=())
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # a Rust panic is no Exception, and a count must not end a turn
            return None

    def _measure(self, text: str) -> tuple[int, bool]:
        ids = self._ids(text)
        if ids is not None:
            return len(ids), True
        size = len(text.encode("utf-8", "surrogatepass"))
        return (size, False) if self.exact else (-(-size // 4), False)

    def _end(self, text: str, tokens: int, keep: Keep) -> str:
        """The first or last `tokens` tokens of the text, without a broken character."""
        if tokens == 0:
            return ""
        ids = self._ids(text)
        if ids is not None and self._encoding is not None:
            chosen = ids[:tokens] if keep == "first" else ids[-tokens:]
            data = self._encoding.decode_bytes(chosen)
        else:
            size = tokens if self.exact else tokens * 4
            whole = text.encode("utf-8", "replace")
            data = whole[:size] if keep == "first" else whole[-size:]
        return data.decode("utf-8", "ignore")


def tokenizer(name: str = DEFAULT) -> Tokenizer:
    """The tokenizer of an encoding, loaded once per process. PromptError for an unknown name."""
    found = _tokenizers.get(name)
    if found is not None:
        return found
    if name not in ENCODINGS:
        raise PromptError(f"no encoding {name!r}.{did_you_mean(name, ENCODINGS)}")
    with _loading:
        if name not in _tokenizers:
            _tokenizers[name] = Tokenizer(name, _load(name))
        return _tokenizers[name]


def count_tokens(text: str, encoding: str = DEFAULT) -> int:
    """How many tokens the text has. Offline; never raises on any text."""
    return tokenizer(encoding).count(text)


def _load(name: str) -> tiktoken.Encoding | None:
    spec = ENCODINGS[name]
    try:
        return tiktoken.Encoding(
            name,
            pat_str=spec.pattern,
            mergeable_ranks=load_ranks(spec),
            special_tokens=spec.special,
        )
    except Exception as error:
        log.warning("counting tokens by estimate: the ranks of %s cannot be read: %s", name, error)
        return None
