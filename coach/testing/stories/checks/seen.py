"""What checks look at, and words that they share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from coach.flows.flow import Flow
from coach.testing.stories.results import Failure, Kind, Played

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A turn as it came out, on its flow."""

    flow: Flow
    played: Played


def missing(
    found: Sequence[Item], wanted: Iterable[str], fits: Callable[[Item, str], bool]
) -> str | None:
    """The first of the wanted that is not found in order, gaps allowed; None when all are."""
    rest = iter(found)
    for want in wanted:
        if not any(fits(item, want) for item in rest):
            return want
    return None


def listed(items: Iterable[object]) -> str:
    """'a, b', or 'nothing'."""
    return ", ".join(map(str, items)) or "nothing"


def shown(value: object) -> str:
    """A value as a story would write it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    return str(value)


def texts(
    kind: Kind, forbidden: Kind, what: str, text: str, has: Iterable[str], lacks: Iterable[str]
) -> Iterator[Failure]:
    """Words that should be, and should not be, in a text."""
    for words in has:
        if words not in text:
            yield Failure(
                kind=kind, message=f"{words!r} is not {what}", place=("has",), expected=words
            )
    for words in lacks:
        if words in text:
            line = next((part for part in text.split("\n") if words in part), words)
            yield Failure(
                kind=forbidden,
                message=f"{words!r} is {what}",
                place=("lacks",),
                expected=f"no {words!r}",
                got=line.strip()[:160],
            )
