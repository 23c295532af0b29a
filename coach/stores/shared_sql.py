"""Shared contexts in a SqlStore: the values are the metadata of the session's own record.

So a flow and the agents beside it have one record. Each write is an event of the turn log, with
revision and patch and without a message; `undo` leaves it alone.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from coach.errors import SessionNotFound
from coach.record.context import CoachContext
from coach.record.times import to_utc
from coach.stores import removing, statements
from coach.stores.damage import readable
from coach.stores.shared import Change, Shared
from coach.stores.sql import WAIT_SECONDS, SqlStore
from coach.stores.statements import CONTEXT
from coach.stores.values import Kept
from coach.vocabulary.decision import Decision

NO_FLOW = ""  # the flow of a session that no flow runs: only those made here have none

find_expired = (
    select(CONTEXT)
    .where(CONTEXT.c.flow == NO_FLOW, CONTEXT.c.updated_at < bindparam("before"))
    .order_by(CONTEXT.c.updated_at)
    .limit(bindparam("most"))
)
delete_seen = delete(CONTEXT).where(
    CONTEXT.c.session_id == bindparam("session"),
    CONTEXT.c.flow == NO_FLOW,
    CONTEXT.c.revision == bindparam("seen_revision"),
    CONTEXT.c.updated_at == bindparam("seen_at"),
)


class SqlShared:
    """The shared contexts of one store; see SharedContexts.

    `wait` is how many seconds to wait while a turn of the session is in flight.
    """

    def __init__(self, store: SqlStore, wait: float = WAIT_SECONDS) -> None:
        self._store = store
        self._wait = wait

    def __repr__(self) -> str:
        return repr(self._store.url)

    def create(self, session_id: str, user_id: str, now: datetime) -> bool:
        moment = to_utc(now)
        new = CoachContext(
            session_id=session_id, user_id=user_id, created_at=moment, updated_at=moment
        )
        decision = Decision(stage="", events=("opened by a context manager",))
        kept = Kept(old=new, new=new, messages=(), commands=(), decision=decision)
        return self._store.create(kept, None)

    def read(self, session_id: str) -> Shared | None:
        with self._store.database.transaction(write=False) as db:
            row = db.one(statements.load_context, session=session_id)
        return None if row is None else _shared(row)

    def write(self, session_id: str, change: Change, now: datetime) -> Shared | None:
        try:
            claim = self._store.claim(session_id, uuid.uuid4().hex, "", now, wait=self._wait)
        except SessionNotFound:
            return None
        try:
            old = claim.context
            new = old.begin_edit(to_utc(now))
            new.metadata = change(_of(old))
            decision = Decision(
                stage=old.stage,
                events=("updated by a context manager",),
                asks=old.asks,
                asks_about=old.asks_about,
            )
            self._store.commit(
                claim, Kept(old=old, new=new, messages=(), commands=(), decision=decision)
            )
        except BaseException:
            self._store.release(claim)
            raise
        return _of(new)

    def delete(self, seen: Shared) -> bool:
        of = {
            "session": seen.session_id,
            "seen_revision": seen.revision,
            "seen_at": seen.updated_at,
        }
        with self._store.database.transaction() as db:
            if db.run(delete_seen, of) != 1:
                return False
            removing.session(db, seen.session_id)
        self._store.hot.remove(seen.session_id)
        return True

    def expired(self, before: datetime, limit: int) -> list[Shared]:
        with self._store.database.transaction(write=False) as db:
            rows = db.rows(find_expired, before=before, most=limit)
        return [_shared(row) for row in rows]

    def close(self) -> None:
        self._store.close()


@readable
def _shared(row: dict[str, Any]) -> Shared:
    return Shared(
        session_id=row["session_id"],
        user_id=row["user_id"],
        values=row["state"]["metadata"],
        revision=row["revision"],
        updated_at=row["updated_at"],
        lasting=row["flow"] != NO_FLOW,
    )


def _of(context: CoachContext) -> Shared:
    return Shared(
        session_id=context.session_id,
        user_id=context.user_id,
        values=context.metadata,
        revision=context.revision,
        updated_at=to_utc(context.updated_at),
        lasting=context.flow != NO_FLOW,
    )
