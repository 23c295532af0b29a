"""What a chat will need in a moment is loaded in the background: the person is typing anyway."""

import threading
from collections.abc import Callable


def load_tokenizer() -> None:
    """The ranks of the encoding take 0.15 s to read, next to the imports."""
    _behind(_tokenizer)


def load_hearing() -> None:
    """The reader of dates takes 0.1 s to import."""
    _behind(_hearing)


def _behind(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True, name=f"coach{work.__name__}").start()


def _tokenizer() -> None:
    from coach.prompting.tokens import tokenizer

    tokenizer().count("")


def _hearing() -> None:
    import importlib

    # By name: dateparser's home is coach.hearing.dates, which imports it when it is needed.
    importlib.import_module("dateparser")
