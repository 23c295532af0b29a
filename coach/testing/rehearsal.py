"""Rehearsal: a session without llm, network, file or clock, for tests of a flow."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

from coach.bot import Bot
from coach.errors import InvalidValue, did_you_mean
from coach.flows.flow import Flow
from coach.prompting.prompt import Prompt
from coach.record.context import CoachContext
from coach.session import Session
from coach.testing.clock import FakeClock
from coach.testing.heard import Heard
from coach.testing.watching import WATCHER
from coach.turn import Turn
from coach.vocabulary.commands import Answerable, Command, Set

if TYPE_CHECKING:
    from coach.testing.stories.results import Opening


class Rehearsal:
    """A session in memory under a clock of its own.

    What the person says is heard by the offline rules, or not heard at all: keywords say what
    was understood (`goal="run 10k"` sets the field), `heard` gives the commands themselves.
    """

    def __init__(self, session: Session, clock: FakeClock) -> None:
        self.session = session
        self.clock = clock

    def say(
        self, text: str, heard: Sequence[Heard] | None = None, **understood: Answerable | date
    ) -> Turn:
        """One turn: `talk.say("Submit it by June: 9.", goal="submit it by June", importance=9)`.

        A date may be given as one. InvalidValue when a keyword is no field of the flow; a value
        that its field does not take is refused in the decision, as it would be for a person.
        `coach.testing.heard` has a function for each command.
        """
        fields = self.session.flow.fields
        for name in understood.keys() - fields.keys():
            raise InvalidValue(f"unknown field {name!r}.{did_you_mean(name, fields)}")
        commands = [command for item in heard or () for command in _several(item)]
        commands += [Set(field=name, value=_plain(value)) for name, value in understood.items()]
        return self.session.say(text, heard=commands or None)

    def at(self, stage: str, **answers: Answerable | date | None) -> Self:
        """The same in the middle: a session that stands at a stage, with these answers.

        The flow is walked from its start, so its own rules must lead there; None declines a
        field, and an optional one that is not named is declined where that leads on.
        InvalidValue says what is in the way.
        """
        session = self._started(stage, answers)[0]
        if (watcher := WATCHER.get()) is not None:
            watcher.opened(session)
        return type(self)(session, self.clock)

    def _started(
        self, stage: str, answers: Mapping[str, Answerable | date | None]
    ) -> "tuple[Session, Opening]":
        from coach.testing.stories.opening import open_story  # few rehearsals need it
        from coach.testing.stories.starting import Unreachable
        from coach.testing.stories.story import Start

        flow, services = self.session.flow, self.session.services
        if flow.resolve(stage) is None:
            raise InvalidValue(f"unknown stage {stage!r}.{did_you_mean(stage, flow.leaves)}")
        given = {name: None if value is None else _plain(value) for name, value in answers.items()}
        session_id = uuid.uuid4().hex
        try:
            opening = open_story(services, flow, Start(stage=stage, answers=given), session_id)
        except Unreachable as error:
            raise InvalidValue("\n".join((str(error), *error.more))) from None
        return Session(services, session_id, resumed=True), opening

    @property
    def stage(self) -> str:
        return self.session.stage

    @property
    def asks(self) -> str | None:
        return self.session.asks

    @property
    def context(self) -> CoachContext:
        return self.session.context

    @property
    def prompt(self) -> Prompt:
        """The page as the language model would see it now."""
        return self.session.prompt

    @property
    def greeting(self) -> str:
        return self.session.greeting

    def why(self, turn: int | None = None) -> str:
        """Why the last turn (or the one with this revision) ended where it did."""
        return self.session.why(turn)


def _several(item: Heard) -> tuple[Command, ...]:
    return item if isinstance(item, tuple) else (item,)


def _plain(value: Answerable | date) -> Answerable:
    return value.isoformat() if isinstance(value, date) else value


def rehearse(
    flow: Flow | str | Path,
    *,
    clock: FakeClock | None = None,
    prompts: Path | str | None = None,
) -> Rehearsal:
    """Open a rehearsal: `rehearse("grow")`. Each one is a world of its own."""
    time = clock or FakeClock()
    bot = Bot(flow, store="sqlite://", llm="offline", clock=time, prompts=prompts)
    watcher = WATCHER.get()
    if watcher is not None:
        watcher.opening(bot, flow)
    session = bot.session(user="rehearsal", id="rehearsal")
    if watcher is not None:
        watcher.opened(session)
    return Rehearsal(session, time)
