"""A person: whoever opens sessions."""

from datetime import datetime

from sqlmodel import Field as Col

from coach.record.base import Row
from coach.record.times import UtcDateTime


class PersonRow(Row, table=True):
    """One row per user id, made with the first session.

    Whoever opens a session holds this row meanwhile, so that two processes cannot open one each.
    `sessions` counts what was opened so far, `memories` what was ever to be remembered.
    """

    __tablename__ = "coach_person"

    user_id: str = Col(primary_key=True, max_length=200)
    sessions: int = 0
    memories: int = 0
    created_at: datetime = Col(sa_type=UtcDateTime)
