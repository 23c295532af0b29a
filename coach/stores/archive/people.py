"""What is kept of a person, as a file: theirs to take along."""

from collections.abc import Iterator
from datetime import datetime

from coach.record.parties import Parties
from coach.stores.archive.cells import name_of, plain_row
from coach.stores.archive.lines import Document, header, sealed
from coach.stores.connect import Db
from coach.stores.personal import PERSONAL, bound, select_theirs
from coach.stores.sql import SqlStore


def export_user(store: SqlStore, who: Parties, now: datetime) -> Iterator[Document]:
    """Every row that is the person's, as it is at one moment; only a header when there is none."""
    with store.database.transaction(write=False) as db:
        documents = list(_documents(db, who, now))
    return sealed(documents)


def _documents(db: Db, who: Parties, now: datetime) -> Iterator[Document]:
    account = {} if who.account is None else {"account": who.account}
    yield header("user", now, user=who.user, **account)
    for table in PERSONAL:
        for row in db.rows(select_theirs[table.name], **bound(who)):
            yield {name_of(table): plain_row(row)}
