"""The tables: made on first use, never written to when they are not ours."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import CoachError, ForeignDatabase, NewerSchema
from coach.stores import statements
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock


def test_an_empty_file_becomes_a_store(tmp_path: Path):
    """And opening it again changes nothing."""
    place = tmp_path / "coach.db"
    place.touch()
    SqlStore(f"sqlite:///{place}").close()
    content = place.read_bytes()
    SqlStore(f"sqlite:///{place}").close()
    assert place.read_bytes() == content


@pytest.mark.parametrize(
    ("script", "error", "says"),
    [
        ("CREATE TABLE recipes (name)", ForeignDatabase, "it has the table 'recipes'"),
        (
            "CREATE TABLE coach_version (version_num); INSERT INTO coach_version VALUES ('99')",
            NewerSchema,
            "has schema version 99, written by a newer coachflow; this one knows version 3",
        ),
    ],
)
def test_a_database_that_is_not_ours_is_left_as_it_is(
    tmp_path: Path, script: str, error: type[CoachError], says: str
):
    """To the byte: not even its journal mode is changed."""
    place = tmp_path / "other.db"
    other = sqlite3.connect(place)
    other.executescript(script)
    other.close()
    content = place.read_bytes()
    with pytest.raises(error, match=says):
        SqlStore(f"sqlite:///{place}")
    assert place.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["other.db"]


def test_many_can_open_a_new_store_at_once(file_url: str):
    """Whoever comes second finds the tables of the first."""
    barrier = threading.Barrier(8)
    opened: list[SqlStore] = []

    def open_it() -> None:
        barrier.wait()
        opened.append(SqlStore(file_url))

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [store.sessions() for store in opened] == [[]] * 8
    [store.close() for store in opened]


def test_every_table_and_index_is_there(file_store: SqlStore):
    """As the classes of the record describe them."""
    with file_store.database.transaction(write=False) as db:
        names = {row[0] for row in db.text("SELECT name FROM sqlite_master WHERE sql NOT NULL")}
    tables = {table.name for table in statements.TABLES}
    indexes = {str(index.name) for table in statements.TABLES for index in table.indexes}
    assert names >= tables | indexes | {"coach_version"}


@pytest.mark.parametrize("version", [1, 2])
def test_a_database_that_was_brought_up_is_like_a_new_one(
    tmp_path: Path, file_url: str, version: int
):
    """Table by table, column by column, index by index."""
    old = sqlite3.connect(tmp_path / "coach.db")
    old.executescript((Path(__file__).parent / f"version_{version}.sql").read_text())
    old.close()
    upgraded, new = SqlStore(file_url), SqlStore("sqlite://")
    assert _shape(upgraded) == _shape(new)


def _shape(store: SqlStore) -> dict[str, Any]:
    """Name -> type, whether it may be missing and part of the key, of each column."""
    shape: dict[str, Any] = {}
    with store.database.transaction(write=False) as db:
        for kind, name in db.text("SELECT type, name FROM sqlite_master WHERE sql NOT NULL"):
            info = f"SELECT * FROM pragma_{kind}_info('{name}')"
            rows = db.text(info) if kind in ("table", "index") else []
            shape[name] = sorted(map(_column if kind == "table" else _indexed, rows))
    return shape


def _column(row: Any) -> tuple[Any, ...]:
    return (row[1], *_affinity(row[2]), row[3], row[5])


def _indexed(row: Any) -> tuple[Any, ...]:
    return (row[0], row[2])


def _affinity(kind: str) -> tuple[str]:
    """Types by what they mean to SQLite: BIGINT and INTEGER are one."""
    return ("INTEGER" if "INT" in kind else "TEXT" if "CHAR" in kind or "TEXT" in kind else kind,)


def test_a_database_of_version_1_is_brought_up_to_this_one(tmp_path: Path, file_url: str):
    """Its sessions go on, it proves sound, and what was taken back stays taken back."""
    old = sqlite3.connect(tmp_path / "coach.db")
    old.executescript((Path(__file__).parent / "version_1.sql").read_text())
    old.close()
    bot = Bot("grow", file_url, clock=FakeClock())
    talk = bot.session("ada", id="s")
    assert check(bot.store).faults == ()
    assert sum(message.withdrawn for message in talk.history()) == 2
    talk.say("I am tired after work")
    assert talk.context.revision == 7
    assert check(bot.store).faults == ()
