"""A prospect: where a session of a flow should stand, foreseen from what the flow declares.

It does not ask the engine. Answers, the way that was taken and the question are kept here in the
plainest way, so that a fault in the engine is no fault in what is expected of it. Only guards are
evaluated by the expressions that the flow was compiled to, and actions by their own code.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from coach.flows.flow import Flow, chain
from coach.flows.making import content_of, in_words, verdicts
from coach.flows.rules import Rule
from coach.flows.scope import Scope
from coach.record.answer import Answer
from coach.record.assumption import Assumption
from coach.record.context import CoachContext
from coach.vocabulary.fields import ChoiceField
from coach.vocabulary.words import AnswerStatus, SessionStatus, Verdict

MOST = 32
Question = tuple[str | None, str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A stay at a stage, and the answers that stood when it began."""

    stage: str
    answers: dict[str, Answer]


class Prospect:
    """Where a session should stand. `trail` are its stops, `moves`, `events` and `refused` what
    its last turn should bring."""

    def __init__(self, flow: Flow, now: datetime) -> None:
        first = flow.entry(flow.start)
        self.flow = flow
        self.record = CoachContext(
            session_id="foreseen", flow=flow.name, stage=first, created_at=now, updated_at=now
        )
        self.trail: tuple[Stop, ...] = (Stop(stage=first, answers={}),)
        self.origins: dict[str, str] = {}
        self.moves: list[str] = []
        self.events: list[str] = []
        self.refused = False
        self._enter("", first)
        self.settle()
        self.close((None, None))

    def fork(self) -> "Prospect":
        """Another one that goes on from here."""
        twin = copy(self)
        twin.record = self.record.fork()
        twin.origins = dict(self.origins)
        twin.moves, twin.events, twin.refused = [], [], False
        return twin

    # -- how it stands ---------------------------------------------------------------------

    @property
    def stage(self) -> str:
        return self.record.stage

    @property
    def answers(self) -> dict[str, Answer]:
        return self.record.answers

    @property
    def asks(self) -> str | None:
        return self.record.asks

    @property
    def finished(self) -> bool:
        return self.record.finished

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that work from here."""
        return self.flow.engine.machine.rules[self.stage]

    @property
    def triggers(self) -> tuple[str, ...]:
        """The triggers that are declared here, in their order."""
        named = (rule.transition.trigger for rule in self.rules)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def open_here(self) -> tuple[str, ...]:
        """The fields of this stage that wait for an answer."""
        return tuple(name for name in self.flow.collected_at(self.stage) if self.is_open(name))

    def is_open(self, name: str) -> bool:
        answer = self.answers.get(name)
        return answer is None or not (answer.counts or answer.declined)

    def choices(self, name: str) -> tuple[str, ...]:
        """What a choice can be chosen from at this moment."""
        field = self.flow.fields[name]
        if not isinstance(field, ChoiceField) or field.source is None:
            return getattr(field, "choices", ())
        source = self.answers.get(field.source)
        there = source is not None and source.counts and isinstance(source.value, list)
        return tuple(map(str, source.value)) if there and source is not None else ()  # type: ignore[arg-type]

    # -- moving ----------------------------------------------------------------------------

    def holds(self, rule: Rule) -> bool:
        """Whether a rule may be taken now."""
        if rule.history is not None and self.target(rule) is None:
            return False
        scope = self._scope()
        conjuncts = rule.guard.conjuncts if rule.guard is not None else ()
        errors = self.flow.guard_errors
        return all(part.verdict(scope, errors) is Verdict.TRUE for part in conjuncts)

    def _scope(self) -> Scope:
        flow, record = self.flow, self.record
        left = None if flow.budget is None else max(0, flow.budget.turns - record.turns)
        return Scope(record, flow.fields, flow.registry.guards, left)

    def target(self, rule: Rule) -> str | None:
        """Where a rule leads from here; None for a way back to nowhere."""
        if rule.history is None:
            return rule.targets[0]
        found = self.origins.get(rule.history)
        return found if found in rule.targets else rule.fallback

    def settle(self) -> None:
        """The moves that wait for nothing: the first rule that holds, until none does."""
        for _ in range(MOST):
            waiting = (rule for rule in self.rules if rule.transition.trigger is None)
            rule = next((rule for rule in waiting if self.holds(rule)), None)
            if rule is None or self.finished:
                return
            self.take(rule)

    def take(self, rule: Rule) -> None:
        """Go where a rule leads, with all that it does on the way."""
        old, target = self.stage, self.target(rule)
        assert target is not None  # noqa: S101  # `holds` has looked
        self._leave(old, target)
        for key, verdict in verdicts(rule.transition):
            self._judge(key, verdict, rule.transition.comment)
        self.record.forget(rule.transition.forget)
        self._act(rule.transition.do)
        self._draft(rule.transition.draft)
        for group in chain(old)[:-1]:
            if group not in chain(target):
                self.origins[group] = old
        if rule.history is None and old != target:
            self.origins[target] = old
        self.trail = (*self.trail, Stop(stage=target, answers=dict(self.answers)))
        self._arrive(old, target)

    def return_to(self, index: int) -> None:
        """Go back along the trail to one of its stops."""
        old, target = self.stage, self.trail[index].stage
        self._leave(old, target)
        self.trail = self.trail[: index + 1]
        self._arrive(old, target)

    def _arrive(self, old: str, target: str) -> None:
        self.moves.append(f"{old} -> {target}")
        self.record.stage, self.record.turns_in_stage = target, 0
        if self.flow.places[target].final:
            self.record.status = SessionStatus.FINISHED
            self.events.append("completed")
        self._enter(old, target)

    # -- what is done on the way -----------------------------------------------------------

    def _leave(self, old: str, target: str) -> None:
        for path in reversed(chain(old)):
            if path == old or path not in chain(target):
                self._act(self.flow.places[path].exit)

    def _enter(self, old: str, target: str) -> None:
        for path in chain(target):
            if path == target or path not in chain(old):
                self._draft(self.flow.places[path].draft)
                self._act(self.flow.places[path].enter)

    def _act(self, names: Sequence[str]) -> None:
        for name in names:
            self.flow.registry.actions[name](self.record)

    def _draft(self, keys: Sequence[str]) -> None:
        for key in keys:
            text, made = content_of(self.flow, self.record, key), self.flow.artifacts[key]
            found = self.record.standing_artifact(key)
            if found is None or found.rejected or found.content != text:
                new = self.record.add_artifact(made.name, text, made.type, key)
                self.record.submit_artifact(new.id)

    def _judge(self, key: str, verdict: str, comment: str | None) -> None:
        found = self.record.standing_artifact(key)
        words = in_words(self.record.value(comment)) if comment is not None else ""
        if found is not None and found.put_forward:
            self.record.review_artifact(found.id, verdict, words)  # type: ignore[arg-type]

    # -- the question ----------------------------------------------------------------------

    def close(self, before: Question) -> None:
        """What is asked at the end of a turn that began with a question."""
        now = self._question()
        self.record.asks, self.record.asks_about = now
        if now[0] is not None and (now != before or self.moves or self.refused):
            self.record.asked[now[0]] = self.record.asked.get(now[0], 0) + 1

    def _question(self) -> Question:
        """The first field that is open, then what is doubtful, then what the stage confirms."""
        if self.finished:
            return None, None
        for name in self.open_here():
            if not isinstance(self.flow.fields[name], ChoiceField) or self.choices(name):
                return name, next(self._proposals(name), None)
        for name in self.flow.collected_at(self.stage):
            answer = self.answers.get(name)
            if answer is not None and answer.status is AnswerStatus.UNCONFIRMED:
                return name, next((a.id for a in self._beliefs(name)), None)
        return self._to_confirm()

    def _proposals(self, name: str) -> Iterator[str]:
        return (belief.id for belief in self._beliefs(name) if belief.value is not None)

    def _beliefs(self, name: str) -> Iterator[Assumption]:
        return (a for a in self.record.get_assumptions_for(name) if a.open)

    def _to_confirm(self) -> Question:
        limits = [self.flow.places[path].confirm for path in chain(self.stage)]
        limit = max((each for each in limits if each is not None), default=0.0)
        doubt = next(iter(self.record.get_unconfirmed_assumptions()), None)
        if doubt is None or doubt.confidence >= limit:
            return None, None
        return (doubt.related_to if doubt.related_to in self.flow.fields else None), doubt.id
