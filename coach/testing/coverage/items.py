"""Items: one thing in a flow that a story can be through, and how each of them is called."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an item is about; the order is that of the reports."""

    STAGE = "stages"
    TRANSITION = "transitions"
    GUARD = "guards"
    FIELD = "fields"
    REPAIR = "repairs"
    TEMPLATE = "templates"


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing to be covered.

    `id` names it in files and never holds a line; `name` is what it is called, `missing` what is
    to be said of it while no story has been there. `left_out` is the reason why no story can be,
    so that it is no part of any percentage. An item that stands `besides` is told and not
    counted. `line` is None for a flow that was built in Python.
    """

    id: str
    kind: Kind
    name: str
    missing: str
    path: str = ""
    line: int | None = None
    left_out: str | None = None
    besides: bool = False

    @property
    def where(self) -> str:
        """'states/grow.yaml:41', as far as it is known."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


def stage_id(leaf: str) -> str:
    return f"stage:{leaf}"


def rule_id(owner: str, number: int) -> str:
    return f"rule:{owner}.{number}"


def stuck_id(owner: str) -> str:
    return f"stuck:{owner}"


def guard_id(owner: str, number: int, conjunct: int, verdict: str) -> str:
    """`conjunct` counts from 1; the verdict is 'true', 'false' or 'unknown'."""
    return f"guard:{owner}.{number}.{conjunct}:{verdict}"


def field_id(name: str, what: str) -> str:
    return f"field:{name}:{what}"


def repair_id(pattern: str, leaf: str) -> str:
    return f"repair:{pattern}@{leaf}"


def template_id(spot: str) -> str:
    return f"template:{spot}"
