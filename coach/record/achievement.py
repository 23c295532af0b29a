"""An achievement: something that a person has reached, once and for good."""

from datetime import datetime

from sqlmodel import Field as Col

from coach.record.base import Row
from coach.record.times import UtcDateTime
from coach.vocabulary.value import Value


class Achievement(Value):
    """One achievement. `session` is the id of the session it was reached in, None outside of
    one; it stays when that session is removed."""

    name: str
    at: datetime
    session: str | None = None
    detail: str = ""


class AchievementRow(Row, table=True):
    """One row per person (a user id under an account, `""` for none) and name. It belongs to the
    person, not to the session."""

    __tablename__ = "coach_achievement"

    user_id: str = Col(primary_key=True, max_length=200)
    account_id: str = Col(primary_key=True, max_length=200)
    name: str = Col(primary_key=True, max_length=200)
    at: datetime = Col(sa_type=UtcDateTime)
    session: str | None = Col(default=None, max_length=128)
    detail: str = ""
