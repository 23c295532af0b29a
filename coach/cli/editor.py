"""The line being typed: editing, and what was said before on the arrow keys."""

from collections.abc import Callable
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import InMemoryHistory

from coach.cli import output
from coach.session import Session
from coach.vocabulary.words import Role

REMEMBERED = 200


class Editor:
    """Reads lines. `talk` is a session that was resumed, whose words are at hand again."""

    def __init__(self, talk: Session | None, styled: bool) -> None:
        history = InMemoryHistory([] if talk is None else _said(talk))
        self._session: PromptSession[str] = PromptSession(history=history)
        self._mark = FormattedText([("bold ansigreen" if styled else "", "you> ")])

    def once_shown(self, *actions: Callable[[], None]) -> None:
        """Do something as soon as the first prompt can be typed at."""
        shown = self._session.app.after_render

        def once(_: Any) -> None:
            shown.remove_handler(once)
            for action in actions:
                action()

        shown.add_handler(once)

    def read(self) -> str:
        """A line. EOFError for Ctrl-D, KeyboardInterrupt for Ctrl-C."""
        return self._session.prompt(self._mark)


def _said(talk: Session) -> list[str]:
    """What the person said lately; it is in the store, so that no file is written for it."""
    messages = talk.services.store.newest_messages(talk.id, REMEMBERED)
    said = (message.content for message in messages if message.role is Role.USER)
    return [text for text in said if output.safe(text) == text]
