"""CoachContext: the record of one session, as guards, actions and users hold it."""

import copy
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr

from coach.errors import CoachError, InvalidValue, did_you_mean
from coach.record.answer import Answer
from coach.record.assumption import Assumption
from coach.record.clean import clean_json
from coach.record.message import Message
from coach.record.visit import Visit
from coach.vocabulary.commands import Answerable
from coach.vocabulary.text import clean_text
from coach.vocabulary.words import AnswerStatus, AssumptionStatus, SessionStatus, Source

PAST = 20


class CoachContext(BaseModel):
    """One session's record at one revision: where it stands, what is known, what is believed.

    A validated snapshot, never a database row. `revision` is the number of kept turns,
    `turns` those that spent the flow's budget; `asked` counts how often each field was asked;
    `asks` is the field being asked, `asks_about` the assumption that waits for a yes or no;
    `undo_head` the revision that `undo` would take back. `metadata` is plain JSON for actions.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True, allow_inf_nan=False)

    session_id: str
    user_id: str
    flow: str
    flow_version: int
    flow_hash: str
    stage: str
    status: SessionStatus = SessionStatus.ACTIVE
    finished_because: str | None = None
    previous_session: str | None = None
    revision: int = 0
    undo_head: int | None = None
    turns: int = 0
    turns_in_stage: int = 0
    progress: float = 0.0
    messages: int = 0
    tokens: int = 0
    asks: str | None = None
    asks_about: str | None = None
    asked: dict[str, int] = {}
    answers: dict[str, Answer] = {}
    assumptions: dict[str, Assumption] = {}
    visits: list[Visit] = []
    resume_points: dict[str, str] = {}
    summary: str | None = None
    metadata: dict[str, Any] = {}
    created_at: datetime
    updated_at: datetime

    _window: tuple[Message, ...] = PrivateAttr(default=())
    _past: dict[int, dict[str, Any]] = PrivateAttr(default_factory=dict)

    # -- seed 000's names ------------------------------------------------------------------

    @property
    def current_state(self) -> str:
        """The stage (seed 000's name)."""
        return self.stage

    @property
    def consolidated_summary(self) -> str | None:
        """The summary (seed 000's name)."""
        return self.summary

    @property
    def conversation_history(self) -> tuple[Message, ...]:
        """The messages that were loaded with this snapshot, oldest first: a window, not all."""
        return self._window

    def show_window(self, messages: Iterable[Message]) -> None:
        """Attach the newest messages, oldest first, as `conversation_history`."""
        self._window = tuple(messages)

    # -- reading ---------------------------------------------------------------------------

    @property
    def finished(self) -> bool:
        return self.status is SessionStatus.FINISHED

    def has(self, field: str) -> bool:
        """True when the field has a value that is not stale."""
        answer = self.answers.get(field)
        return answer is not None and answer.counts

    def value(self, field: str) -> Answerable | None:
        """The field's value, or None while it is missing, declined or stale."""
        answer = self.answers.get(field)
        value = answer.value if answer is not None and answer.counts else None
        return list(value) if isinstance(value, list) else value

    def declined(self, field: str) -> bool:
        """True when the person chose not to answer the field."""
        answer = self.answers.get(field)
        return answer is not None and answer.declined

    def get_unconfirmed_assumptions(self) -> list[Assumption]:
        """Those still open, lowest confidence first."""
        return sorted((a for a in self.assumptions.values() if a.open), key=lambda a: a.confidence)

    def get_low_confidence_assumptions(self, threshold: float = 0.6) -> list[Assumption]:
        """Those still open whose confidence is below `threshold`, lowest first."""
        return [a for a in self.get_unconfirmed_assumptions() if a.confidence < threshold]

    def get_assumptions_for(self, related_to: str) -> list[Assumption]:
        """All about one field, whatever their status, oldest first."""
        return [a for a in self.assumptions.values() if a.related_to == related_to]

    # -- changing --------------------------------------------------------------------------

    def set_answer(self, answer: Answer) -> None:
        """Put an answer in place; the visit remembers what was there, for `back`."""
        self._remember(answer.field)
        self.answers[answer.field] = answer

    def forget(self, fields: Iterable[str]) -> None:
        """Clear answers, and what was believed of them. How often they were asked stays."""
        for field in fields:
            if field in self.answers:
                self._remember(field)
                del self.answers[field]
                self._forget_beliefs(field)

    def set(self, field: str, value: Answerable, source: Source = Source.DEFAULT) -> None:
        """For actions: answer a field. The engine checks the value when the action returns."""
        self.set_answer(
            Answer(
                field=field,
                value=value,
                source=source,
                message=self.messages or None,
                revision=self.revision,
            )
        )

    def add_assumption(
        self,
        content: str,
        source: Source | str = Source.INFERRED,
        confidence: float = 0.5,
        related_to: str | None = None,
        value: Answerable | None = None,
    ) -> Assumption:
        """Believe something, unconfirmed; returns it with its new id ('a1', 'a2', …)."""
        text = clean_text(content).strip()
        if not text:
            raise InvalidValue("an assumption needs words")
        assumption = Assumption(
            id=f"a{len(self.assumptions) + 1}",
            content=text,
            source=Source(source),
            confidence=confidence,
            related_to=related_to,
            value=value,
            message=self.messages or None,
            revision=self.revision,
        )
        self.assumptions[assumption.id] = assumption
        return assumption

    def confirm_assumption(self, assumption_id: str) -> Assumption:
        """Settle it as true; an unconfirmed answer that rests on it is settled with it."""
        settled = self._settle(assumption_id, AssumptionStatus.CONFIRMED)
        answer = self._resting_on(settled)
        if answer is not None:
            sure = {"status": AnswerStatus.CONFIRMED, "confidence": 1.0}
            self.set_answer(answer.model_copy(update=sure))
        elif settled.related_to is not None and settled.value is not None:
            self.set(settled.related_to, settled.value, settled.source)
        return settled

    def reject_assumption(self, assumption_id: str) -> Assumption:
        """Settle it as wrong; an unconfirmed answer that rests on it is cleared with it."""
        settled = self._settle(assumption_id, AssumptionStatus.REJECTED)
        if (answer := self._resting_on(settled)) is not None:
            self.forget([answer.field])
        return settled

    def supersede_assumptions(self, field: str) -> None:
        """A settled answer has taken the place of what was believed about the field."""
        for assumption in list(self.assumptions.values()):
            if assumption.related_to == field and assumption.open:
                self.supersede(assumption.id)

    def _forget_beliefs(self, field: str) -> None:
        for assumption in self.get_assumptions_for(field):
            if assumption.open and assumption.value is not None:
                self.supersede(assumption.id)

    def settle_assumptions(self, field: str, value: Answerable) -> None:
        """A plain answer settles what was believed about the field: confirmed when it says the
        same, rejected when it says something else."""
        for assumption in list(self.assumptions.values()):
            if assumption.related_to == field and assumption.open:
                same = assumption.value == value
                told = AssumptionStatus.CONFIRMED if same else AssumptionStatus.REJECTED
                silent = assumption.value is None
                self._settle(assumption.id, AssumptionStatus.SUPERSEDED if silent else told)

    def supersede(self, assumption_id: str) -> Assumption:
        """Settle it as overtaken by events."""
        return self._settle(assumption_id, AssumptionStatus.SUPERSEDED)

    def _settle(self, assumption_id: str, status: AssumptionStatus) -> Assumption:
        found = self.assumptions.get(assumption_id)
        if found is None:
            hint = did_you_mean(assumption_id, self.assumptions)
            raise InvalidValue(f"no assumption {assumption_id!r}.{hint}")
        if not found.open:
            raise InvalidValue(f"assumption {assumption_id!r} is already {found.status}")
        change = {
            "status": status,
            "settled_message": self.messages or None,
            "settled_revision": self.revision,
        }
        settled = found.model_copy(update=change)
        self.assumptions[assumption_id] = settled
        return settled

    def _resting_on(self, assumption: Assumption) -> Answer | None:
        answer = self.answers.get(assumption.related_to or "")
        resting = answer is not None and answer.status is AnswerStatus.UNCONFIRMED
        return answer if resting else None

    def _remember(self, field: str) -> None:
        if self.visits and field not in self.visits[-1].before:
            visit = self.visits[-1]
            before = {**visit.before, field: self.answers.get(field)}
            self.visits[-1] = visit.model_copy(update={"before": before})

    # -- copies and data -------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        """Equal data; what is merely held in hand (the window, the past) does not count."""
        return isinstance(other, CoachContext) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def fork(self) -> Self:
        """A copy that can be changed while this one stays: containers new, values shared."""
        twin = self.model_copy()
        state = twin.__dict__
        for name in ("asked", "answers", "assumptions", "resume_points"):
            state[name] = state[name].copy()
        state["visits"] = list(state["visits"])
        state["metadata"] = copy.deepcopy(state["metadata"])
        return twin

    def begin_turn(self, now: datetime) -> Self:
        """A copy that is one turn further on: one more message heard, one more turn spent."""
        twin = self.fork()
        twin.remember_past(self)
        state = twin.__dict__
        for name in ("revision", "messages", "turns", "turns_in_stage"):
            state[name] += 1
        state["updated_at"] = now
        return twin

    def remember_past(self, old: "CoachContext") -> None:
        """Hold on to what the turn now beginning starts from, so that it can be undone."""
        past, head = old._past, old.undo_head
        recent = {old.revision + 1: old.__dict__}
        while len(recent) <= PAST and head is not None and head in past:
            recent[head] = past[head]
            head = past[head]["undo_head"]
        self._past = recent

    def recall_past(self, before: "Iterable[CoachContext]") -> None:
        """Put back in hand the contexts before the last turns, newest first, for `undo`."""
        context = self
        for prior in before:
            self._past[context.undo_head or 0] = prior.__dict__
            context = prior

    def forget_past(self) -> None:
        """Let go of earlier contexts; `undo` then needs them recalled."""
        self._past = {}

    def before_last_turn(self) -> "CoachContext | None":
        """The context as it was before the turn that `undo` would take back."""
        return None if self.undo_head is None else self.before_turn(self.undo_head)

    def before_turn(self, revision: int) -> "CoachContext | None":
        """The context that the turn of this revision began with, while it is in hand."""
        state = self._past.get(revision)
        return None if state is None else type(self).model_construct(**state)

    def revalidate(self) -> None:
        """Check everything again, after code that is not ours has held the context."""
        self.metadata = clean_json(self.metadata, "metadata")
        try:
            type(self).model_validate(self.model_dump(warnings=False), strict=True)
            self.model_dump_json(warnings=False)
        except ValueError as error:
            raise CoachError(str(error)) from error
        for name, assumption in self.assumptions.items():
            if assumption.id != name:
                raise CoachError(f"assumption {assumption.id!r} is kept under the name {name!r}")

    def to_dict(self) -> dict[str, Any]:
        """The context as plain JSON data; `from_dict` gives an equal one back."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The context that `to_dict` described."""
        return cls.model_validate(data)
