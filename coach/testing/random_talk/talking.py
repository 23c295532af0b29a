"""The machine: a conversation in which anything may be said, and after each turn is looked at."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from coach.bot import Bot
from coach.calls.chain import OFFLINE
from coach.errors import EmptyMessage, MessageTooLong
from coach.flows.flow import Flow
from coach.session import Session
from coach.testing.clock import START, FakeClock
from coach.testing.random_talk import drawing, promises
from coach.vocabulary.commands import Command, Undo

WEEK = 7 * 24 * 60
LARGEST = 3_000


class Broken(AssertionError):
    """A promise that a flow did not keep."""


def machine_of(flow: Flow, prompts: Path | str | None) -> type[RuleBasedStateMachine]:
    """The machine of one flow. All conversations share one store, each with a person of its own."""
    clock = FakeClock()
    bot = Bot(flow, store="sqlite://", llm=OFFLINE, prompts=prompts, clock=clock)
    command, words = drawing.commands(flow), drawing.words()

    class RandomConversation(RuleBasedStateMachine):
        """One conversation."""

        def __init__(self) -> None:
            super().__init__()
            clock.now = START
            self.talk = _open(bot)
            self.ever = {visit.stage for visit in self.talk.context.visits}

        @rule(data=st.data())
        def answer(self, data: st.DataObject) -> None:
            """An answer to the question, mostly a good one."""
            asks = self.talk.asks
            if asks is not None:
                choices = flow.situation(self.talk.context).choices
                said = data.draw(drawing.value(flow, asks, choices), label=f"answer to {asks}")
                given = drawing.parsed({"command": "set", "field": asks, "value": said})
                self.turn("an answer", [] if given is None else [given])

        @rule(heard=st.lists(command, max_size=3), text=words)
        def say(self, text: str, heard: list[Command]) -> None:
            """Anything, understood as anything."""
            self.turn(text, heard)

        @rule(text=words)
        def hear(self, text: str) -> None:
            """Anything, heard by the offline rules."""
            self.turn(text, None)

        def turn(self, text: str, heard: list[Command] | None) -> None:
            """One turn that keeps every promise, or is refused and changes nothing."""
            before = self.talk.context
            try:
                turn = self.talk.say(text, heard=heard)
            except (EmptyMessage, MessageTooLong):
                _must(promises.touched(before, self.talk.context))
                return
            note(f"{turn.stage}, asks {turn.decision.asks}: {turn.reply!r:.80}")
            self.ever.update(move.to for move in turn.moves)
            after = self.talk.context
            _must(promises.broken(flow, before, after, turn.decision, self.ever))

        @precondition(lambda self: not self.talk.finished)
        @rule(heard=st.lists(command.filter(lambda c: c.command != "undo"), max_size=2))
        def take_back(self, heard: list[Command]) -> None:
            """Anything, and an undo: everything is as it was."""
            before = self.talk.context
            self.turn("something", heard)
            if not self.talk.finished:
                self.turn("undo", [Undo()])
                _must(promises.not_restored(before, self.talk.context))

        @rule(budget=st.integers(min_value=0, max_value=LARGEST))
        def render(self, budget: int) -> None:
            """The page, at any budget."""
            _must(promises.over_budget(self.talk, budget))

        @rule(minutes=st.integers(min_value=0, max_value=WEEK))
        def wait(self, minutes: int) -> None:
            """Time passes."""
            clock.now += timedelta(minutes=minutes)

        def teardown(self) -> None:
            _must(promises.unsound(self.talk))
            clock.now = START
            _must(promises.otherwise(self.talk, _open(bot), clock))

    RandomConversation.__qualname__ = RandomConversation.__name__
    return RandomConversation


def _open(bot: Bot) -> Session:
    name = uuid.uuid4().hex
    return bot.session(user=name, id=name)


def _must(broken: Iterable[str]) -> None:
    found = list(broken)
    if found:
        raise Broken("\n".join(found))
