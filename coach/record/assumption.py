"""An assumption: believed, not confirmed."""

from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.vocabulary.commands import Answerable, Confidence
from coach.vocabulary.value import Value
from coach.vocabulary.words import AssumptionStatus, Source


class Assumption(Value):
    """Something believed: unconfirmed, then confirmed, rejected or superseded; never deleted.

    `related_to` names the field it is about, `value` what that field would hold. `message`
    and `revision` say when it arose, `settled_message` and `settled_revision` what settled it.
    """

    id: str
    content: str
    source: Source = Source.INFERRED
    confidence: Confidence = 0.5
    related_to: str | None = None
    value: Answerable | None = None
    status: AssumptionStatus = AssumptionStatus.UNCONFIRMED
    message: int | None = None
    revision: int = 0
    settled_message: int | None = None
    settled_revision: int | None = None

    @property
    def rejected(self) -> bool:
        return self.status is AssumptionStatus.REJECTED

    @property
    def open(self) -> bool:
        """Still unconfirmed."""
        return self.status is AssumptionStatus.UNCONFIRMED


class AssumptionRow(Row, table=True):
    """One row per assumption."""

    __tablename__ = "coach_assumption"

    session_id: str = Col(primary_key=True, max_length=128)
    id: str = Col(primary_key=True, max_length=64)
    content: str
    source: str = Col(max_length=16)
    confidence: float
    related_to: str | None = Col(default=None, max_length=64)
    value: Answerable | None = Col(default=None, sa_type=JsonText)
    status: str = Col(max_length=16)
    message: int | None
    revision: int
    settled_message: int | None
    settled_revision: int | None
