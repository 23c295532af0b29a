"""A session as a file, and back: everything that is kept of it, and of nobody else.

The lines are its context, its messages, its turns, whatever else names it, and what it leans on:
its flow and the sources of its pages.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

from coach.errors import ArchiveError, InvalidId, StoreError
from coach.record.clean import check_session_id, check_user_id
from coach.record.context import CoachContext
from coach.stores import forking, reading, statements
from coach.stores.archive.cells import columns_of, insertion, name_of, plain_row, read_row
from coach.stores.archive.lines import Document, Line, Reading, header, sealed
from coach.stores.check import faults_of
from coach.stores.connect import Db
from coach.stores.damage import UNREADABLE
from coach.stores.memories.writing import adopt
from coach.stores.sql import SqlStore
from coach.stores.statements import (
    CONTEXT,
    FLOW,
    GATHERED,
    MEMORY,
    MESSAGE,
    SESSION,
    SOURCE,
    TABLES,
    TEMPLATE,
    TURN,
    VECTORS,
)

OWN = ("session_id",)
# The context's line holds the rows of these.
IN_CONTEXT = (CONTEXT, *GATHERED.values())
ROWS = (MESSAGE, TURN)
# Vectors are left out: whoever has the embedder can make them again.
ELSEWHERE = (*IN_CONTEXT, *ROWS, *VECTORS)
OTHERS = tuple(t for t in TABLES if "session_id" in t.c and t not in ELSEWHERE)
SHARED = (FLOW, TEMPLATE, SOURCE)
NAMED = {name_of(table): table for table in (*ROWS, *OTHERS, *SHARED)}

others_of = {
    table.name: select(*columns_of(table))
    .where(table.c.session_id == SESSION)
    .order_by(*table.primary_key)
    for table in OTHERS
}
insert_other = {table.name: insertion(table) for table in OTHERS}
insert_shared = {
    FLOW.name: statements.insert_flow,
    TEMPLATE.name: statements.insert_template,
    SOURCE.name: statements.insert_source,
}

Rows = list[dict[str, Any]]


def export_session(store: SqlStore, session_id: str, now: datetime) -> Iterator[Document]:
    """The lines of a session as it stands at one moment; SessionNotFound when there is none."""
    with store.database.transaction(write=False) as db:
        documents = list(_documents(db, session_id, now))
    return sealed(documents)


def _documents(db: Db, session_id: str, now: datetime) -> Iterator[Document]:
    context = reading.context(db, session_id)
    log = db.rows(statements.turns_of, session=session_id)
    yield header("session", now, session=session_id, user=context.user_id)
    yield {"context": context.to_dict()}
    for row in db.rows(statements.messages_of, session=session_id):
        yield {"message": plain_row(row, OWN)}
    for row in log:
        yield {"turn": plain_row(row, OWN)}
    for table in OTHERS:
        for row in db.rows(others_of[table.name], session=session_id):
            yield {name_of(table): plain_row(row, OWN)}
    yield from _leaned_on(db, context, log)


def _leaned_on(db: Db, context: CoachContext, log: Rows) -> Iterator[Document]:
    """The flow, the templates of the pages and their sources."""
    for row in db.rows(statements.find_flow, of_hash=context.flow_hash):
        yield {"flow": plain_row(row)}
    hashes = sorted({row["page"].get("template_hash", "") for row in log if row["page"]})
    found = (db.one(statements.find_template, of_hash=of) for of in hashes)
    templates = [row for row in found if row is not None]
    yield from ({"template": plain_row(row)} for row in templates)
    for of in sorted({digest for row in templates for digest in row["parts"].values()}):
        for row in db.rows(statements.find_source, of_hash=of):
            yield {"source": plain_row(row)}


# -- back ------------------------------------------------------------------------------------


def import_session(store: SqlStore, source: Reading, id: str | None = None) -> str:
    """Put an exported session in place, whole or not at all; its id.

    `id` is another one to keep it under. InvalidId when the id is taken, ArchiveError with
    path:line for what is wrong with the file.
    """
    found = _Found(source)
    session_id = check_session_id(found.context.session_id if id is None else id)
    with store.database.transaction() as db:
        found.write(db, session_id)
        try:
            faults = faults_of(db, session_id)
        except (StoreError, *UNREADABLE) as error:
            faults = [str(error)]
        if faults:
            raise ArchiveError(f"{source.name}: its session does not add up: {faults[0]}")
    return session_id


class _Found:
    """What a file holds, each row with the number of its line."""

    def __init__(self, source: Reading) -> None:
        self._source = source
        self._contexts: list[CoachContext] = []
        self._rows: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        for line in source:
            self._take(line)
        if not self._contexts or not self._rows[TURN.name]:
            source.fail(1, "the file holds no session: it needs the lines 'context' and 'turn'")
        (self.context,) = self._contexts
        self._check_templates()

    def _take(self, line: Line) -> None:
        try:
            self._sort(line)
        except UNREADABLE as error:
            self._source.fail(line.number, str(error).partition("\n")[0])

    def _sort(self, line: Line) -> None:
        if line.name == "context":
            if self._contexts:
                raise ValueError("a second context: a file holds one session")
            self._contexts.append(CoachContext.from_dict(line.data))
            check_user_id(self._contexts[0].user_id)
            return
        if line.name not in NAMED:
            raise ValueError(f"there is nothing called {line.name!r} in a session")
        table = NAMED[line.name]
        row = read_row(table, line.data, () if table in SHARED else OWN)
        _check_hash(table, row)
        self._rows[table.name].append((line.number, row))

    def write(self, db: Db, session_id: str) -> None:
        names = {"session_id": session_id}
        context = CoachContext.from_dict(self.context.to_dict() | names)
        try:
            log = [forking.renamed(row, names) for _, row in self._rows[TURN.name]]
        except UNREADABLE:
            self._source.fail(1, "the turns hold no opening")
        if not forking.write(db, context, log, self._owned(MESSAGE, session_id)):
            raise InvalidId(f"session {session_id!r} is there already: import it under another id")
        for table in SHARED:
            for _, row in self._rows[table.name]:
                db.run(insert_shared[table.name], row)
        for table in OTHERS:
            self._check_owner(table)
            rows = self._owned(table, session_id)
            if table is MEMORY:
                adopt(db, context, rows)
            else:
                db.run_many(insert_other[table.name], rows)

    def _owned(self, table: Table, session_id: str) -> Rows:
        return [row | {"session_id": session_id} for _, row in self._rows[table.name]]

    def _check_templates(self) -> None:
        """Templates are found by the hash of all their sources, as pages have it."""
        texts = {row["hash"]: row["text"] for _, row in self._rows[SOURCE.name]}
        for number, row in self._rows[TEMPLATE.name]:
            digest = hashlib.sha256()
            for part, of in sorted(dict(row["parts"]).items()):
                digest.update(f"{part}\0{texts.get(of)}\0".encode())
            if digest.hexdigest() != row["hash"]:
                self._source.fail(number, f"template {row['name']!r} is not what its hash says")

    def _check_owner(self, table: Table) -> None:
        """No line may write into what is somebody else's."""
        for number, row in self._rows[table.name]:
            if row.get("user_id", self.context.user_id) != self.context.user_id:
                self._source.fail(number, f"{name_of(table)} belongs to another person")


def _check_hash(table: Table, row: dict[str, Any]) -> None:
    """What many sessions share is found by its content: nobody can slip in another one."""
    content = {FLOW.name: "definition", SOURCE.name: "text"}.get(table.name)
    if content is not None and hashlib.sha256(row[content].encode()).hexdigest() != row["hash"]:
        raise ValueError(f"{name_of(table)} {row['hash'][:8]!r} is not what its hash says")
