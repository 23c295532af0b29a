"""Heat: what each line of a page costs, and which line of which template it is owed to."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TypeVar

from coach.prompting.matching import match
from coach.prompting.prompt import Prompt
from coach.prompting.tokens import tokenizer
from coach.prompting.tracing import Origin, TracedMessage
from coach.vocabulary.value import Value

Key = TypeVar("Key", bound=Hashable)


class HeatLine(Value):
    """A line of the page. The lines that open messages have no section, and what says how much
    was left out has no origin."""

    text: str
    tokens: int
    section: str | None = None
    origin: Origin | None = None


class Spent(Value):
    """What some lines of a page cost together: their tokens, and how many lines they are."""

    tokens: int
    times: int


class Heat(Value):
    """The lines of a page with their tokens, which add up to the prompt's."""

    lines: tuple[HeatLine, ...]

    @property
    def tokens(self) -> int:
        """All of them."""
        return sum(line.tokens for line in self.lines)

    @cached_property
    def by_origin(self) -> dict[Origin | None, Spent]:
        """What each line of a template made, the most expensive first; None: no template."""
        return self._by(lambda line: line.origin)

    @cached_property
    def by_template(self) -> dict[str | None, Spent]:
        """The same for each template, by its name."""
        return self._by(lambda line: line.origin.template if line.origin else None)

    @cached_property
    def by_section(self) -> dict[str | None, Spent]:
        """The same for each section; None: the lines that open messages."""
        return self._by(lambda line: line.section)

    def _by(self, key: Callable[[HeatLine], Key]) -> dict[Key, Spent]:
        tokens: Counter[Key] = Counter()
        for line in self.lines:
            tokens[key(line)] += line.tokens
        times = Counter(map(key, self.lines))
        return {k: Spent(tokens=spent, times=times[k]) for k, spent in tokens.most_common()}


def heat(prompt: Prompt, trace: Sequence[TracedMessage]) -> Heat:
    """The heat of a prompt, by a trace of the same templates and view.

    A token belongs to the line in which it starts. When counts are estimates they are shared out
    by the lines' sizes.
    """
    texts = prompt.text.split("\n")[:-1]
    kept = {entry.section for entry in prompt.ledger.entries if entry.section and entry.got}
    sources = match(texts, trace, kept)
    return Heat(
        lines=tuple(
            HeatLine(text=text, tokens=tokens, section=source.section, origin=source.origin)
            for text, tokens, source in zip(texts, _tokens(prompt, texts), sources, strict=True)
        )
    )


def _tokens(prompt: Prompt, lines: Sequence[str]) -> list[int]:
    sizes = [len(line.encode("utf-8", "surrogatepass")) + 1 for line in lines]
    ends = list(accumulate(sizes))
    spent, at = [0] * len(lines), 0
    for size in tokenizer(prompt.encoding).sizes(prompt.text):
        spent[bisect_right(ends, at)] += 1
        at += size
    return spent if sum(spent) == prompt.tokens else _shared(prompt.tokens, ends)


def _shared(tokens: int, ends: Sequence[int]) -> list[int]:
    """The tokens by the sizes of lines that end there; they add up."""
    reached = [0, *(tokens * end // ends[-1] for end in ends)]
    return [after - before for before, after in pairwise(reached)]
