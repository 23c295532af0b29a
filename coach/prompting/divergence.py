"""Divergence: where a page begins to differ from the one before, which is where a provider's
prompt cache stops serving it."""

from collections.abc import Sequence

from coach.prompting.prompt import Prompt
from coach.prompting.tokens import Tokenizer, tokenizer
from coach.vocabulary.value import Value


class Divergence(Value):
    """How far a page is the same as the one before it.

    `token` counts the tokens that both begin with: it is the number, from 0, of the first token
    that differs, and equals `tokens`, all that the page has, when none does. `share` is
    token / tokens, 0 to 1: what a provider could serve from its cache (it will round down to
    whole blocks). `char` is the first character of the page's text that differs, `section` the
    section that it stands in, or whose message it opens; None when nothing differs.
    """

    token: int
    tokens: int
    share: float
    section: str | None
    char: int

    def __str__(self) -> str:
        if self.token == self.tokens:
            return f"nothing differs: all {self.tokens:,} tokens can come from the cache"
        where = f"in {self.section!r}" if self.section else "between sections"
        return (
            f"differs from token {self.token:,} of {self.tokens:,} on, {where}: "
            f"{self.share:.0%} can come from the cache"
        )


def diverge(previous: Prompt, current: Prompt) -> Divergence:
    """Where `current` leaves `previous`, both under the encoding of `current`.

    An estimate when that is all there is of its counts (`exact`).
    """
    counter = tokenizer(current.encoding)
    char = _common(previous.text, current.text)
    token = _common_tokens(previous.text, current.text, char, counter)
    return Divergence(
        token=token,
        tokens=current.tokens,
        share=token / current.tokens if current.tokens else 1.0,
        section=_section(current, char) if token < current.tokens else None,
        char=char,
    )


def _common(a: Sequence[object], b: Sequence[object]) -> int:
    """How many items, or characters, both begin with."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_tokens(a: str, b: str, char: int, counter: Tokenizer) -> int:
    """How many tokens both begin with.

    Up to the last line-block that both share, tokens are those of the text before it. From
    there on they are compared: a token may reach across the first character that differs.
    """
    if not counter.exact:
        return counter.count(b[:char])
    start = _start(a, b, char)
    tails = [counter.encode(text[start : _end(text, char)]) for text in (a, b)]
    return counter.count(b[:start]) + _common(*tails)


def _start(a: str, b: str, char: int) -> int:
    """The last place up to `char` where a line-block begins in both."""
    at = char
    while at and not (_begins(a, at) and _begins(b, at)):
        at = b.rfind("\n", 0, at - 1) + 1
    return at


def _end(text: str, char: int) -> int:
    """The first place behind `char` where a line-block begins, or the end of the text."""
    at = text.find("\n", char) + 1
    while at and at < len(text) and not _begins(text, at):
        at = text.find("\n", at) + 1
    return at or len(text)


def _begins(text: str, at: int) -> bool:
    r"""Whether a line-block begins there: behind "\n", with neither white space nor "/"."""
    first = text[at : at + 1]
    return not first or (text[at - 1] == "\n" and first != "/" and not first.isspace())


def _section(prompt: Prompt, char: int) -> str | None:
    """The section of that character; of a line that opens a message, the section behind it."""
    spans = [span for span in prompt.spans if span.end > char and span.section]
    return spans[0].section if spans else None
