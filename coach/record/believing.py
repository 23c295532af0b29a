"""What is believed and not confirmed, and how it is settled."""

from collections.abc import Iterable

from pydantic import Field

from coach.errors import InvalidValue, did_you_mean
from coach.record.answer import Answer
from coach.record.assumption import Assumption, Assumptions
from coach.record.standing import Standing
from coach.vocabulary.commands import Answerable
from coach.vocabulary.text import clean_text
from coach.vocabulary.words import AnswerStatus, AssumptionStatus, Source


class Believing(Standing):
    """The assumptions of a session, with seed 004's methods."""

    assumptions: Assumptions = Field(default_factory=Assumptions)

    # -- reading ---------------------------------------------------------------------------

    def get_unconfirmed_assumptions(self) -> list[Assumption]:
        """Those still open, lowest confidence first."""
        return list(self.assumptions.open)

    def get_low_confidence_assumptions(self, threshold: float = 0.6) -> list[Assumption]:
        """Those still open whose confidence is below `threshold`, lowest first."""
        count = self.assumptions.count_open(below=threshold)
        return [a for a, _ in zip(self.assumptions.open, range(count), strict=False)]

    def get_assumptions_for(self, related_to: str) -> list[Assumption]:
        """All about one field, whatever their status, oldest first."""
        return [self.assumptions[id] for id in self.assumptions.about(related_to)]

    # -- changing --------------------------------------------------------------------------

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
            id=self.assumptions.next_id(),
            content=text,
            source=Source(source),
            confidence=confidence,
            related_to=related_to,
            value=value,
            **self._stamp(),
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

    def supersede(self, assumption_id: str) -> Assumption:
        """Settle it as overtaken by events."""
        return self._settle(assumption_id, AssumptionStatus.SUPERSEDED)

    def supersede_assumptions(self, field: str) -> None:
        """A settled answer has taken the place of what was believed about the field."""
        for assumption in self.get_assumptions_for(field):
            if assumption.open:
                self.supersede(assumption.id)

    def settle_assumptions(self, field: str, value: Answerable) -> None:
        """A plain answer settles what was believed about the field: confirmed when it says the
        same, rejected when it says something else."""
        for assumption in self.get_assumptions_for(field):
            if assumption.open:
                same = assumption.value == value
                told = AssumptionStatus.CONFIRMED if same else AssumptionStatus.REJECTED
                silent = assumption.value is None
                self._settle(assumption.id, AssumptionStatus.SUPERSEDED if silent else told)

    def forget(self, fields: Iterable[str]) -> None:
        """Clear answers, and what was believed of them. How often they were asked stays."""
        for field in fields:
            if field in self.answers:
                self._remember(field)
                self.put_answer(field, None)
                self._forget_beliefs(field)

    def _forget_beliefs(self, field: str) -> None:
        for assumption in self.get_assumptions_for(field):
            if assumption.open and assumption.value is not None:
                self.supersede(assumption.id)

    def _settle(self, assumption_id: str, status: AssumptionStatus) -> Assumption:
        found = self.assumptions.get(assumption_id)
        if found is None:
            hint = did_you_mean(assumption_id, self.assumptions)
            raise InvalidValue(f"no assumption {assumption_id!r}.{hint}")
        if not found.open:
            raise InvalidValue(f"assumption {assumption_id!r} is already {found.status}")
        settled = found.model_copy(update={"status": status, **self._settlement()})
        self.assumptions[assumption_id] = settled
        return settled

    def _resting_on(self, assumption: Assumption) -> Answer | None:
        answer = self.answers.get(assumption.related_to or "")
        resting = answer is not None and answer.status is AnswerStatus.UNCONFIRMED
        return answer if resting else None
