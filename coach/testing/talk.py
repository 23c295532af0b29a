"""Talks: what the fixture `coach` opens, and what was said in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from coach.calls.chain import LlmChain
from coach.calls.service import LlmService
from coach.flows.flow import Flow
from coach.session import Session
from coach.stores.sql import SqlStore
from coach.testing.answers import Answer
from coach.testing.clock import FakeClock
from coach.testing.heard import Heard
from coach.testing.llms import ScriptedLLM
from coach.testing.rehearsal import Rehearsal
from coach.testing.stories.answering import ONCE
from coach.testing.stories.opening import SESSION, open_story
from coach.testing.stories.player import Player
from coach.testing.stories.results import Opening, Played, Status, StoryResult, TurnResult
from coach.testing.stories.story import Story, StoryTurn
from coach.turn import Turn
from coach.vocabulary.commands import Answerable
from coach.vocabulary.llm import Llm


class Talk(Rehearsal):
    """A rehearsal that notes what came of each turn."""

    def __init__(self, session: Session, clock: FakeClock, opening: Opening | None = None) -> None:
        super().__init__(session, clock)
        self.played: list[tuple[str, Played]] = []
        self.opening = opening
        self.others: list[Talk] = []

    def say(
        self, text: str, heard: Sequence[Heard] | None = None, **understood: Answerable | date
    ) -> Turn:
        before = self.context
        turn = super().say(text, heard, **understood)
        played = Played(
            before=before,
            context=self.context,
            commands=turn.commands,
            decision=turn.decision,
            reply=turn.reply,
            at=self.clock.now,
            calls=turn.calls,
        )
        self.played.append((text, played))
        return turn

    def at(self, stage: str, **answers: Answerable | date | None) -> "Talk":
        session, opening = self._started(stage, answers)
        other = Talk(session, self.clock, opening)
        self.others.append(other)
        return other

    def result(self, name: str, failed: bool) -> StoryResult | None:
        """What was said, as a story; None when nothing was."""
        if not self.played:
            return None
        turns = tuple(StoryTurn(user=text, heard=played.commands) for text, played in self.played)
        flow = self.session.flow
        last = len(turns) - 1
        return StoryResult(
            story=Story(story=name, flow=flow.name, turns=turns),
            flow=flow,
            opening=self.opening,
            turns=tuple(
                TurnResult(
                    number=number + 1,
                    turn=turns[number],
                    status=Status.FAILED if failed and number == last else Status.PASSED,
                    played=played,
                )
                for number, (_, played) in enumerate(self.played)
            ),
        )


class Talks:
    """Opens talks for one test."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._opened: list[Talk] = []

    def open(
        self,
        flow: str | Flow | Path,
        *,
        prompts: Path | str | None = None,
        llm: Llm | Iterable[Answer] | None = None,
    ) -> Talk:
        """A conversation at the start of a flow, in memory, under a clock of its own.

        `llm` hears and speaks: a double, or the answers of one in their order. Without it the
        rules hear and the templates speak, and a request to an llm cannot be made.
        """
        script = flow if isinstance(flow, Flow) else self._player.flow(str(flow))
        clock = FakeClock()
        shared = self._player.services(script, clock, None if prompts is None else str(prompts))
        services = replace(shared, store=SqlStore("sqlite://"), keep_pages=True, llm=_service(llm))
        opening = open_story(services, script, None)
        talk = Talk(Session(services, SESSION, resumed=False), clock, opening)
        self._opened.append(talk)
        return talk

    def results(self, name: str, failed: bool) -> Iterator[StoryResult]:
        """What was said in each; then everything is closed."""
        opened, self._opened = self._opened, []
        for talk in opened:
            for each in (talk, *talk.others):
                result = each.result(name, failed)
                if result is not None:
                    yield result
            services = talk.session.services
            if services.llm is not None:
                services.llm.close()
            services.store.close()


def _service(llm: Llm | Iterable[Answer] | None) -> LlmService | None:
    if llm is None:
        return None
    double: Llm = ScriptedLLM(*llm) if isinstance(llm, Iterable) else llm
    return LlmService(LlmChain([double], retry=ONCE))
