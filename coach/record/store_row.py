"""The store itself: what its processes have to agree on."""

from sqlmodel import Field as Col

from coach.record.base import Row


class StoreRow(Row, table=True):
    """At most one row, made when a cache is first put in front of the store.

    `id` names the store's entries in the cache, and `secret` (64 hex digits) seals them.
    """

    __tablename__ = "coach_store"

    name: str = Col(primary_key=True, max_length=16)
    id: str = Col(max_length=32)
    secret: str = Col(max_length=64)
