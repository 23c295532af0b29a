"""Answering: what stands in for the llm in a turn of a story.

Nobody is asked that the story does not name: without a word of it the rules hear and the templates
speak, whatever the settings say.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from coach.calls.chain import LlmChain
from coach.calls.choosing import llm_service
from coach.calls.retry import Retry
from coach.calls.service import LlmService
from coach.errors import InputError
from coach.hearing import rules
from coach.llms.addresses import open_llm
from coach.services import Services
from coach.settings import read_settings
from coach.testing.cassettes import Cassette
from coach.testing.llms import ScriptedLLM
from coach.testing.stories.results import Failure, Kind
from coach.testing.stories.snapshots import slug, stem
from coach.testing.stories.story import Hear, LlmAnswer, Story, StoryTurn
from coach.vocabulary.llm import Llm

FOLDER = "cassettes"
ONCE = Retry(tries=1)


@dataclass(kw_only=True, slots=True)
class Answering:
    """What answers for one story. `llm` is one, or its address, for turns that are recorded
    or live."""

    story: Story
    llm: str | Llm | None = None
    record: bool = False
    _scripted: ScriptedLLM | None = None
    _opened: dict[Hear, LlmService] = field(default_factory=dict)

    def services(self, services: Services, turn: StoryTurn) -> Services:
        """The services with whatever hears and speaks in a turn."""
        how = turn.heard if isinstance(turn.heard, Hear) else self.story.hear
        self._scripted = None
        if turn.llm:
            return self._prepared(services, turn, how)
        if how in (Hear.CASSETTE, Hear.LIVE):
            if how not in self._opened:
                self._opened[how] = self._tape() if how is Hear.CASSETTE else self._live()
            return replace(services, llm=self._opened[how])
        return replace(services, llm=None)

    def unused(self) -> Iterator[Failure]:
        """What was prepared for the turn, and nobody asked for."""
        left = 0 if self._scripted is None else self._scripted.left
        if left:
            words = "1 answer" if left == 1 else f"{left} answers"
            message = f"{words} of the llm that were prepared nobody asked for"
            yield Failure(kind=Kind.UNSCRIPTED_LLM_CALL, message=message, place=("llm",))

    def close(self) -> None:
        """Let go of what was opened."""
        for service in self._opened.values():
            service.close()
        self._opened.clear()

    def _prepared(self, services: Services, turn: StoryTurn, how: Hear | None) -> Services:
        self._scripted = scripted(turn.llm)
        hears = any(answer.hear is not None or answer.converse is not None for answer in turn.llm)
        hear = None if hears and how is not Hear.RULES else rules.hear
        service = LlmService(LlmChain([self._scripted], retry=ONCE))
        return replace(services, llm=service, hear=hear)

    def _tape(self) -> LlmService:
        """The cassette of the story, beside its file."""
        path = Path(self.story.at.path)
        place = path.parent / FOLDER / stem(path) / f"{slug(self.story.name)}.json"
        if not self.record:
            return LlmService(LlmChain([Cassette(place)], retry=ONCE))
        place.parent.mkdir(parents=True, exist_ok=True)
        llm = open_llm(self.llm) if self.llm is not None else None
        return LlmService(LlmChain([Cassette(place, llm, "record")]))

    def _live(self) -> LlmService:
        service = llm_service(self.llm, read_settings())
        if service is None:
            raise InputError("the turn is to be heard by an llm: name one with --coach-llm ADDRESS")
        return service


def scripted(answers: tuple[LlmAnswer, ...]) -> ScriptedLLM:
    """An llm that gives these answers, each for what it is meant for, in their order."""
    prepared: dict[str, list[object]] = defaultdict(list)
    for answer in answers:
        for purpose, given in answer:
            if given is not None:
                prepared[purpose].append({"commands": given} if isinstance(given, list) else given)
    return ScriptedLLM(**prepared)  # type: ignore[arg-type]  # plain JSON data
