"""A STAR task as a Flow: someone else's stage graph, in our pydantic models.

Every reply label is a stage and every edge of the graph a rule that waits for a trigger named
after its target. What the wizard does against the graph is refused first, which records why,
and then gone to by the trigger `astray`, whose rules work from everywhere. The wizard's words
and the constraints of knowledge-base queries are answers.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from coach import Flow, Stage
from coach.flows.flow import Transition
from coach.vocabulary.commands import Command, Finish, Set, Trigger
from coach.vocabulary.fields import ChoiceField, Field, TextField

TASKS = ("doctor_schedule", "party_plan", "ride_book")
OPENING, ASTRAY = "opening", "astray"
SAID, WENT_TO = "said", "went_to"

Event = dict[str, Any]


@dataclass(frozen=True)
class Exchange:
    """One utterance of the user, and what the wizard did with it."""

    text: str
    reply: str
    label: str | None
    queries: tuple[dict[str, str], ...]
    last: bool

    def commands(self, declared: tuple[str, ...]) -> list[Command]:
        """What the wizard did, as commands; `declared` are the triggers of the stage."""
        found: list[Command] = [Set(field=n, value=v) for q in self.queries for n, v in q.items()]
        found.append(Set(field=SAID, value=self.reply))
        if self.label is not None:
            found.append(Trigger(name=self.label))
            if self.label not in declared:
                found += [Set(field=WENT_TO, value=self.label), Trigger(name=ASTRAY)]
        return [*found, Finish(reason="complete")] if self.last else found


class Task:
    """One task: its graph, its dialogues, and the flow that is built from them."""

    def __init__(self, folder: Path, name: str) -> None:
        schema = json.loads((folder / f"{name}.json").read_text())
        self.name = name
        self.title: str = schema["task"]
        self.graph: dict[str, str] = schema["graph"]
        self.replies: dict[str, str] = schema["replies"]
        self.dialogues = {
            path.stem.rpartition(".")[2]: _events(path) for path in _files(folder, name)
        }

    def exchanges(self, dialogue: str) -> list[Exchange]:
        return list(_exchanges(self.dialogues[dialogue]))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Every reply label: of the texts, of the graph, and those only dialogues know."""
        picked = [
            event["ActionLabel"] for events in self.dialogues.values() for event in picks(events)
        ]
        return tuple(dict.fromkeys([*self.replies, *self.graph, *self.graph.values(), *picked]))

    @cached_property
    def queried(self) -> tuple[str, ...]:
        """The field names of all knowledge-base queries."""
        turns = [turn for name in self.dialogues for turn in self.exchanges(name)]
        return tuple(sorted({name for turn in turns for query in turn.queries for name in query}))

    @cached_property
    def flow(self) -> Flow:
        fields: dict[str, Field] = {name: _text(name) for name in (*self.queried, SAID)}
        fields[WENT_TO] = ChoiceField(
            type="choice", choices=self.labels, ask="Where did the wizard go?", optional=True
        )
        return Flow(
            flow=self.name,
            title=self.title,
            start=OPENING,
            stages={OPENING: Stage(collect=fields)}
            | {name: self._stage(name) for name in self.labels},
            anywhere=tuple(_astray(name) for name in self.labels),
        )

    def _stage(self, label: str) -> Stage:
        target = self.graph.get(label)
        rules = () if target is None else (Transition(to=target, trigger=target),)
        return Stage(purpose=self.replies.get(label), next=rules)


def field_name(name: str) -> str:
    """'StartTimeHour' as 'start_time_hour'."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def picks(events: list[Event]) -> list[Event]:
    """The wizard's choices among the reply labels."""
    return [event for event in events if event["Action"] == "pick_suggestion"]


def _astray(label: str) -> Transition:
    return Transition(
        to=label,
        trigger=ASTRAY,
        when=f"{WENT_TO} == '{label}'",
        forget=WENT_TO,
        because="the wizard left the script",
    )


def _text(name: str) -> TextField:
    return TextField(type="text", ask=f"{name}?", optional=True)


def _files(folder: Path, name: str) -> list[Path]:
    return sorted(
        path for path in folder.glob(f"{name}.*.json") if path.stem.split(".")[1].isdigit()
    )


def _events(path: Path) -> list[Event]:
    events: list[Event] = json.loads(path.read_text())["Events"]
    return events


def _exchanges(events: list[Event]) -> Iterator[Exchange]:
    starts = [i for i, e in enumerate(events) if (e["Agent"], e["Action"]) == ("User", "utter")]
    for start, end in zip(starts, [*starts[1:], len(events)], strict=True):
        turn = events[start:end]
        [spoken] = [e for e in turn[1:] if e["Action"] in ("pick_suggestion", "utter")]
        yield Exchange(
            text=turn[0]["Text"],
            reply=spoken["Text"].strip(),
            label=spoken.get("ActionLabel"),
            queries=tuple(_constraints(e) for e in turn if e["Action"] == "query"),
            last=end == len(events),
        )


def _constraints(event: Event) -> dict[str, str]:
    """The constraints of one query by field; a name that stands twice has its values joined."""
    found: dict[str, str] = {}
    for constraint in event["Constraints"]:
        for name, value in constraint.items():
            field = field_name(name)
            found[field] = f"{found[field]} and {value}" if field in found else value
    return found
