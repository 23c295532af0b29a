"""A person: what is kept of somebody across sessions."""

from datetime import datetime
from typing import Any

from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.record.times import UtcDateTime


class PersonRow(Row, table=True):
    """One row per user id, made with the first session.

    Whoever opens a session holds this row meanwhile, so that two processes cannot open one each.
    `sessions` counts what was opened so far; `revision` is incremented by every write to `state`.
    """

    __tablename__ = "coach_person"

    user_id: str = Col(primary_key=True, max_length=200)
    sessions: int = 0
    revision: int = 0
    state: dict[str, Any] = Col(sa_type=JsonText)
    created_at: datetime = Col(sa_type=UtcDateTime)
    updated_at: datetime = Col(sa_type=UtcDateTime)
