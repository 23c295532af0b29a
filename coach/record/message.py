"""A message: one utterance, kept for ever, in order of its sequence number."""

from datetime import datetime

from sqlmodel import Field as Col

from coach.record.base import Row
from coach.record.times import UtcDateTime
from coach.vocabulary.value import Value
from coach.vocabulary.words import Role


class Message(Value):
    """One utterance.

    `seq` counts from 1 within the session; order is by it, never by time. `tokens` is the
    count of the content alone under `encoding`. `withdrawn` is True once its turn was undone:
    it stays in the record and leaves the page.
    """

    seq: int
    role: Role
    content: str
    tokens: int
    encoding: str
    revision: int
    at: datetime
    withdrawn: bool = False


class MessageRow(Row, table=True):
    """One row per message; append-only but for `withdrawn`."""

    __tablename__ = "coach_message"

    session_id: str = Col(primary_key=True, max_length=128)
    seq: int = Col(primary_key=True)
    role: str = Col(max_length=16)
    content: str
    tokens: int
    encoding: str = Col(max_length=32)
    revision: int
    at: datetime = Col(sa_type=UtcDateTime)
    withdrawn: bool = False
