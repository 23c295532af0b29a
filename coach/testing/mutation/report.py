"""The report of a mutation: survivors with what to test, kills with their story, and the rest."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from coach.flows.flow import Flow
from coach.testing.mutation.mutant import Fate, Verdict

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class MutationReport:
    """What became of every mutant of a flow. `wrong` are those that are listed as equivalent and
    were killed."""

    flow: Flow
    path: str
    stories: int
    fates: tuple[Fate, ...]
    wrong: tuple[Fate, ...] = ()

    def of(self, verdict: Verdict) -> tuple[Fate, ...]:
        return tuple(fate for fate in self.fates if fate.verdict is verdict)

    @property
    def score(self) -> float:
        """Killed of those that could be, in percent; 100 when there are none."""
        killed, survived = len(self.of(Verdict.KILLED)), len(self.of(Verdict.SURVIVED))
        return round(100 * killed / (killed + survived), 2) if killed + survived else 100.0

    def to_data(self) -> dict[str, Any]:
        """Plain JSON data; `schema` grows when its shape changes."""
        counts = {verdict.value: len(self.of(verdict)) for verdict in Verdict}
        return {
            "schema": SCHEMA,
            "flow": self.flow.id,
            "hash": self.flow.hash,
            "path": self.path,
            "stories": self.stories,
            "score": self.score,
            "counts": counts,
            "wrongly_exempt": [fate.mutant.id for fate in self.wrong],
            "mutants": [_data(fate) for fate in self.fates],
        }

    def lines(self, brief: bool = False) -> Iterator[str]:
        """For a terminal: what was killed and by which story, then what is left to do."""
        if not brief:
            yield from _section(self.of(Verdict.STILLBORN), "stillborn: these are no flows")
            yield from _section(self.of(Verdict.KILLED), "killed")
        yield from _section(self.of(Verdict.EQUIVALENT), "equivalent: nobody can tell them apart")
        yield from _survivors(self.of(Verdict.SURVIVED))
        yield from (_wrong(fate) for fate in self.wrong)
        yield self.summary

    @property
    def summary(self) -> str:
        counts = Counter(fate.verdict for fate in self.fates)
        told = ", ".join(f"{counts[v]} {v.value}" for v in Verdict)
        noun = "story" if self.stories == 1 else "stories"
        return (
            f"{len(self.fates)} mutants of {self.flow.id} ({self.path}), {self.stories} {noun}: "
            f"{told}; score {self.score:g}%"
        )


def _data(fate: Fate) -> dict[str, Any]:
    mutant = fate.mutant
    return {
        "id": mutant.id,
        "operator": mutant.operator,
        "path": mutant.path or None,
        "line": mutant.line,
        "did": mutant.did,
        "test": mutant.test,
        "verdict": fate.verdict.value,
        "by": fate.by,
        "reason": fate.reason or None,
    }


def _section(fates: tuple[Fate, ...], title: str) -> Iterator[str]:
    if fates:
        yield title
        yield from (f"  {_line(fate)}" for fate in fates)
        yield ""


def _line(fate: Fate) -> str:
    """'will.1 is gone (states/grow.yaml:109) by story X: missing_move'."""
    mutant = fate.mutant
    end = f"by {fate.by!r}: {fate.reason}" if fate.by is not None else fate.reason
    return f"{mutant.where}: {mutant.id} {end}".rstrip()


def _survivors(fates: tuple[Fate, ...]) -> Iterator[str]:
    if fates:
        yield "survived: no story has noticed"
    for fate in fates:
        yield f"  {fate.mutant.where}: {fate.mutant.id}: {fate.mutant.did}"
        yield f"      {fate.mutant.test}"
    if fates:
        yield ""


def _wrong(fate: Fate) -> str:
    return (
        f"{fate.mutant.where}: {fate.mutant.id} is listed as equivalent, and story {fate.by!r} "
        f"has noticed it ({fate.reason}): take it off the list"
    )
