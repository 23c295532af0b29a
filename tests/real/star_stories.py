"""STAR's dialogues as stories: what was done by the graph is expected as it was; where people did
not follow it, the story says which repair of ours takes the session where they went.

The flow is the graph alone: a stage for each label in it, an edge a rule that waits for a trigger
named after its target. The graph of STAR leaves out what a query of the knowledge base leads to, so
those edges are added.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any

from coach import Flow, Stage
from coach.flows.flow import Transition
from coach.testing.stories.expect import Expect
from coach.testing.stories.story import Story, StoryTurn
from coach.vocabulary.commands import (
    Back,
    Clarify,
    Command,
    Digress,
    Finish,
    Restart,
    Set,
    Trigger,
)
from coach.vocabulary.fields import TextField
from tests.real.star import OPENING, Exchange, Task

RESULTS = ("available", "unavailable", "query_success", "query_failure", "yes", "no")


class Did(StrEnum):
    """What the wizard did, seen from the flow."""

    FOLLOWED = "followed the graph"
    AHEAD = "went ahead: the person had said more"
    BACK = "went back, and on from there"
    OVER = "began anew"
    AGAIN = "asked again"
    ASIDE = "said something that the graph does not have"
    CLOSED = "closed the conversation"
    LOST = "went where nothing leads to"


class Script:
    """A task as a flow and its stories."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.did: Counter[Did] = Counter()

    @cached_property
    def edges(self) -> Mapping[str, tuple[str, ...]]:
        """From each label of the graph to the next ones."""
        graph = self.task.graph
        found: dict[str, list[str]] = {OPENING: [next(iter(graph))]}
        for label, then in graph.items():
            found.setdefault(label, []).append(then)
        for query, results in (("query_check", RESULTS[:4]), ("query_book", RESULTS[2:4])):
            own = [result for result in results if result in graph]
            found.setdefault(query, []).extend(r for r in own if r not in found.get(query, []))
        for offer in [label for label in graph.values() if label not in graph]:
            if "yes" in graph and ("available" in offer or "confirm" in offer):
                found.setdefault(offer, []).extend(["yes", "no"])
        return {label: tuple(then) for label, then in found.items()}

    @cached_property
    def labels(self) -> tuple[str, ...]:
        ends = (end for then in self.edges.values() for end in then)
        return tuple(dict.fromkeys((*self.edges, *ends)))

    @cached_property
    def flow(self) -> Flow:
        fields = {
            name: TextField(type="text", ask=f"{name}?", optional=True)
            for name in self.task.queried
        }
        stages = {
            label: Stage(
                purpose=self.task.replies.get(label),
                collect=fields if label == OPENING else {},
                next=tuple(Transition(to=to, trigger=to) for to in self.edges.get(label, ())),
            )
            for label in self.labels
        }
        return Flow(flow=self.task.name, title=self.task.title, start=OPENING, stages=stages)

    def stories(self) -> Iterator[Story]:
        for name in self.task.dialogues:
            yield self.story(name)

    def story(self, name: str) -> Story:
        trail, turns = [OPENING], []
        for exchange in self.task.exchanges(name):
            did, commands, trail, moves = self._taken(trail, exchange)
            self.did[did] += 1
            turns.append(_turn(exchange, commands, trail, moves))
        return Story(story=f"{self.task.name} {name}", flow=self.task.name, turns=tuple(turns))

    def _taken(
        self, trail: list[str], exchange: Exchange
    ) -> tuple[Did, list[Command], list[str], list[str]]:
        """What was done, the commands that it is for us, the way behind, and the moves."""
        here, label = trail[-1], exchange.label
        if label is None or label not in self.labels:
            if exchange.last:
                return Did.CLOSED, [], trail, []
            return Did.ASIDE, [Digress(topic=label or "something else")], trail, []
        if label == here:
            return Did.AGAIN, [Clarify(about=label)], trail, []
        if way := self._way(here, label):
            did = Did.FOLLOWED if len(way) == 1 else Did.AHEAD
            return did, _triggers(way), [*trail, *way], _moves([here, *way])
        return self._repaired(trail, label)

    def _repaired(
        self, trail: list[str], label: str
    ) -> tuple[Did, list[Command], list[str], list[str]]:
        """Back along the way to the nearest stage that is it, or leads there."""
        here = trail[-1]
        for index in range(len(trail) - 2, -1, -1):
            stop = trail[index]
            way = [] if stop == label else self._way(stop, label)
            if stop == label or way:
                did = Did.OVER if stop == OPENING else Did.BACK
                start: Command = Restart() if stop == OPENING else Back(to=stop)
                behind = [*trail[: index + 1], *way]
                moves = [f"{here} -> {stop}", *_moves([stop, *way])]
                return did, [start, *_triggers(way)], behind, moves
        return Did.LOST, [Trigger(name=label)], trail, []

    def _way(self, start: str, end: str) -> list[str]:
        """The shortest way along the edges, without its start; [] when there is none."""
        waiting = deque([[start]])
        seen = {start}
        while waiting:
            way = waiting.popleft()
            for then in self.edges.get(way[-1], ()):
                if then == end:
                    return [*way[1:], then]
                if then not in seen:
                    seen.add(then)
                    waiting.append([*way, then])
        return []


def _turn(
    exchange: Exchange, commands: list[Command], trail: list[str], moves: list[str]
) -> StoryTurn:
    queried = {name: value for query in exchange.queries for name, value in query.items()}
    given: list[Command] = [Set(field=name, value=value) for name, value in queried.items()]
    closing: list[Command] = [Finish(reason="complete")] if exchange.last else []
    expect: dict[str, Any] = {
        "stage": trail[-1],
        "moves": {"only": moves} if moves else [],
        "answers": {name: value.strip() for name, value in queried.items()},
        "finished": exchange.last,
    }
    lost = any(isinstance(c, Trigger) for c in commands) and not moves
    expect["refused"] = {"only": [{"trigger": c.name} for c in commands]} if lost else []  # type: ignore[union-attr]
    if commands and isinstance(commands[0], Back):
        expect["events"] = [f"went back to {commands[0].to}"]
    if commands and isinstance(commands[0], Digress):
        expect["events"] = [f"digressed: {commands[0].topic}"]
    return StoryTurn(
        user=exchange.text,
        heard=(*commands, *given, *closing),
        expect=Expect.model_validate(expect),
    )


def _triggers(way: list[str]) -> list[Command]:
    return [Trigger(name=label) for label in way]


def _moves(way: list[str]) -> list[str]:
    return [f"{one} -> {other}" for one, other in pairwise(way)]
