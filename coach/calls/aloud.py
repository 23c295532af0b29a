"""Hearing and speaking in one call: the reply is said aloud as it comes, once what was heard is
known and sound."""

import json
from typing import Any

from pydantic_core import from_json

from coach.calls.tap import Tap
from coach.hearing.llm import Understood, read
from coach.vocabulary.llm import Tell
from coach.vocabulary.situation import Situation


class Aloud:
    """Where the JSON of an answer goes while it comes. Its "reply" goes on to the tap, piece by
    piece; not before the commands are there, and all of them can be taken."""

    def __init__(self, situation: Situation, said: str, tap: Tap) -> None:
        self._situation, self._message, self._tap = situation, said, tap
        self._answer = ""
        self.understood: Understood | None = None

    @property
    def said(self) -> str:
        """What of the reply has been said."""
        return self._tap.text

    def begin(self) -> Tell:
        """For an answer that begins anew."""
        self._answer, self.understood = "", None
        return self.tell

    def tell(self, piece: str) -> None:
        """Take in a piece of the answer."""
        self._answer += piece
        reply = _partial(self._answer).get("reply")
        if isinstance(reply, str) and reply and self._is_sound:
            self._tap.tell(reply[len(self._tap.text) :])

    def end(self, reply: str) -> None:
        """Say what is not said yet of a reply that is complete."""
        if reply.startswith(self.said):
            self._tap.tell(reply[len(self.said) :])

    @property
    def _is_sound(self) -> bool:
        if self.understood is None:
            self.understood = read(self._situation, self._message, _closed(self._answer))
        return not self.understood.problems


def _partial(answer: str) -> dict[str, Any]:
    """What can be read by now of a JSON object, the last text of it perhaps cut short."""
    start = answer.find("{")
    if start < 0:
        return {}
    try:
        data = from_json(answer[start:], allow_partial="trailing-strings")
    except ValueError:
        return {}
    complete = isinstance(data, dict) and next(iter(data), "") == "commands"
    return data if complete else {}


def _closed(answer: str) -> str:
    """The answer so far as a whole object, from within its reply."""
    return json.dumps({"commands": _partial(answer)["commands"]})
