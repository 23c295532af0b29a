"""Sessions by age: those to which nothing was written for long."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select

from coach.stores import removing
from coach.stores.sql import SqlStore
from coach.stores.statements import CONTEXT, FLOW, SESSION

_BEFORE: Any = bindparam("before")
_OLD = (CONTEXT.c.status == bindparam("of_status"), CONTEXT.c.updated_at < _BEFORE)
aged = (
    select(CONTEXT.c.session_id)
    .where(CONTEXT.c.flow == bindparam("flow"), *_OLD)
    .order_by(CONTEXT.c.updated_at)
    .limit(bindparam("most"))
)
delete_aged = delete(CONTEXT).where(
    CONTEXT.c.session_id == SESSION,
    *_OLD,
    or_(CONTEXT.c.lease_until.is_(None), CONTEXT.c.lease_until <= bindparam("now_ms")),
)


due = (
    select(CONTEXT.c.session_id)
    .where(CONTEXT.c.flow == bindparam("flow"), CONTEXT.c.due_at <= bindparam("now"))
    .order_by(CONTEXT.c.due_at)
    .limit(bindparam("most"))
)
flow_versions = select(FLOW.c.name, FLOW.c.hash).order_by(FLOW.c.name, FLOW.c.version, FLOW.c.hash)


def newest_flows(store: SqlStore) -> list[str]:
    """The hash of the newest version of each flow in the store, by its name."""
    with store.database.transaction(write=False) as db:
        rows = db.rows(flow_versions)
    return list({row["name"]: row["hash"] for row in rows}.values())


def with_something_due(store: SqlStore, flow: str, now: datetime, limit: int) -> list[str]:
    """Sessions of a flow in which something is due, the longest first."""
    with store.database.transaction(write=False) as db:
        rows = db.rows(due, flow=flow, now=now, most=limit)
    return [row["session_id"] for row in rows]


def untouched(store: SqlStore, flow: str, status: str, before: datetime, limit: int) -> list[str]:
    """Sessions of a flow and a status that were written last before then, the oldest first."""
    with store.database.transaction(write=False) as db:
        rows = db.rows(aged, flow=flow, of_status=str(status), before=before, most=limit)
    return [row["session_id"] for row in rows]


def delete_untouched(store: SqlStore, session_id: str, status: str, before: datetime) -> bool:
    """Remove such a session whole; False when it is not any more what it was found as."""
    with store.database.transaction() as db:
        of = {"session": session_id, "of_status": str(status), "before": before}
        if db.run(delete_aged, of | {"now_ms": db.now_ms()}) != 1:
            return False
        removing.session(db, session_id)
    store.hot.drop(session_id)
    return True
