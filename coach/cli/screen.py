"""Chat at a terminal: where the conversation stands, the words, and the line being typed."""

import os
import shlex
from collections.abc import Callable, Iterable, Iterator
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
from coach.cli.wrapping import Wrapped
from coach.flows.flow import Flow
from coach.record.context import CoachContext
from coach.session import Session

COACH = "coach> "
COLOURS = {"coach": "bold cyan", "you": "bold green", "small": "dim", "here": "bold"}
LEAVING = frozenset(("quit", "exit", "q", "bye"))
MORE = "/help lists what else there is; quit leaves, and keeps the session."
HINT = "Ctrl-C once more, Ctrl-D or /quit leaves; /help lists what else there is."
KEPT = "That turn was kept already; /undo takes it back."
ABANDONED = "That turn was abandoned; the session stays as it was."


class Screen:
    """A terminal. Lines break between words, and are styled unless NO_COLOR is set."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, markup=False, emoji=False)
        self.styles = {} if os.environ.get("NO_COLOR") else COLOURS

    def note(self, text: str) -> None:
        self._print("", Text(output.safe(f"({text})"), self._look("small")))

    def you(self, text: str) -> None:
        self._print("you> ", Text(output.safe(text)), "you")

    def coach(self, text: str, talk: Session) -> None:
        self.words(text, talk.flow, talk.context)

    def words(self, text: str, flow: Flow, context: CoachContext) -> None:
        """What the coach says, below where the conversation stands."""
        self._place(flow, context)
        self._print("coach> ", Text(output.safe(text)), "coach")
        self.console.print()

    def stream(self, pieces: Iterable[str], where: Callable[[], CoachContext], flow: Flow) -> None:
        """The same, word by word. However it ends, what comes next is on a line of its own."""
        wrapped, begun = Wrapped(self.console.width, len(COACH)), False
        try:
            for piece in pieces:
                if not begun:
                    self._place(flow, where())
                    self.console.print(Text(COACH, self._look("coach")), end="")
                    begun = True
                output.now(wrapped.feed(piece))
        finally:
            if begun:
                output.now(f"{wrapped.end()}\n\n")

    def _place(self, flow: Flow, context: CoachContext) -> None:
        """Where the conversation stands, small."""
        place = Text()
        for part, is_here in progress(flow, context):
            place.append(part, self._look("here" if is_here else "small"))
        self._print("", place)

    def show(self, text: str) -> None:
        for line in output.safe(text).split("\n"):
            words = line.lstrip(" ")
            self._print(" " * (len(line) - len(words)), Text(words))

    def error(self, text: str) -> None:
        output.error(text)

    def _look(self, style: str) -> str:
        return self.styles.get(style, "")

    def _print(self, mark: str, words: Text, style: str = "") -> None:
        """The mark in its style and the words beside it."""
        look = self._look(style)
        room = max(self.console.width - len(mark), 20)
        for line in words.wrap(self.console, room):
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
    begun = Later(lambda: Conversation(opening.session(coach, wish), screen))
    if expected is None:
        if not begun.get().talk.finished:
            screen.note(MORE)
        begun.get().open()
    else:
        screen.note(MORE)
        if expected.note:
            screen.note(expected.note)
        screen.words(expected.words, expected.flow, expected.context)
    return begun


def _talk(begun: Later[Conversation], screen: Screen, shown: Callable[[], None]) -> None:
    """Line by line, until the session is complete. A bare 'quit' keeps it, as '/quit' does."""
    if begun.started and begun.get().talk.finished:
        return
    editor = Editor(begun.get().talk if begun.started else None, bool(screen.styles))
    editor.once_shown(shown, begun.start, Later(ready_hearing).start)
    for line in _typed(editor, screen):
        if is_leaving(begun.get().talk, line):
            raise Leave
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


def is_leaving(talk: Session, line: str) -> bool:
    """Whether a line is a bare word of leaving, and nothing that the flow waits for."""
    word = line.strip().casefold()
    if word not in LEAVING:
        return False
    situation = talk.flow.situation(talk.context, talk.services.clock())
    choices = (*situation.choices, *getattr(situation.field, "choices", ()))
    return word not in {name.casefold() for name in (*situation.triggers, *choices)}


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
    if store.address.in_memory:
        screen.note("This session was kept in memory only, and ends here.")
        return
    where = [] if wish.store in (None, os.environ.get("COACH_STORE")) else ["--store", store.url]
    if talk.finished:
        screen.note("This session is complete. To read it again:")
        command = ["session", "show", talk.id, *where]
    else:
        screen.note("Your session is kept. To come back:")
        command = ["chat", wish.flow, *_who(talk, wish), *where, *_llm(wish), *_code(wish)]
    # Not wrapped: it is there to be copied.
    output.line(f"  {shlex.join(['coach', *command])}")


def _llm(wish: opening.Wish) -> list[str]:
    return [part for address in wish.llm for part in ("--llm", address)]


def _code(wish: opening.Wish) -> list[str]:
    same = wish.code in (None, os.environ.get("COACH_CODE"))
    return [] if same or wish.code is None else ["--code", wish.code]


def _who(talk: Session, wish: opening.Wish) -> list[str]:
    user = [] if talk.user == opening.me() else ["--user", talk.user]
    return user if wish.session is None else [*user, "--session", talk.id]
