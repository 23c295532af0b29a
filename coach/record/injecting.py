"""How a context comes by its prompt injection: rendering lives floors above the record.

`coach.injection` binds its function here when it is imported, as `coach.CoachContext` and every
session do.
"""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from coach.errors import PromptError

if TYPE_CHECKING:
    from coach.record.context import CoachContext

    Inject = Callable[
        ["CoachContext", int | None, Collection[str] | None, Collection[str]],
        str,
    ]

_bound: "list[Inject]" = []


def bind(inject: "Inject") -> None:
    """Say once how contexts are rendered."""
    _bound[:] = [inject]


def bound() -> "Inject":
    """What was bound; PromptError while nothing is."""
    if not _bound:
        raise PromptError("nothing renders contexts yet: import coach.injection first")
    return _bound[0]
