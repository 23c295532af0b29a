"""The engine: one step of a flow. Pure: a copy goes in, and is kept or discarded whole."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from coach.errors import (
    ActionError,
    CoachError,
    FlowError,
    FlowLoopError,
    FlowVersionMismatch,
    InvalidValue,
)
from coach.flows import answers, asides, making, patterns, remembering
from coach.flows.answers import Refused
from coach.flows.carrying import carries, carry
from coach.flows.due import alarms, next_due
from coach.flows.flow import Flow, chain
from coach.flows.machine import FlowMachine
from coach.flows.questions import Question, choices_of, is_missing, label, next_question, standing
from coach.flows.registry import Action
from coach.flows.walker import Walker
from coach.record.context import CoachContext
from coach.record.last_time import LastTime
from coach.record.parties import Parties
from coach.record.times import to_utc
from coach.vocabulary.commands import Command, Trigger
from coach.vocabulary.decision import Decision, MoveKind, Ruling
from coach.vocabulary.situation import Situation

MAX_MOVES = 32
DECIDED = ("candidates", "moves", "events")
KEEPS_PLACE = ("say_nothing", "finish", "digress", "resume", "clarify", "handoff")

Handler = Callable[["Engine", Walker, Any], str]

HANDLERS: Mapping[str, Handler] = {
    "set": answers.set_,
    "correct": answers.correct,
    "confirm": answers.confirm,
    "reject": answers.reject,
    "decline": answers.decline,
    "assume": answers.assume,
    "trigger": patterns.trigger,
    "back": patterns.back,
    "undo": patterns.undo,
    "digress": asides.digress,
    "resume": asides.resume,
    "clarify": asides.clarify,
    "handoff": asides.handoff,
    "restart": patterns.restart,
    "finish": patterns.finish,
    "note": making.note,
    "review": making.review,
    "remember": remembering.remember,
    "say_nothing": patterns.say_nothing,
}


class Step(NamedTuple):
    """What one step gives: the new context, and why it is what it is."""

    context: CoachContext
    decision: Decision


class Engine:
    """A flow ready to run. Holds no session; safe to share between threads."""

    def __init__(self, flow: Flow) -> None:
        _refuse_errors(flow)
        self.flow = flow
        self.machine = FlowMachine(flow)
        self.declinable = _declinable(self.machine)

    def begin(
        self,
        session_id: str,
        who: Parties,
        now: datetime | None,
        previous_session: str | None,
        last_time: LastTime | None = None,
    ) -> Step:
        """A new context at the first leaf, its enter actions run and its question chosen."""
        flow, moment = self.flow, to_utc(now or datetime.now(UTC))
        first = flow.entry(flow.start)
        context = CoachContext(
            session_id=session_id,
            user_id=who.user,
            caller_id=who.caller_id,
            account_id=who.account,
            flow=flow.name,
            flow_version=flow.version,
            flow_hash=flow.hash,
            stage=first,
            previous_session=previous_session,
            last_time=last_time,
            created_at=moment,
            updated_at=moment,
        )
        walker = Walker(flow, context)
        walker.arrive(first)
        context.resume_points = {}
        for run in self.machine.entering("", first):
            run(walker)
        self._settle(walker)
        return self._close(walker, Question())

    def carry_over(self, begun: Step, old: CoachContext) -> Step:
        """The opening of a session that takes along what the flow says of the one before it."""
        walker = Walker(self.flow, begun.context.fork())
        told = carry(self.flow, walker.context, old) if carries(self.flow, old) else []
        if not told:
            return begun
        walker.context.asked = {}
        walker.events += told
        self._settle(walker)
        context, decision = self._close(walker, Question())
        both = {n: getattr(begun.decision, n) + getattr(decision, n) for n in DECIDED}
        return Step(context, decision.model_copy(update=both))

    def step(
        self,
        context: CoachContext,
        commands: Sequence[Command],
        now: datetime | None,
        learn: Callable[[CoachContext], None] | None = None,
    ) -> Step:
        """See Flow.step."""
        if context.flow_hash != self.flow.hash:
            raise FlowVersionMismatch(
                f"the context is on {context.flow}@{context.flow_version} "
                f"({context.flow_hash[:8]}), this flow is {self.flow.id} ({self.flow.hash[:8]})"
            )
        moment = context.updated_at if now is None else to_utc(now)
        new = context.begin_turn(moment)
        if learn is not None:
            learn(new)
        walker = Walker(self.flow, new)
        walker.origin = context
        for command in commands:
            walker.rulings.append(self._apply(walker, command))
        self._lapse(walker, context.asks)
        if not walker.settled:
            self._settle(walker)
        return self._close(walker, Question(field=context.asks, assumption=context.asks_about))

    def amend(self, context: CoachContext, change: Action, now: datetime | None) -> Step:
        """See Flow.amend."""
        moment = context.updated_at if now is None else to_utc(now)
        walker = Walker(self.flow, context.begin_edit(moment))
        walker.origin, walker.undone = context, True
        walker.act("update", change, "by the application")
        walker.events.append("updated by the application")
        return self._close(walker, Question(field=context.asks, assumption=context.asks_about))

    def ring(self, context: CoachContext, now: datetime) -> Step:
        """See Flow.ring."""
        moment = to_utc(now)
        walker = Walker(self.flow, context.begin_edit(moment))
        walker.origin = context
        due = [alarm for alarm in alarms(self.flow, context) if alarm.at <= moment]
        for alarm in sorted(due, key=lambda alarm: alarm.at):
            walker.context.fired[alarm.key] = alarm.stamp
            walker.events.append(f"{alarm.trigger} was due")
            self._ring(walker, alarm.trigger)
        walker.undone = True  # nobody said it, so no `undo` is meant for it
        return self._close(walker, Question(field=context.asks, assumption=context.asks_about))

    def _ring(self, walker: Walker, name: str) -> None:
        """Fire a trigger where it is declared; one that is blocked, or not, moves nothing."""
        if walker.context.finished or name not in self.machine.triggers(walker.state):
            return
        ruling = self._apply(walker, Trigger(name=name))
        if ruling.accepted:
            walker.rulings.append(ruling)
            self._settle(walker)

    def situation(self, context: CoachContext, now: datetime | None) -> Situation:
        """See Flow.situation."""
        about = context.assumptions.get(context.asks_about or "")
        field = self.flow.fields.get(context.asks or "")
        return Situation(
            stage=context.stage,
            asks=context.asks,
            asks_about=context.asks_about,
            proposal=about.content if about is not None else None,
            fields=self.flow.fields,
            choices=choices_of(field, context),
            triggers=self.machine.triggers(context.stage),
            finished=context.finished,
            **standing(self.flow, context),
            now=now or context.updated_at,
        )

    # -- used by the handlers --------------------------------------------------------------

    def fire(self, walker: Walker, event: str) -> bool:
        """One move at most, with the rules that were looked at noted."""
        leaf = walker.state
        moved = self.machine.fire(walker, event)
        if moved:
            walker.skip_rest(self.machine.rules[leaf], event)
        return moved

    def revisit(self, walker: Walker, field: str) -> None:
        patterns.revisit(self, walker, field)

    def remake(self, walker: Walker, field: str) -> None:
        patterns.remake(self, walker, field)

    # -- one step --------------------------------------------------------------------------

    def _apply(self, walker: Walker, command: Command) -> Ruling:
        name = command.command
        try:
            reason = self._handle(walker, command)
        except (Refused, InvalidValue) as refusal:
            return _ruling(command, False, str(refusal))
        if name != "say_nothing":
            walker.undone = name == "undo"
        if name not in ("back", "undo", *KEEPS_PLACE):
            walker.settled = False
        return _ruling(command, True, reason)

    def _handle(self, walker: Walker, command: Command) -> str:
        name = command.command
        if walker.context.finished and name != "say_nothing":
            raise Refused("the session is finished; a new one begins where it ended")
        return HANDLERS[name](self, walker, command)

    def _settle(self, walker: Walker) -> None:
        """Moves that wait for no trigger, until none holds; FlowLoopError after 32."""
        for _ in range(MAX_MOVES):
            if walker.context.finished or not self.fire(walker, "settle"):
                return
        path = " -> ".join([walker.moves[-8].source, *(move.to for move in walker.moves[-8:])])
        raise FlowLoopError(
            f"flow {self.flow.name!r} moved {MAX_MOVES} times without a message (… {path}); "
            "give one of these rules a guard that its own move makes false"
        )

    def _lapse(self, walker: Walker, asked: str | None) -> None:
        """An optional question that was put more often than its patience counts as declined.

        One that is put anew, since its answer was forgotten, has its patience anew as well.
        """
        context = walker.context
        if asked is None or context.finished or not is_missing(self.flow, context, asked):
            return
        field = self.flow.fields[asked]
        tried = any(not r.accepted for r in walker.rulings)
        often = min(context.asked.get(asked, 0), context.turns_in_stage) > field.patience
        if field.optional and tried and often:
            answers.put_declined(walker, asked)

    def _close(self, walker: Walker, before: Question) -> Step:
        context = walker.context
        self._leave_stuck(walker, before)
        question = next_question(self.flow, context)
        context.asks, context.asks_about = question.field, question.assumption
        if self._is_put_anew(walker, before, question) and question.field is not None:
            context.asked[question.field] = context.asked.get(question.field, 0) + 1
        context.progress = self._progress(context)
        context.due_at = self._due(walker)
        if walker.acted:
            self._check_after_actions(walker)
        if not walker.undone and context.revision > 0:
            context.undo_head = context.revision
        return Step(context, _decision(walker, question))

    def _due(self, walker: Walker) -> datetime | None:
        """When something is due next; what is said in this very step counts as said."""
        context, before = walker.context, walker.origin
        if not self.flow.due:
            return None
        spoke = before is None or context.messages > before.messages
        return next_due(self.flow, context, context.updated_at if spoke else None)

    def _is_put_anew(self, walker: Walker, before: Question, question: Question) -> bool:
        if question != before or walker.moves:
            return True
        return any(not ruling.accepted for ruling in walker.rulings)

    def _leave_stuck(self, walker: Walker, before: Question) -> None:
        """`on_stuck`: a question put as often as its patience, and still no answer."""
        name, context = before.field, walker.context
        refused = any(not ruling.accepted for ruling in walker.rulings)
        if name is None or walker.moves or context.finished or not refused:
            return
        target = self._stuck_target(walker.state)
        tired = context.asked.get(name, 0) >= self.flow.fields[name].patience
        if target is None or not tired or not is_missing(self.flow, context, name):
            return
        old = walker.state
        self.machine.jump(walker, target, walker.arrive)
        walker.kind = MoveKind.STUCK
        walker.note_move(old, target, because=f"no answer to {label(name)}")
        walker.kind = MoveKind.RULE
        self._settle(walker)

    def _stuck_target(self, leaf: str) -> str | None:
        for path in reversed(chain(leaf)):
            if (target := self.flow.places[path].on_stuck) is not None:
                found = self.flow.resolve(target, path)
                return self.flow.entry(found) if found is not None else None
        return None

    def _progress(self, context: CoachContext) -> float:
        """Stages behind, over stages behind and still ahead on the shortest way to an end."""
        if context.finished:
            return 1.0
        ahead = self.machine.distances.get(context.stage)
        if ahead is None:
            return context.progress
        passed = {visit.stage for visit in context.visits} & self.machine.distances.keys()
        behind = len(passed - {context.stage})
        return round(behind / (behind + ahead), 4) if behind + ahead else 0.0

    def _check_after_actions(self, walker: Walker) -> None:
        """Actions held the context: everything they left must be valid, or the step is void."""
        context = walker.context
        try:
            context.revalidate(walker.origin)
            for name in walker.answered & context.answers.keys():
                answers.check_written(walker, name)
        except (CoachError, Refused) as error:
            raise ActionError(f"an action left the context invalid: {error}") from error


def _ruling(command: Command, accepted: bool, reason: str) -> Ruling:
    return Ruling(command=command, accepted=accepted, reason=reason)


def _decision(walker: Walker, question: Question) -> Decision:
    return Decision(
        stage=walker.context.stage,
        rulings=tuple(walker.rulings),
        candidates=tuple(walker.candidates),
        moves=tuple(walker.moves),
        events=tuple(walker.events),
        asks=question.field,
        asks_about=question.assumption,
    )


def _declinable(machine: FlowMachine) -> frozenset[str]:
    """The fields that some rule expects to be declined."""
    guards = [r.guard for rules in machine.rules.values() for r in rules if r.guard is not None]
    return frozenset(name for guard in guards for name in guard.declinable)


def _refuse_errors(flow: Flow) -> None:
    from coach.flows.check import check_flow  # lint knows far more than a run needs

    errors = [f for f in check_flow(flow, flow.registry) if f.level == "error"]
    if errors:
        listed = "\n".join(f"  {'.'.join(map(str, f.location))}: {f.message}" for f in errors)
        raise FlowError(f"flow {flow.name!r} cannot run:\n{listed}")
