"""Chat at a terminal: where the conversation stands, the words, and the line being typed."""

import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress

from rich.console import Console
from rich.text import Text

from coach.bot import Bot
from coach.cli import opening, output
from coach.cli.conversation import Conversation
from coach.cli.editor import Editor
from coach.cli.later import Later, ready_hearing
from coach.cli.preview import preview
from coach.cli.progress import progress
from coach.cli.slash import Leave
from coach.flows.flow import Flow
from coach.record.context import CoachContext
from coach.session import Session

COLOURS = {"coach": "bold cyan", "you": "bold green", "small": "dim"}
HINT = "Ctrl-C once more, Ctrl-D or /quit leaves; /help lists what else there is."
KEPT = "That turn was kept already; /undo takes it back."
ABANDONED = "That turn was abandoned; the session stays as it was."


class Screen:
    """A terminal. Lines break between words, and are styled unless NO_COLOR is set."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, markup=False, emoji=False)
        self.styles = {} if os.environ.get("NO_COLOR") else COLOURS

    def note(self, text: str) -> None:
        self._write("", f"({text})", "small")

    def you(self, text: str) -> None:
        self._write("you> ", text, "you")

    def coach(self, text: str, talk: Session) -> None:
        self.words(text, talk.flow, talk.context)

    def words(self, text: str, flow: Flow, context: CoachContext) -> None:
        """What the coach says, below where the conversation stands."""
        self._write("", progress(flow, context), "small")
        self._write("coach> ", text, "coach")
        self.console.print()

    def show(self, text: str) -> None:
        output.line(text)

    def error(self, text: str) -> None:
        output.error(text)

    def _write(self, mark: str, text: str, style: str) -> None:
        """The mark in its style and the words beside it; without a mark the words are styled."""
        look = self.styles.get(style, "")
        room = max(self.console.width - len(mark), 20)
        for line in Text(output.safe(text), "" if mark else look).wrap(self.console, room):
            line.rstrip()
            self.console.print(Text.assemble((mark, look), line) if line else "", soft_wrap=True)
            mark = " " * len(mark)


def converse(wish: opening.Wish, shown: Callable[[], None]) -> int:
    """Talk until the session is complete or the person leaves; always 0.

    `shown` is called once the prompt is there.
    """
    screen = Screen()
    begun = _begin(opening.bot(wish), wish, screen)
    with suppress(Leave):
        _talk(begun, screen, shown)
    _farewell(begun.get().talk, wish, screen)
    return 0


def _begin(coach: Bot, wish: opening.Wish, screen: Screen) -> Later[Conversation]:
    """Show the opening words; a session that is new is opened behind them."""
    expected = preview(coach, wish)
    begun = Later(lambda: Conversation(coach.session(user=wish.user, id=wish.session), screen))
    if expected is None:
        begun.get().open()
    else:
        if expected.note:
            screen.note(expected.note)
        screen.words(expected.words, expected.flow, expected.context)
    return begun


def _talk(begun: Later[Conversation], screen: Screen, shown: Callable[[], None]) -> None:
    """Line by line, until the session is complete."""
    if begun.started and begun.get().talk.finished:
        return
    editor = Editor(begun.get().talk if begun.started else None, bool(screen.styles))
    editor.once_shown(shown, begun.start, Later(ready_hearing).start)
    for line in _typed(editor, screen):
        take(begun.get(), line)
        if begun.get().talk.finished:
            return


def _typed(editor: Editor, screen: Screen) -> Iterator[str]:
    """What is typed, until Ctrl-D or a second Ctrl-C in a row."""
    warned = False
    while True:
        try:
            line = editor.read()
        except EOFError:
            return
        except KeyboardInterrupt:
            if warned:
                return
            warned = True
            screen.note(HINT)
            continue
        warned = False
        if line.strip():
            yield line


def take(chat: Conversation, line: str) -> None:
    """One line; Ctrl-C abandons its turn, unless it was kept a moment before."""
    before = chat.talk.context.revision
    try:
        chat.hear(line)
    except KeyboardInterrupt:
        kept = chat.talk.context.revision != before
        chat.face.note(KEPT if kept else ABANDONED)


def _farewell(talk: Session, wish: opening.Wish, screen: Screen) -> None:
    """How to come back, or where to look."""
    store = talk.services.store
    if store.address.path is None:
        screen.note("This session was kept in memory only, and ends here.")
        return
    where = [] if wish.store in (None, os.environ.get("COACH_STORE")) else ["--store", store.url]
    if talk.finished:
        screen.note("This session is complete. To read it again:")
        command = ["session", "show", talk.id, *where]
    else:
        screen.note("Your session is kept. To come back:")
        command = ["chat", wish.flow, *_who(talk, wish), *where]
    # Not wrapped: it is there to be copied.
    screen.show(f"  {shlex.join(['coach', *command])}")


def _who(talk: Session, wish: opening.Wish) -> list[str]:
    user = [] if talk.user == opening.me() else ["--user", talk.user]
    return user if wish.session is None else [*user, "--session", talk.id]
