"""Mutants: a flow with one small fault in it, and what became of it."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from coach.flows.flow import Flow
from coach.flows.tree import Location

DROP: Final = "\0drop"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """A value put at a place of a flow's data, or, with DROP, what stands there taken out."""

    at: Location
    value: Any = DROP


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """One fault. `id` never holds a line, so that a list of ids outlives edits elsewhere.

    `did` says what was changed, `test` what a story has to show to notice it; `touches` are the
    items (as coverage calls them) that stories which may notice it go through, the nearest first.
    `proven` is the reason why no story can notice it, if that is plain from the flow.
    """

    id: str
    operator: str
    at: Location
    did: str
    test: str
    edits: tuple[Edit, ...]
    touches: tuple[str, ...] = ()
    path: str = ""
    line: int | None = None
    proven: str | None = None

    @property
    def where(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"

    def apply(self, flow: Flow) -> Flow:
        """The flow with the fault in it; pydantic's ValidationError when that is no flow."""
        data = copy.deepcopy(flow.to_dict())
        for edit in self.edits:
            _edit(data, edit.at, edit.value)
        return Flow.model_validate(data, by_alias=True, by_name=False).using(flow.registry)


def _edit(data: Any, at: Location, value: Any) -> None:
    *way, key = at
    for step in way:
        data = data[step]
    if value == DROP:
        del data[key]
    else:
        data[key] = value


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    STILLBORN = "stillborn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """What became of a mutant: `by` is the story that noticed, `reason` how it did, or why it is
    no flow, or why no story can notice."""

    mutant: Mutant
    verdict: Verdict
    by: str | None = None
    reason: str = ""


def at_rule(owner: str, number: int) -> Location:
    """Where a rule stands in a flow's data."""
    if owner == "anywhere":
        return ("anywhere", number - 1)
    return (*at_stage(owner), "next", number - 1)


def at_stage(path: str) -> Location:
    return tuple(part for name in path.split("/") for part in ("stages", name))


def value_at(data: Any, at: Sequence[str | int]) -> Any:
    for step in at:
        data = data[step]
    return data
