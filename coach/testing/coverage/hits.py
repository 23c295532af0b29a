"""Hits: the items that one decision is a sight of."""

from collections import Counter
from collections.abc import Iterator, Mapping

from coach.flows.flow import Flow, chain
from coach.flows.questions import label
from coach.testing.coverage.items import (
    field_id,
    guard_id,
    repair_id,
    rule_id,
    stage_id,
    stuck_id,
)
from coach.testing.coverage.repairs import PATTERNS
from coach.vocabulary.decision import Candidate, Decision, MoveKind, Outcome, Ruling
from coach.vocabulary.words import Verdict

TOLD = (Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN)
AS_IT_WAS = "stays as it was"


class Sight:
    """What decisions of one flow show. Pure; holds only what the flow says."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._told = _told(flow)
        rules = flow.engine.machine.rules.values()
        self._leaves = Counter(rule_id(r.owner, r.number) for laid_out in rules for r in laid_out)

    def hits(self, decision: Decision, before: str | None) -> Counter[str]:
        """The ids of all items of a decision, with how often each is in it.

        `before` is the stage at which the message came in; None for the opening of a session.
        """
        return Counter(self._hits(decision, before))

    def _hits(self, decision: Decision, before: str | None) -> Iterator[str]:
        if before is None:
            yield stage_id(decision.moves[0].source if decision.moves else decision.stage)
        for candidate in decision.candidates:
            yield from self._candidate(candidate)
        for move in decision.moves:
            yield stage_id(move.to)
            if move.kind is MoveKind.STUCK:
                yield stuck_id(self._stuck(move.source))
        yield from self._fields(decision)
        if before is not None:
            yield from (repair_id(pattern, before) for pattern in self._patterns(decision, before))

    def _candidate(self, candidate: Candidate) -> Iterator[str]:
        owner, number = candidate.owner, candidate.rule
        if candidate.outcome is Outcome.TAKEN:
            key = rule_id(owner, number)
            yield key
            if self._leaves[key] > 1:
                yield f"{key}@{candidate.stage}"
        for index, check in enumerate(candidate.checks, 1):
            if check.verdict in TOLD:
                yield guard_id(owner, number, index, check.verdict.value)

    def _stuck(self, leaf: str) -> str:
        """The stage or group whose `on_stuck` is followed from a leaf."""
        places = reversed(chain(leaf))
        return next((p for p in places if self.flow.places[p].on_stuck is not None), leaf)

    def _fields(self, decision: Decision) -> Iterator[str]:
        told = [self._told[event] for event in decision.events if event in self._told]
        yield from told
        for ruling in decision.rulings:
            name = _answered(ruling)
            if name is not None and field_id(name, "corrected") not in told:
                yield field_id(name, "set")

    def _patterns(self, decision: Decision, before: str) -> Iterator[str]:
        """The repair patterns that were used, each once. A decline is one where it is asked."""
        used = {ruling.command.command for ruling in decision.rulings if ruling.accepted}
        told = {self._told[event] for event in decision.events if event in self._told}
        asked = self.flow.collected_at(before)
        found = {
            **{pattern: pattern in used for pattern in PATTERNS},
            "correct": any(field_id(name, "corrected") in told for name in self.flow.fields),
            "decline": any(field_id(name, "declined") in told for name in asked),
        }
        yield from (pattern for pattern, met in found.items() if met)


def _answered(ruling: Ruling) -> str | None:
    """The field that a command has answered, if it has."""
    command = ruling.command
    if command.command not in ("set", "correct") or not ruling.accepted:
        return None
    name: str = command.field
    return None if ruling.reason.endswith(AS_IT_WAS) else name


def _told(flow: Flow) -> Mapping[str, str]:
    """The event that tells of each thing that becomes of a field, and the item's id."""
    words = {"corrected": "corrected {}", "declined": "skipped {}", "stale": "{} is stale"}
    return {
        text.format(label(name)): field_id(name, what)
        for name in flow.fields
        for what, text in words.items()
    }
