"""The walker: what a machine moves. It carries a copy of one context and takes notes."""

from copy import copy
from typing import TYPE_CHECKING

from coach.errors import ActionError, InvalidValue
from coach.flows.flow import Flow, chain
from coach.flows.registry import Action
from coach.flows.rules import Rule
from coach.flows.scope import Scope
from coach.record.artifact import Artifacts, check_artifacts
from coach.record.passage import Passage
from coach.record.visit import Visit
from coach.vocabulary.decision import Candidate, Check, Move, MoveKind, Outcome, Ruling
from coach.vocabulary.words import SessionStatus, Verdict

if TYPE_CHECKING:
    from coach.record.context import CoachContext

MAX_VISITS = 100
# What the engine keeps count of, and no action may change.
OWNED = (
    *("session_id", "user_id", "caller_id", "account_id", "flow", "flow_version", "flow_hash"),
    *("stage", "revision", "last_message_at"),
    *("turns", "turns_in_stage", "messages", "tokens", "progress", "undo_head"),
    *("created_at", "updated_at", "previous_session", "asked", "resume_points"),
    *("window_start", "transitions", "summaries", "rewound", "forked_from", "forked_at"),
    *("due_at", "fired"),
)


class Walker:
    """One step in progress: the copy being changed, and the notes for the decision."""

    __slots__ = (
        "acted",
        "answered",
        "candidates",
        "checks",
        "context",
        "events",
        "flow",
        "kind",
        "moves",
        "origin",
        "rulings",
        "scope",
        "settled",
        "state",
        "taken",
        "undone",
    )

    def __init__(self, flow: Flow, context: "CoachContext") -> None:
        self.flow = flow
        self.context = context
        self.state = context.stage
        self.scope = Scope(context, flow.fields, flow.registry.guards, turns_left(flow, context))
        self.kind = MoveKind.RULE
        self.candidates: list[Candidate] = []
        self.checks: tuple[Check, ...] = ()
        self.moves: list[Move] = []
        self.rulings: list[Ruling] = []
        self.events: list[str] = []
        self.origin: CoachContext | None = None
        self.acted = False
        self.answered: set[str] = set()
        self.settled = False
        self.taken: Rule | None = None
        self.undone = False

    # -- called by the machine -------------------------------------------------------------

    def consider(self, rule: Rule, target: str | None) -> bool:
        """Look at a rule: evaluate every conjunct and note the verdicts.

        Without `target` it leads back to what is remembered; False when nothing is.
        A Python guard may rely on what stands before it, so it is called only if that holds.
        """
        target = target or self.remembered(rule)
        if target is None:
            return False
        conjuncts = rule.guard.conjuncts if rule.guard is not None else ()
        errors = self.flow.guard_errors
        checks: list[Check] = []
        holds = True
        for part in conjuncts:
            if part.calls and not holds:
                checks.append(Check(text=part.text, verdict=Verdict.SKIPPED, inputs={}))
                continue
            checks.append(part.check(self.scope, errors))
            holds = holds and checks[-1].verdict is Verdict.TRUE
        self.checks = tuple(checks)
        self._note(rule, target, self.checks, Outcome.BLOCKED)
        return True

    def holds(self, index: int) -> bool:
        """The verdict of one conjunct of the rule being looked at."""
        return self.checks[index].verdict is Verdict.TRUE

    def leave(self, rule: Rule, target: str) -> None:
        """The rule is taken: note it, and clear what it forgets."""
        taken = self.candidates[-1].model_copy(update={"outcome": Outcome.TAKEN})
        self.candidates[-1] = taken
        self.taken = rule
        because, trigger = rule.transition.because, rule.transition.trigger
        self.note_move(rule.leaf, target, because=because, trigger=trigger)
        self.context.forget(rule.transition.forget)

    def arrive(self, leaf: str, returning: bool = False) -> None:
        """Stand at a new leaf: visit stack, resume points, and the end if it is final.

        `returning` by '$history' leaves the leaf's own way back as it was.
        """
        context, old = self.context, self.context.stage
        for path in chain(old)[:-1]:
            if path not in chain(leaf):
                context.resume_points[path] = old
        if not returning and old != leaf:
            context.resume_points[leaf] = old
        context.stage = leaf
        context.turns_in_stage = 0
        context.visits.append(Visit(stage=leaf, revision=context.revision))
        del context.visits[:-MAX_VISITS]
        if self.flow.places[leaf].final:
            context.status = SessionStatus.FINISHED
            context.finished_because = "completed"
            self.events.append("completed")

    def act(self, name: str, action: Action, where: str) -> None:
        """Run a named action on the copy; ActionError says which one raised, and where."""
        self.acted = True
        answers, owned = dict(self.context.answers), self._owned()
        artifacts = self.context.artifacts.fork()
        try:
            action(self.context)
        except ActionError:
            raise
        except Exception as error:
            raise ActionError(
                f"action {name!r} ({where}) raised {type(error).__name__}: {error}"
            ) from error
        self._check_made(artifacts, f"action {name!r} ({where})")
        if changed := [n for n, was in owned.items() if getattr(self.context, n) != was]:
            raise ActionError(f"action {name!r} ({where}) changed {', '.join(changed)}")
        now = self.context.answers
        self.answered |= {n for n, answer in now.items() if answers.get(n) is not answer}

    def _check_made(self, before: Artifacts, what: str) -> None:
        """That artifacts went the ways they go; whether they are any, the engine checks later."""
        made = self.context.artifacts
        try:
            if isinstance(made, Artifacts):
                check_artifacts(before, made)
        except InvalidValue as error:
            raise ActionError(f"{what} left artifacts wrong: {error}") from error

    # -- called by the engine --------------------------------------------------------------

    def note_move(
        self, source: str, to: str, because: str | None = None, trigger: str | None = None
    ) -> None:
        kind = MoveKind.TRIGGER if trigger is not None else self.kind
        self.moves.append(Move(source=source, to=to, kind=kind, because=because, trigger=trigger))
        passages = self.context.transitions
        passage = Passage(
            id=passages.next_id(),
            source=source,
            to=to,
            kind=kind,
            because=because,
            message=self.context.messages or None,
            revision=self.context.revision,
        )
        passages[passage.id] = passage

    def skip_rest(self, rules: tuple[Rule, ...], event: str) -> None:
        """Note the rules of an event that came after the winner."""
        own = [rule for rule in rules if rule.event == event]
        after = next(i for i, rule in enumerate(own, 1) if rule is self.taken)
        for rule in own[after:]:
            self._note(rule, rule.transition.to, (), Outcome.NOT_TRIED)

    def _owned(self) -> dict[str, object]:
        return {name: copy(getattr(self.context, name)) for name in OWNED}

    def remembered(self, rule: Rule) -> str | None:
        """Where a '$history' rule leads now."""
        remembered = self.context.resume_points.get(rule.history or "")
        return remembered if remembered in rule.targets else rule.fallback

    def _note(self, rule: Rule, to: str, checks: tuple[Check, ...], outcome: Outcome) -> None:
        transition = rule.transition
        self.candidates.append(
            Candidate(
                stage=rule.leaf,
                owner=rule.owner,
                rule=rule.number,
                to=to,
                trigger=transition.trigger,
                because=transition.because,
                checks=checks,
                outcome=outcome,
            )
        )


def turns_left(flow: Flow, context: "CoachContext") -> int | None:
    """What is left of the flow's budget of turns, never below 0; None without a budget."""
    return None if flow.budget is None else max(0, flow.budget.turns - context.turns)
