"""Cassettes: an llm's answers are recorded once, and given again without it."""

import difflib
import json
import threading
from collections import Counter
from pathlib import Path
from typing import Literal, get_args

from coach.errors import CassetteMiss, InputError, did_you_mean
from coach.testing.answers import Pieces, shown
from coach.testing.cassette_file import Recording, plain, read_recordings, write_recordings
from coach.testing.llms import last_words
from coach.vocabulary.llm import Completion, Llm, LlmRequest, Tell

Mode = Literal["replay", "record", "auto"]
LONGEST_DIFF = 80  # lines


class Cassette:
    """Answers of `llm`, kept in a file and found again by the digest of the request.

        llm = Cassette("tests/cassettes/goal.json", mode="replay")

    "replay" asks nobody and raises CassetteMiss for what was not recorded; "record" asks `llm`
    each time, in place of what the file had; "auto" asks it for what the file does not have. The
    same request may be recorded several times: its answers are given in that order. Errors are
    not recorded. Give each test a file of its own; threads may share a cassette.
    """

    def __init__(self, path: Path | str, llm: Llm | None = None, mode: Mode = "replay") -> None:
        if mode not in get_args(Mode):
            raise InputError(
                f"no mode of a cassette is {mode!r}.{did_you_mean(mode, get_args(Mode))}"
            )
        if mode == "record" and llm is None:
            raise InputError("a cassette that records needs an llm: Cassette(path, llm, 'record')")
        self.path = Path(path)
        self.name = "cassette" if llm is None else llm.name
        self._llm = llm
        self._mode = mode
        self._lock = threading.Lock()
        self._used: Counter[str] = Counter()
        found = [] if mode == "record" else read_recordings(self.path)
        self._recordings: dict[str, Recording] = {}
        for one in found:
            self._keep(one.request, one.answers)

    def __repr__(self) -> str:
        return f"<Cassette {str(self.path)!r}, {self._mode}, {self.left} answers left>"

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """All that it has, in the order of the first time."""
        return tuple(self._recordings.values())

    @property
    def left(self) -> int:
        """How many recorded answers have not been used."""
        return sum(len(one.answers) for one in self.recordings) - self._used.total()

    async def answer(self, request: LlmRequest, tell: Tell | None = None) -> Completion:
        """What was recorded, or what the llm answers now. CassetteMiss when there is neither."""
        known = self._take(request)
        if known is not None:
            if tell is not None:
                for piece in Pieces.words(known.text).pieces:
                    tell(piece)
            return known
        if self._llm is None or self._mode == "replay":
            raise CassetteMiss(self._miss(request))
        made = await self._llm.answer(request, tell)
        with self._lock:
            self._keep(request, (made,))
            self._used[request.digest] += 1
            write_recordings(self.path, self.recordings)
        return made

    def _take(self, request: LlmRequest) -> Completion | None:
        """The next recorded answer of a request."""
        if self._mode == "record":
            return None
        with self._lock:
            known = self._recordings.get(request.digest)
            number = self._used[request.digest]
            if known is None or number >= len(known.answers):
                return None
            self._used[request.digest] += 1
            return known.answers[number]

    def _keep(self, request: LlmRequest, answers: tuple[Completion, ...]) -> None:
        known = self._recordings.get(request.digest)
        before = () if known is None else known.answers
        self._recordings[request.digest] = Recording(request=request, answers=before + answers)

    def _miss(self, request: LlmRequest) -> str:
        known = self._recordings.get(request.digest)
        said = last_words(request)
        behind = "" if said is None else f" after {shown(said)}"
        text = f"{self.path}: no recording of a request to {request.purpose.value!r}{behind}"
        again = "Record it again: Cassette(path, llm, mode='record')."
        if known is not None:
            return f"{text} is left: all {len(known.answers)} are used. {again}"
        if not self._recordings:
            return f"{text}: nothing is recorded there. {again}"
        return f"{text}. {again} The nearest one differs in this:\n{self._difference(request)}"

    def _difference(self, request: LlmRequest) -> str:
        """A unified diff from the nearest recorded request to this one."""
        asked = _lines(request)
        matcher = difflib.SequenceMatcher(b=asked, autojunk=False)

        def likeness(one: list[str]) -> float:
            matcher.set_seq1(one)
            return matcher.ratio()

        nearest = max((_lines(one.request) for one in self.recordings), key=likeness)
        diff = list(difflib.unified_diff(nearest, asked, "recorded", "asked", n=2, lineterm=""))
        more = len(diff) - LONGEST_DIFF
        tail = [f"… and {more} more lines"] if more > 0 else []
        return "\n".join([*diff[:LONGEST_DIFF], *tail])


def _lines(request: LlmRequest) -> list[str]:
    return json.dumps(plain(request), indent=1, ensure_ascii=False).splitlines()
