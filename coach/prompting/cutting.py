"""Where a text may be cut: at a sentence, at a space, and never inside one visible character."""

import unicodedata
from typing import Literal

Keep = Literal["first", "last"]

SENTENCE_ENDS = ".!?。！？…\n"
JOINER = "\u200d"
LEAST_KEPT = 0.6  # a nicer place is not worth more than the other 40 % of the room


def tidy(piece: str, text: str, keep: Keep) -> str:
    """A beginning (or end) of `text`, shortened to a place where a reader would stop."""
    return _tidy_end(piece, text) if keep == "first" else _tidy_start(piece)


def _tidy_end(piece: str, text: str) -> str:
    after = text[len(piece) : len(piece) + 1]
    if not after or after.isspace():
        return piece.rstrip()
    least = int(len(piece) * LEAST_KEPT)
    for wanted in (_after_sentence, str.isspace):
        for at in range(len(piece) - 1, least, -1):
            if wanted(piece[at]):
                return piece[: at + 1].rstrip()
    return _whole_characters(piece, after)


def _after_sentence(character: str) -> bool:
    return character in SENTENCE_ENDS


def _tidy_start(piece: str) -> str:
    most = int(len(piece) * (1 - LEAST_KEPT))
    for at in range(most):
        if piece[at].isspace():
            return piece[at:].strip()
    start = 0
    while start < len(piece) and (joins(piece[start]) or piece[start - 1 : start] == JOINER):
        start += 1
    return piece[start:].strip()


def _whole_characters(piece: str, after: str) -> str:
    """Give up the last visible character when the cut runs through it."""
    end = len(piece)
    while end and (joins(after) or piece[end - 1] == JOINER):
        end -= 1
        after = piece[end]
    return piece[:end].rstrip()


def joins(character: str) -> bool:
    """True for what is drawn together with the character before it."""
    return (
        character == JOINER
        or unicodedata.combining(character) > 0
        or "\ufe00" <= character <= "\ufe0f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
