"""Several items out of a message: lines, bullets, semicolons, commas, a final 'and'."""

import re
from itertools import pairwise

from coach.hearing.numbers import Number, read_number

LINE_END = re.compile(r"\r\n|[\n\r\u2028\u2029\x85]")
BULLET = re.compile(r"\s{0,40}(?:[-*+•–—·▪◦‣]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+(?=\S)", re.IGNORECASE)
MARKER = re.compile(r"(?:^|(?<=\s))\(?(\d{1,2})[.)](?=\s)")
# Brackets, quotes and thousands keep their commas.
COMMA = re.compile(r"\([^()]*\)|\"[^\"]*\"|\d,\d{3}(?!\d)|,")
NUMBER_COMMA = re.compile(",")
CONJUNCTION = re.compile(r"(?:and|or|&)\s+(?=\S)", re.IGNORECASE)
BETWEEN = re.compile(r"\s(?:and|or|&)\s", re.IGNORECASE)


def read_items(text: str, *, at_least: int = 1, commas: "re.Pattern[str]" = COMMA) -> list[str]:
    """The items of a message, trimmed, in order; [] when there is none.

    The first that applies divides: lines, inline numbering ('1. run 2. swim'), semicolons,
    commas, and, where a list of two or more is wanted, 'and' or 'or'.
    """
    lines = [line for line in LINE_END.split(text) if line.strip()]
    if len(lines) > 1:
        return _trimmed(_without_heading(lines))
    bare = BULLET.sub("", text, count=1) if BULLET.match(text) else text
    pieces = _numbered(text) or _divided(bare, commas)
    if len(pieces) == 1 and at_least > 1:
        pieces = BETWEEN.split(bare)
    return _trimmed(pieces)


def read_numbers(text: str, *, at_least: int = 1) -> list[Number] | None:
    """The numbers of a message that is a list of numbers; None when an item is none."""
    pieces = read_items(text, at_least=at_least, commas=NUMBER_COMMA)
    if len(pieces) == 1 and all(_is_figure(word) for word in pieces[0].split()):
        pieces = pieces[0].split()
    elif len(pieces) == 1 and read_number(pieces[0]) is None:
        pieces = BETWEEN.split(pieces[0])
    read = [read_number(piece) for piece in pieces]
    numbers = [found[0] for found in read if found]
    return numbers if numbers and len(numbers) == len(pieces) else None


def _is_figure(word: str) -> bool:
    return word.lstrip("-").replace(".", "", 1).isdecimal()


def _without_heading(lines: list[str]) -> list[str]:
    """Lines without their bullets, and without an 'I could:' above them."""
    bulleted = [BULLET.match(line) for line in lines]
    if not bulleted[0] and bulleted[1] and lines[0].rstrip().endswith(":"):
        lines, bulleted = lines[1:], bulleted[1:]
    pairs = zip(lines, bulleted, strict=True)
    return [line[bullet.end() :] if bullet else line for line, bullet in pairs]


def _numbered(text: str) -> list[str]:
    """The pieces of '1. run 2. swim'; [] unless the numbers count up from 1."""
    marks = list(MARKER.finditer(text))
    counts = [int(mark[1]) for mark in marks]
    if len(marks) < 2 or marks[0].start() > 0 or counts != list(range(1, len(marks) + 1)):
        return []
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return [text[mark.end() : end] for mark, end in zip(marks, ends, strict=True)]


def _divided(text: str, commas: "re.Pattern[str]") -> list[str]:
    if ";" in text:
        return text.split(";")
    cuts = [found.end() for found in commas.finditer(text) if found[0] == ","]
    edges = [0, *cuts, len(text) + 1]
    pieces = [text[start : end - 1].strip() for start, end in pairwise(edges)]
    return _with_last_divided(pieces) if len(pieces) > 1 else pieces


def _with_last_divided(pieces: list[str]) -> list[str]:
    """'a', 'b and c' as three; 'a', 'b and c', 'and d' stays three."""
    *first, last = pieces
    final = CONJUNCTION.match(last)
    if final:
        return [*first, last[final.end() :]]
    return [*first, *BETWEEN.split(last, maxsplit=1)]


def _trimmed(pieces: list[str]) -> list[str]:
    """The pieces without white space, empty ones, and the full stop of the last."""
    kept = [bare for piece in pieces if (bare := piece.strip(" \t\r\n,;"))]
    if kept and kept[-1].endswith(".") and kept[-1].count(".") == 1:
        kept[-1] = kept[-1][:-1].rstrip()
    return [piece for piece in kept if piece]
