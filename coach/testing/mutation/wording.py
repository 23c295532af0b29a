"""Wording: guards as texts, and the texts that differ from them in one small thing.

A conjunct's text is regular (`compile_expression` has written it), so its words can be changed one
by one without a tree.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

TOKEN = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\d+(?:\.\d+)?|[A-Za-z_]\w*|[<>=!]=|[<>]|//|\S|\s+"
)
NEAR = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
NUMBER = re.compile(r"\d+(?:\.\d+)?")


class Change(NamedTuple):
    """Another text: `operator` is the kind of change, `detail` tells it from others of its kind,
    `was` and `now` are the words that differ."""

    operator: str
    detail: str
    text: str
    was: str
    now: str


def joined(conjuncts: Sequence[str]) -> str:
    """One expression that holds when all do."""
    return " and ".join(bracketed(text) for text in conjuncts)


def bracketed(text: str) -> str:
    return f"({text})" if " or " in text else text


def changes(text: str) -> Iterator[Change]:
    """Every text that differs from a conjunct by one operator, number or alternative."""
    words = TOKEN.findall(text)
    yield from _operators(words)
    yield from _numbers(words)
    yield from _alternatives(words)


def _operators(words: Sequence[str]) -> Iterator[Change]:
    """Boundaries. A conjunct that is nothing but `a == b` is turned round as a whole already."""
    alone = not {"or", "and"} & set(words)
    seen = 0
    for place, word in enumerate(words):
        if word not in NEAR:
            continue
        seen += 1
        if not (alone and word in ("==", "!=")):
            yield _changed("compare", words, place, NEAR[word], _nth(seen, NEAR[word]))


def _nth(number: int, detail: str) -> str:
    """'<=' for the first of a conjunct, '2:<=' for the second."""
    return detail if number == 1 else f"{number}:{detail}"


def _numbers(words: Sequence[str]) -> Iterator[Change]:
    seen = 0
    for place, word in enumerate(words):
        if NUMBER.fullmatch(word):
            seen += 1
            for near in _near(word):
                yield _changed("number", words, place, near, _nth(seen, near))


def _near(word: str) -> tuple[str, str]:
    """One less and one more, or a tenth if it is no whole number."""
    if "." in word:
        return f"{float(word) - 0.1:.10g}", f"{float(word) + 0.1:.10g}"
    return str(int(word) - 1), str(int(word) + 1)


def _changed(operator: str, words: Sequence[str], place: int, now: str, detail: str) -> Change:
    text = "".join((*words[:place], now, *words[place + 1 :]))
    span = _span(words, place)
    was = "".join(words[span]).strip()
    after = "".join((*words[span.start : place], now, *words[place + 1 : span.stop])).strip()
    return Change(operator, detail, text, was, after)


def _span(words: Sequence[str], place: int) -> slice:
    """The comparison that a word stands in."""
    first, last = place, place + 1
    while first > 0 and words[first - 1] not in ("or", "and", "not"):
        first -= 1
    while last < len(words) and words[last] not in ("or", "and"):
        last += 1
    return slice(first, last)


def _alternatives(words: Sequence[str]) -> Iterator[Change]:
    """The text without one of the operands of each `or`."""
    number = 0
    for group in _groups(words):
        for first, last in group:
            number += 1
            rest = [span for span in group if span != (first, last)]
            kept = " or ".join("".join(words[a:b]).strip() for a, b in rest)
            text = "".join(words[: group[0][0]]) + kept + "".join(words[group[-1][1] :])
            gone = "".join(words[first:last]).strip()
            yield Change("alternative", str(number), " ".join(text.split()), gone, "nothing")


def _groups(words: Sequence[str]) -> Iterator[list[tuple[int, int]]]:
    """The operands of each chain of `or`s as spans, by the brackets that it stands in."""
    for begin, end in _brackets(words):
        cuts, depth = [begin], 0
        for place in range(begin, end):
            depth += (words[place] in "([") - (words[place] in ")]")
            if words[place] == "or" and depth == 0:
                cuts += [place, place + 1]
        cuts.append(end)
        if len(cuts) > 2:
            yield list(zip(cuts[::2], cuts[1::2], strict=True))


def _brackets(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The whole, and what stands between each pair of round brackets."""
    yield 0, len(words)
    opened: list[int] = []
    for place, word in enumerate(words):
        if word == "(":
            opened.append(place + 1)
        elif word == ")" and opened:
            yield opened.pop(), place
