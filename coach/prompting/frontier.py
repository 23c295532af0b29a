"""The frontier: the summaries that cover everything folded so far, kept few and small."""

from collections.abc import Collection, Sequence
from itertools import groupby

from coach.prompting.cues import terms
from coach.prompting.extractive import rank, repeats, unmarked, worth
from coach.prompting.phrases import Phrases
from coach.prompting.tokens import Tokenizer
from coach.record.summary import Summary, SummaryLine

Frontier = tuple[Summary, ...]
Placed = tuple[int, SummaryLine]  # the index of the summary, and one of its lines


def identity(level: int, first_seq: int, last_seq: int) -> str:
    """The id of a summary: '0:3-9'. There is one of a level and range in a session."""
    return f"{level}:{first_seq}-{last_seq}"


def purged(summaries: Frontier, never: Phrases, seqs: Collection[int] = ()) -> Frontier:
    """Without the lines that say a banned value, alone or with their neighbours, or come from
    one of these messages."""
    if not never and not seqs:
        return summaries
    lines = [(at, line) for at, line in _lines(summaries) if line.seq not in seqs]
    lines = [(at, line) for at, line in lines if not _tells(line.text, never)]
    for seen in (unmarked, str):
        together = never.spread_over([seen(line.text) for _, line in lines])
        lines = [line for at, line in enumerate(lines) if at not in together]
    return _with(summaries, lines)


def _tells(text: str, never: Phrases) -> bool:
    return never.said_in(text) or never.told_by(unmarked(text))


def merged(summaries: Frontier, fan: int, revision: int) -> Frontier:
    """With the oldest `fan` of a level as one of the next, wherever a level holds more."""
    level = 0
    while any(summary.level >= level for summary in summaries):
        same = [at for at, summary in enumerate(summaries) if summary.level == level]
        while len(same) > fan:
            start, end = same[0], same[0] + fan
            one = _merge(summaries[start:end], revision)
            summaries = (*summaries[:start], one, *summaries[end:])
            same = [at for at, summary in enumerate(summaries) if summary.level == level]
        level += 1
    return summaries


def _merge(parts: Frontier, revision: int) -> Summary:
    first, last = parts[0], parts[-1]
    strategies = {part.strategy for part in parts}
    return Summary(
        id=identity(first.level + 1, first.first_seq, last.last_seq),
        level=first.level + 1,
        first_seq=first.first_seq,
        last_seq=last.last_seq,
        lines=_distinct([line for part in parts for line in part.lines]),
        strategy=strategies.pop() if len(strategies) == 1 else "mixed",
        encoding=last.encoding,
        revision=revision,
        messages=sum(part.messages for part in parts),
        source_tokens=sum(part.source_tokens for part in parts),
    )


def _distinct(lines: Sequence[SummaryLine]) -> tuple[SummaryLine, ...]:
    """Without what a line that tells more has said already."""
    known: list[frozenset[str]] = []
    kept = set()
    for at in sorted(range(len(lines)), key=lambda at: -worth(lines[at].text)):
        words = terms(lines[at].text)
        if not repeats(words, known):
            kept.add(at)
            known.append(words)
    return tuple(line for at, line in enumerate(lines) if at in kept)


def fitted(summaries: Frontier, most_tokens: int) -> Frontier:
    """With at most so many tokens: the lines that tell most for their cost.

    Half of the room goes first to the best line of every summary, the newest first, so that no
    part of the conversation is forgotten whole.
    """
    if sum(summary.tokens for summary in summaries) <= most_tokens:
        return summaries
    lines = _lines(summaries)
    order = sorted(range(len(lines)), key=lambda at: _rank(lines[at][1]), reverse=True)
    best = {lines[at][0]: at for at in reversed(order)}
    kept = _within(lines, [best[at] for at in sorted(best, reverse=True)], most_tokens // 2)
    left = most_tokens - sum(lines[at][1].tokens for at in kept)
    kept |= _within(lines, [at for at in order if at not in kept], left)
    return _with(summaries, [line for at, line in enumerate(lines) if at in kept])


def _within(lines: Sequence[Placed], order: Sequence[int], left: int) -> set[int]:
    """Of the lines in this order, those that fit one after the other."""
    kept = set()
    for at in order:
        cost = lines[at][1].tokens
        if cost <= left:
            kept.add(at)
            left -= cost
    return kept


def _rank(line: SummaryLine) -> float:
    return rank(line.text, worth(line.text))


def counted(summary: Summary, tokens: Tokenizer) -> Summary:
    """The summary with its counts under this encoding."""
    if summary.encoding == tokens.name:
        return summary
    lines = tuple(
        line.model_copy(update={"tokens": tokens.count(f"{line.text}\n")}) for line in summary.lines
    )
    return summary.model_copy(update={"lines": lines, "encoding": tokens.name})


def _lines(summaries: Frontier) -> list[Placed]:
    return [(at, line) for at, summary in enumerate(summaries) for line in summary.lines]


def _with(summaries: Frontier, lines: Sequence[Placed]) -> Frontier:
    found = {at: tuple(line for _, line in group) for at, group in groupby(lines, lambda p: p[0])}
    return tuple(
        summary
        if found.get(at, ()) == summary.lines
        else summary.model_copy(update={"lines": found.get(at, ())})
        for at, summary in enumerate(summaries)
    )
