"""Folding: the contexts of a session from its log alone."""

from collections.abc import Iterator
from typing import Any

from coach.record.context import CoachContext
from coach.record.delta import apply
from coach.record.turn_log import TurnStatus

Rows = list[dict[str, Any]]


def fold(turns: Rows, through: int | None = None) -> dict[str, Any]:
    """The context document after the kept turns, in order of revision, up to `through`.

    `turns` are rows of the log; the opening's patch holds the whole initial document.
    """
    document: dict[str, Any] = {}
    for row in kept(turns):
        if through is not None and row["revision"] > through:
            break
        document = complete(apply(document, row["patch"]))
    return document


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """A document as this version writes it: an earlier one knew fewer things."""
    whole = document.keys() >= CoachContext.model_fields.keys()
    return document if whole else CoachContext.from_dict(document).to_dict()


def kept(turns: Rows) -> Rows:
    """The rows that were kept, in order of revision."""
    done = [row for row in turns if row["status"] == TurnStatus.DONE]
    return sorted(done, key=lambda row: row["revision"])


def contexts(turns: Rows, through: int | None = None) -> Iterator[CoachContext]:
    """The context after each kept turn, in order, up to the revision `through`."""
    document: dict[str, Any] = {}
    for row in kept(turns):
        if through is not None and row["revision"] > through:
            return
        document = complete(apply(document, row["patch"]))
        yield CoachContext.from_dict(document)
