"""A tale: a generated story while it is told, turn by turn, with what is foreseen of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coach.record.answer import Answer
from coach.testing.generated.foreseeing import foresee, stuck_at
from coach.testing.generated.prospect import Prospect
from coach.testing.generated.reaching import Route
from coach.testing.stories.expect import Expect
from coach.testing.stories.story import Start, Story, StoryTurn
from coach.vocabulary.commands import Command, Undo
from coach.vocabulary.words import AnswerStatus

TAG = "generated"


class Suite(StrEnum):
    """The kinds of generated stories."""

    CORRECT = "correct"
    BACK = "back"
    DECLINE = "decline"
    TOGETHER = "together"
    FLIGHT = "flight"
    UNDO = "undo"
    ASIDE = "aside"
    TRIGGER = "trigger"
    END = "end"


@dataclass(frozen=True, kw_only=True, slots=True)
class Generated:
    """A generated story. `expected` is what each turn should lead to, in the short form of a
    file; the messages of a story `at_once` are said while the others are in flight."""

    suite: Suite
    story: Story
    expected: tuple[Mapping[str, Any], ...]
    at_once: bool = False

    @property
    def name(self) -> str:
        return self.story.name


class Tale:
    """Tells a story that begins at the end of a route. `before` and `now` are how the session
    should stand before the last turn, and after it."""

    def __init__(self, suite: Suite, name: str, route: Route) -> None:
        self.suite, self.name, self.route = suite, name, route
        self.before = self.now = route.there
        self._turns: list[tuple[str, Sequence[Command], dict[str, Any]]] = []

    def say(self, text: str, *commands: Command, **more: Any) -> "Tale":
        """One turn, with what it should lead to; `more` is to be looked at besides."""
        self.before, self.now = self.now, foresee(self.now, commands)
        self._turns.append((text, commands, {**expected(self.before, self.now), **more}))
        return self

    def taken_back(self) -> "Tale":
        """One turn that takes the last one back."""
        told = _undone(self.now, self.before)
        self._turns.append(("undo that", (Undo(),), told))
        return self

    def copy(self, suite: Suite, name: str) -> "Tale":
        """A tale of another name that begins with the same turns."""
        twin = Tale(suite, name, self.route)
        twin.before, twin.now, twin._turns = self.before, self.now, list(self._turns)
        return twin

    def told(self) -> Generated:
        """The story. Of messages in flight only what both lead to is known."""
        route, at_once = self.route, self.suite is Suite.FLIGHT
        expects = [expect for _, _, expect in self._turns]
        if at_once:
            whole = {key: expects[-1][key] for key in ("stage", "asks", "answers")}
            expects = [*({} for _ in expects[1:]), whole]
        turns = [
            StoryTurn(user=text, heard=tuple(commands), expect=Expect.model_validate(expect))
            for (text, commands, _), expect in zip(self._turns, expects, strict=True)
        ]
        story = Story(
            story=self.name,
            flow=route.there.flow.name,
            tags=(TAG, self.suite),
            clock=route.there.record.created_at,
            start=Start(stage=route.stage, answers=route.answers),
            turns=tuple(turns),
        )
        return Generated(suite=self.suite, story=story, expected=tuple(expects), at_once=at_once)


def expected(before: Prospect, after: Prospect) -> dict[str, Any]:
    """What a turn should lead to, in the short form: where it ends and how it gets there, every
    answer, what is asked, what was made."""
    told: dict[str, Any] = {}
    if not (after.refused and stuck_at(before)):
        told["stage"] = after.stage
        told["moves"] = {"only": list(after.moves)} if after.moves else []
        told["asks"] = after.asks
    if answers := _answers(before, after):
        told["answers"] = answers
    if after.events:
        told["events"] = list(after.events)
    if made := _artifacts(after):
        told["artifacts"] = made
    if after.finished:
        told["finished"] = True
    return told


def _answers(before: Prospect, after: Prospect) -> dict[str, Any]:
    names = (*before.answers, *after.answers, *after.flow.collected_at(after.stage))
    return {name: answer_short(after.answers.get(name)) for name in dict.fromkeys(names)}


def answer_short(answer: Answer | None) -> Any:
    """An answer as a story expects it."""
    if answer is None:
        return None
    if answer.value is None:
        return {"declined": True}
    marks: dict[str, Any] = {"stale": True} if answer.stale else {}
    if answer.status is AnswerStatus.UNCONFIRMED:
        marks["status"] = str(answer.status)
    return {"value": answer.value, **marks} if marks else answer.value


def _artifacts(after: Prospect) -> dict[str, Any]:
    """What was made, with every line that it has to say."""
    made = {key: after.record.standing_artifact(key) for key in after.flow.artifacts}
    return {
        key: {"status": str(one.status), "version": one.version, "has": one.content.split("\n")}
        for key, one in made.items()
        if one is not None
    }


def _undone(after: Prospect, before: Prospect) -> dict[str, Any]:
    """After an undo everything is as it was before the turn that was taken back."""
    if after.finished:
        return {"refused": {"only": ["undo"]}, "stage": after.stage, "finished": True}
    moves = {"only": [f"{after.stage} -> {before.stage}"]} if after.stage != before.stage else []
    told: dict[str, Any] = {"stage": before.stage, "moves": moves, "asks": before.asks}
    if answers := _answers(after, before):
        told["answers"] = answers
    if made := _artifacts(before):
        told["artifacts"] = made
    return {**told, "events": ["undid the last turn"]}
