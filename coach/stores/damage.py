"""What cannot be read: one place that turns a damaged row into an error of ours."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from coach.errors import DamagedStore

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)

Given = ParamSpec("Given")
Result = TypeVar("Result")


def readable(read: Callable[Given, Result]) -> Callable[Given, Result]:
    """Decorator of what makes values of rows: what it stumbles over is DamagedStore."""

    @functools.wraps(read)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return read(*args, **kwargs)
        except UNREADABLE as error:
            raise DamagedStore(in_words(error)) from error

    return guarded


def in_words(error: Exception) -> str:
    """The first line of what went wrong, short enough to be shown."""
    first = str(error).partition("\n")[0]
    return f"a row of the store cannot be read: {type(error).__name__}: {first:.200}"
