"""Collectors: what else expires in a store, each by its own rule. A sweeper runs them all."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from coach.record.times import to_utc
from coach.services import Clock
from coach.settings import Settings
from coach.sharing import Sharing
from coach.stores.memories import writing
from coach.stores.shared_sql import SqlShared
from coach.stores.sql import SqlStore

# From a store, a clock and the settings to how much was taken away.
Collect = Callable[[SqlStore, Clock, Settings], int]


def shared_contexts(store: SqlStore, clock: Clock, settings: Settings) -> int:
    """The sessions of context managers that are older than the settings let them be."""
    if not settings.manager.time_based_expiration:
        return 0
    lifetime = timedelta(seconds=settings.manager.session_expiration_seconds)
    sharing = Sharing(contexts=SqlShared(store), clock=clock, user=None, lifetime=lifetime)
    return sharing.collect([])


def memories(store: SqlStore, clock: Clock, settings: Settings) -> int:
    """Memories whose time is over."""
    with store.database.transaction() as db:
        return writing.collect(db, to_utc(clock()))


COLLECTORS: Mapping[str, Collect] = {"shared contexts": shared_contexts, "memories": memories}
