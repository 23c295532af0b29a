"""What becomes of a turn when its llm fails: every fault on the wire, and who is behind it.

Each case is played with the real client against a real server, as `coach chat` shows it. The table
of docs/llm-faults.md is what came of it: `python -m tests.faults.llm_table` writes it anew.
"""

import contextlib
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.bot import Bot
from coach.cli.conversation import WAITS, Conversation
from coach.cli.piped import Paper
from coach.errors import CoachError
from coach.session import Session
from coach.stores.check import check
from coach.testing import FakeClock, FakeLlmServer, Fault

PAGE = Path(__file__).parents[2] / "docs" / "llm-faults.md"
SAID = "I want to run 10k"
GOAL = {"commands": [{"command": "set", "field": "goal", "value": "run 10k", "quote": "run 10k"}]}
ODD = {"commands": [*GOAL["commands"], {"command": "set", "field": "gaol", "value": "x"}]}
REPLY = "Good. How will you know that you got there?"
QUICK = {"COACH_LLM_RETRY__FIRST_PAUSE": "0", "COACH_LLM_LIMITS__SILENCE_SECONDS": "30"}
HASTY = {"COACH_LLM_LIMITS__SILENCE_SECONDS": "1"}
NAMES = (
    "fault",
    "asked to",
    "`coach chat` shows",
    "raised",
    "asked",
    "then `offline`",
    "then another",
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One thing that goes wrong: `answer` is given to requests of one purpose, the first `times` of
    them; `dead` has nobody listen, `dies` has the server die after the first word."""

    what: str
    answer: Any = REPLY
    hears: bool = False
    times: int = 1_000
    dead: bool = False
    dies: bool = False
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.what}, {self.purpose}"

    @property
    def purpose(self) -> str:
        return "hear" if self.hears else "speak"


CASES = (
    Case(what="nobody listens", dead=True, hears=True),
    Case(what="reset before a byte", answer=Fault.reset()),
    Case(what="closed after two words", answer=Fault.breaks_off("Tell me a little more.", 2)),
    Case(what="the server is killed after a word", dies=True),
    Case(what="no byte in time", answer=Fault.hang(20), settings=HASTY),
    Case(what="two words, then no byte in time", answer=Fault.stalls(seconds=20), settings=HASTY),
    Case(what="500", answer=Fault.status(500)),
    Case(what="500", answer=Fault.status(500), hears=True),
    Case(what="500 once", answer=Fault.status(500), times=1),
    Case(what="500 in a stream, after two words", answer=Fault.error_in_stream()),
    Case(what="429, come again at once", answer=Fault.rate_limited(0)),
    Case(what="429 once, come again in a second", answer=Fault.rate_limited(1), times=1),
    Case(what="429, come again in two minutes", answer=Fault.rate_limited(120)),
    Case(what="429, no credit", answer=Fault.quota()),
    Case(what="401", answer=Fault.unauthorized()),
    Case(what="404", answer=Fault.no_model()),
    Case(what="the page is too long", answer=Fault.context_too_long()),
    Case(what="the page is too long once", answer=Fault.context_too_long(), times=1),
    Case(what="JSON that ends in the middle", answer=Fault.malformed_json()),
    Case(what="JSON that ends in the middle", answer=Fault.malformed_json(), hears=True),
    Case(what="a stream that is none after a word", answer=Fault.malformed_sse()),
    Case(what="a page for people", answer=Fault.wrong_type()),
    Case(what="no choice", answer=Fault.no_choices()),
    Case(what="no word", answer=Fault.empty()),
    Case(what="a refusal", answer=Fault.refusal()),
    Case(what="a refusal", answer=Fault.refusal(), hears=True),
    Case(what="a filter", answer=Fault.filtered()),
    Case(what="cut off at its greatest length", answer=Fault.cut_short()),
    Case(what="no JSON for commands", answer="I would say: run!", hears=True),
    Case(what="no JSON for commands, once", answer="I would say: run!", hears=True, times=1),
    Case(what="a command for a field that is none", answer=ODD, hears=True),
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a case with somebody behind the llm, or nobody."""

    shown: str
    raised: str
    asked: str
    waits: bool

    @property
    def short(self) -> str:
        return f"{'waits' if self.waits else 'answered'}, asked {self.asked}"


class Chat(Conversation):
    """A chat that remembers what was raised."""

    raised = ""

    def attempt(self, action: Callable[[], None]) -> None:
        def watched() -> None:
            try:
                action()
            except CoachError as error:
                self.raised = type(error).__name__
                raise

        super().attempt(watched)


class Watching(Paper):
    """A paper on which something happens after the first word."""

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then

    def stream(self, pieces: Iterable[str], *where: Any) -> None:
        super().stream(self._pieces(pieces), *where)

    def _pieces(self, pieces: Iterable[str]) -> Iterator[str]:
        for number, piece in enumerate(pieces):
            yield piece
            if number == 0:
                self._then()


def play(case: Case, behind: str) -> Outcome:
    """One message of a new session; `behind` is '', 'offline' or 'another'. AssertionError when
    what is kept does not add up, or a message that waits cannot be answered afterwards."""
    with _settings(QUICK | case.settings), _server(case) as first, _second() as second:
        names = [_address(first, "fake")]
        names += {"offline": ["offline"], "another": [_address(second, "other")]}.get(behind, [])
        bot = Bot("grow", llm=names, clock=FakeClock())
        talk = bot.session("ada", id="s")
        if case.dead:
            first.kill()
        shown, chat = _shown(talk, first.kill if case.dies else lambda: None)
        waits = bool(talk.pending)
        asked = str(len(first.requests)) + (f" + {len(second.requests)}" if second.requests else "")
        _holds(talk, waits)
        bot.close()
    return Outcome(shown=shown, raised=chat.raised, asked=asked, waits=waits)


def _holds(talk: Session, waits: bool) -> None:
    """The session is as it was, or the turn is there whole; what waits can be answered, once."""
    store = talk.services.store
    assert check(store).faults == ()
    assert len(talk.history()) == (1 if waits else 3)
    assert talk.context.revision == (0 if waits else 1)
    if waits:
        with FakeLlmServer(GOAL, REPLY) as mended:
            well = Bot("grow", store, llm=_address(mended, "fake"), clock=FakeClock())
            assert [turn.reply for turn in well.session("ada", id="s").retry()] == [REPLY]
            well.services.llm.close()
        assert len(talk.history()) == 3
    assert talk.pending == []
    assert check(store).faults == ()


def _shown(talk: Session, then: Callable[[], None]) -> tuple[str, Chat]:
    chat, out = Chat(talk, Watching(then)), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        chat.say(SAID)
    words = out.getvalue().replace(f"({WAITS})\n", "")
    words = re.sub(r"resulted in \d+", "resulted in …", words)  # as long as the page happens to be
    return re.sub(r"http://127\.0\.0\.1:\d+/v1", "…", words).strip(), chat


def _address(server: FakeLlmServer, name: str) -> str:
    return f"openai_compatible:{server.url}#{name}"


def _server(case: Case) -> FakeLlmServer:
    """One that fails as the case has it, and is well otherwise."""
    left = [case.times]

    def answer(request: Any) -> Any:
        hears = request.schema is not None
        if hears is case.hears and left[0] > 0:
            left[0] -= 1
            return case.answer
        return GOAL if hears else REPLY

    slow = 0.3 if case.dies else 0.0
    return FakeLlmServer(handler=answer, chunk_latency=slow)


def _second() -> FakeLlmServer:
    return FakeLlmServer(handler=lambda request: GOAL if request.schema is not None else REPLY)


@contextlib.contextmanager
def _settings(names: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


# -- the page --------------------------------------------------------------------------------


def row(case: Case) -> str:
    """The line of a case in the table."""
    alone, offline, another = (play(case, behind) for behind in ("", "offline", "another"))
    shown = alone.shown.replace("|", "\\|").replace("\n", "<br>")
    cells = (case.what, case.purpose, shown, alone.raised, alone.asked)
    return f"| {' | '.join((*cells, offline.short, another.short))} |"


def rows_of_page() -> dict[str, str]:
    """The lines of the table on the page, by the name of their case."""
    lines = [line for line in PAGE.read_text().split("\n") if line.startswith("| ")]
    cells = [line.strip("| ").split(" | ") for line in lines]
    found = {f"{c[0]}, {c[1]}": line for c, line in zip(cells, lines, strict=True)}
    return {case.name: found.get(case.name, "") for case in CASES}


def main() -> None:
    text = PAGE.read_text()
    head = f"| {' | '.join(NAMES)} |\n|{'---|' * len(NAMES)}\n"
    begin, end = text.index(head), text.index("\n\n", text.index(head))
    table = head + "\n".join(map(row, CASES))
    PAGE.write_text(text[:begin] + table + text[end:])


if __name__ == "__main__":
    main()
