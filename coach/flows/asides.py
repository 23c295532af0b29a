"""Asides: leaving the script for a moment, asking back, asking for a person. No stage is left, no
answer touched, and the question that was put is put again, without counting as asked once more."""

from typing import TYPE_CHECKING

from coach.flows.answers import Refused
from coach.flows.walker import Walker
from coach.vocabulary.commands import Clarify, Digress, Handoff, Resume

if TYPE_CHECKING:
    from coach.flows.engine import Engine

LONGEST = 200  # characters of a topic that an event repeats


def digress(engine: "Engine", walker: Walker, command: Digress) -> str:
    return _told(walker, "digressed", command.topic)


def resume(engine: "Engine", walker: Walker, command: Resume) -> str:
    walker.events.append("resumed")
    return ""


def clarify(engine: "Engine", walker: Walker, command: Clarify) -> str:
    return _told(walker, "asked back", command.about)


def handoff(engine: "Engine", walker: Walker, command: Handoff) -> str:
    """For the application to act on: nobody is called from here."""
    return _told(walker, "asked for a person", command.reason)


def _told(walker: Walker, did: str, words: str) -> str:
    about = " ".join(words.split())
    if not about:
        raise Refused("say about what")
    walker.events.append(f"{did}: {about[:LONGEST]}")
    return ""
