"""An answer: the value of a field, and where it came from."""

from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.vocabulary.commands import Answerable
from coach.vocabulary.value import Value
from coach.vocabulary.words import AnswerStatus, Source


class Answer(Value):
    """One field's answer as it stands.

    `value` is None only when declined without a default. `message` is the sequence number of
    the message it was heard in and `revision` the turn; `quote` the words it was taken from.
    A stale answer is kept but counts as missing: something it depends on was corrected.
    """

    field: str
    value: Answerable | None
    status: AnswerStatus = AnswerStatus.GIVEN
    stale: bool = False
    source: Source = Source.USER_STATED
    confidence: float = 1.0
    message: int | None = None
    revision: int = 0
    quote: str | None = None

    @property
    def counts(self) -> bool:
        """True when there is a value that is neither declined nor stale."""
        return self.value is not None and not self.stale

    @property
    def settled(self) -> bool:
        """True when nothing waits for the person's yes."""
        return self.status in (AnswerStatus.GIVEN, AnswerStatus.CONFIRMED)

    @property
    def declined(self) -> bool:
        return self.status is AnswerStatus.DECLINED


class AnswerRow(Row, table=True):
    """One row per session and field: the answer as it stands. Earlier values are in the log."""

    __tablename__ = "coach_answer"

    session_id: str = Col(primary_key=True, max_length=128)
    field: str = Col(primary_key=True, max_length=64)
    value: Answerable | None = Col(default=None, sa_type=JsonText)
    status: str = Col(max_length=16)
    stale: bool
    source: str = Col(max_length=16)
    confidence: float
    message: int | None
    revision: int
    quote: str | None
