"""What a chat needs in a moment is made ready behind: the person is typing anyway."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Later(Generic[Value]):
    """A value that is worked out behind, from `start` on; `get` waits for it."""

    def __init__(self, work: Callable[[], Value]) -> None:
        self._work = work
        self._found: list[Value] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def started(self) -> bool:
        return self._thread.ident is not None

    def start(self) -> None:
        """Begin; harmless when it has begun."""
        if not self.started:
            self._thread.start()

    def get(self) -> Value:
        """The value, or the exception that came instead of it."""
        self.start()
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._found[0]

    def _run(self) -> None:
        try:
            self._found.append(self._work())
        except BaseException as error:  # it belongs to whoever waits for the value
            self._error = error


def ready_hearing() -> None:
    """Load what turns need first: the ranks of tokens (0.15 s) and the reader of days (0.1 s)."""
    import importlib

    from coach.prompting.tokens import tokenizer

    tokenizer().count("")
    # By name: dateparser's home is coach.hearing.dates, which imports it at its first day.
    importlib.import_module("dateparser")
