"""A flow as a session was started on it, kept by content hash."""

from sqlmodel import Field as Col

from coach.record.base import Row


class FlowRow(Row, table=True):
    """The definition behind a hash, so that a session stays on the flow it began."""

    __tablename__ = "coach_flow"

    hash: str = Col(primary_key=True, max_length=64)
    name: str = Col(max_length=64)
    version: int
    definition: str
