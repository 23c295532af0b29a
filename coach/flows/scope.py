"""What an expression may read, and a record of what it did read."""

from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeGuard, TypeVar

from coach.errors import GuardError
from coach.vocabulary.commands import Answerable
from coach.vocabulary.fields import BaseField, DateField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coach.flows.registry import Guard
    from coach.record.context import CoachContext

CLIP = 80
Read = TypeVar("Read", bool, int)


class Unknown:
    """The value of something unset or stale. Neither true nor false."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = Unknown()
BUILTINS: Final = ("turns_in_stage", "turns_left", "progress")


class Scope:
    """One context as expressions see it. `reads` collects every input by name."""

    __slots__ = ("context", "fields", "guards", "reads", "turns_left")

    def __init__(
        self,
        context: "CoachContext",
        fields: "Mapping[str, BaseField]",
        guards: "Mapping[str, Guard]",
        turns_left: int | None,
    ) -> None:
        self.context = context
        self.fields = fields
        self.guards = guards
        self.turns_left = turns_left
        self.reads: dict[str, Answerable | None] = {}

    def value(self, name: str) -> Any:
        """A field's value, UNKNOWN while it is missing, declined or stale."""
        value = self.context.value(name)
        self.reads[name] = clip(value)
        if value is None:
            return UNKNOWN
        if isinstance(self.fields[name], DateField) and isinstance(value, str):
            return date.fromisoformat(value)
        return value

    def builtin(self, name: str) -> Any:
        """turns_in_stage, turns_left (UNKNOWN without a budget) or progress."""
        value = self.turns_left if name == "turns_left" else getattr(self.context, name)
        self.reads[name] = value
        return UNKNOWN if value is None else value

    def has(self, name: str) -> bool:
        self.reads[name] = clip(self.context.value(name))
        return self.context.has(name)

    def declined(self, name: str) -> bool:
        return self._note(f"declined({name})", self.context.declined(name))

    def confirmed(self, name: str) -> bool:
        answer = self.context.answers.get(name)
        settled = answer is not None and answer.counts and answer.settled
        return self._note(f"confirmed({name})", settled)

    def stale(self, name: str) -> bool:
        answer = self.context.answers.get(name)
        return self._note(f"stale({name})", answer is not None and answer.stale)

    def asked(self, name: str) -> int:
        return self._note(f"asked({name})", self.context.asked.get(name, 0))

    def count(self, name: str) -> int:
        value = self.context.value(name)
        size = len(value) if isinstance(value, list) else int(value is not None)
        return self._note(f"count({name})", size)

    def open_assumptions(self, threshold: float | None = None) -> int:
        found = self.context.assumptions.count_open(below=threshold)
        shown = "" if threshold is None else f"{threshold:g}"
        return self._note(f"open_assumptions({shown})", found)

    def artifact_status(self, key: str) -> Any:
        """The status of the version that stands, UNKNOWN while there is none."""
        found = self.context.standing_artifact(key)
        status = None if found is None else found.status.value
        self.reads[f"artifact_status({key})"] = status
        return UNKNOWN if status is None else status

    def matches(self, name: str, pattern: Any) -> Any:
        """Whether the compiled pattern is found in the answer's first 1,000 characters."""
        value = self.context.value(name)
        self.reads[name] = clip(value)
        if value is None:
            return UNKNOWN
        return pattern.search(str(value)[:1_000], timeout=0.1) is not None

    def guard(self, name: str) -> bool:
        """The verdict of a registered Python guard; GuardError when it raises."""
        try:
            verdict = self.guards[name](self.context.fork())
        except Exception as error:
            raise GuardError(f"guard {name!r} raised {type(error).__name__}: {error}") from error
        if not isinstance(verdict, bool):
            raise GuardError(f"guard {name!r} returned {verdict!r:.40}: it must be true or false")
        return self._note(f"{name}()", verdict)

    def _note(self, name: str, value: Read) -> Read:
        self.reads[name] = value
        return value


def clip(value: Answerable | None) -> Answerable | None:
    """A value short enough to be kept with a decision."""
    if isinstance(value, list):
        return [f"{item[:CLIP]}…" if _is_long(item) else item for item in value]
    return f"{value[:CLIP]}…" if _is_long(value) else value


def _is_long(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) > CLIP
