"""Backups: the whole store as one file, and back into either kind."""

import gzip
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import ArchiveError, ForeignDatabase, NewerSchema, StoreNotEmpty
from coach.flows.flow import Flow
from coach.record.parties import Parties
from coach.stores.archive import whole
from coach.stores.archive.backup import backup, seal_of
from coach.stores.archive.files import write
from coach.stores.archive.lines import Reading, text_of
from coach.stores.archive.restoring import erasures, read_erasures, restore
from coach.stores.check import check
from coach.stores.erasing import erase, ledger, look
from coach.stores.sql import SqlStore
from coach.testing import FakeClock

NOW = FakeClock()()
ADA = Parties(user="ada")


@pytest.fixture
def lived(make_bot: Callable[..., Bot], monkeypatch: pytest.MonkeyPatch) -> Bot:
    """Two people with a session each, undone and rewound; backups go in small pieces."""
    monkeypatch.setattr(whole, "PIECE", 7)
    bot = make_bot()
    for user in ("ada", "ben"):
        talk = bot.session(user, id=user)
        for line in ("run more often", "a medal", "undo", "9", "“é\u2028”"):
            talk.say(line)
        talk.rewind(1)
    return bot


@pytest.mark.parametrize("portable", [False, True])
def test_a_backup_comes_back(lived: Bot, dump: Any, tmp_path: Path, portable: bool):
    """Every row of every table, from each kind of store."""
    backup(lived.store, tmp_path / "b", NOW, portable=portable)
    back = SqlStore()
    found = restore(back, tmp_path / "b")
    assert dump(back) == dump(lived.store)
    assert {n: len(rows) for n, rows in dump(back).items() if rows} == found.rows
    assert check(back).sound


@pytest.mark.parametrize("portable", [False, True])
def test_a_backup_goes_into_every_store(
    store: SqlStore, grow: Flow, dump: Any, tmp_path: Path, portable: bool
):
    """And what is in it goes on there."""
    bot = Bot(grow, clock=FakeClock())
    bot.session("ada", id="s").say("run more often")
    backup(bot.store, tmp_path / "b", NOW, portable=portable)
    restore(store, tmp_path / "b")
    assert dump(store) == dump(bot.store)
    assert Bot(grow, store, clock=FakeClock()).session("ada").say("undo").revision == 2
    assert check(store).sound


def test_a_backup_is_one_moment_of_a_store_in_use(make_bot: Callable[..., Bot], tmp_path: Path):
    """Writers go on meanwhile; whatever was acknowledged before is in it."""
    bot = make_bot()
    stop, said = threading.Event(), [0]

    def write() -> None:
        talk = bot.session("ada", id="s")
        while not stop.is_set():
            said[0] = talk.say(f"change goal: run {said[0]}").revision

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(6):
        before = said[0]
        backup(bot.store, tmp_path / f"{number}", NOW, portable=number % 2 == 0)
        back = SqlStore()
        restore(back, tmp_path / f"{number}")
        assert check(back).sound
        assert before == 0 or back.load("s").revision >= before
    stop.set()
    writer.join()


def test_a_turn_in_the_middle_of_a_backup_is_not_half_in_it(
    store: SqlStore, grow: Flow, tmp_path: Path
):
    """Whatever is committed between two tables belongs to after the backup."""
    if store.address.in_memory:
        return  # one connection: nobody is in the middle of anything
    talk = Bot(grow, store.url, clock=FakeClock()).session("ada", id="s")
    talk.say("run more often")
    seen: list[str] = []

    def meanwhile(what: str, sql: str) -> None:
        if "FROM coach_message" in sql and not seen:
            seen.append(talk.say("a medal").reply)

    store.database.watcher = meanwhile
    backup(store, tmp_path / "b", NOW, portable=True)
    back = SqlStore()
    restore(back, tmp_path / "b")
    assert (len(seen), back.load("s").revision, store.load("s").revision) == (1, 1, 2)
    assert check(back).sound


def test_a_packed_backup_comes_back(lived: Bot, dump: Any, tmp_path: Path):
    """The name says that it is packed."""
    backup(lived.store, tmp_path / "b.gz", NOW, portable=True)
    assert gzip.decompress((tmp_path / "b.gz").read_bytes()).startswith(b'{"coachflow":"store"')
    back = SqlStore()
    restore(back, tmp_path / "b.gz")
    assert dump(back) == dump(lived.store)
    (tmp_path / "c.gz").write_bytes((tmp_path / "b.gz").read_bytes()[:-40])
    with pytest.raises(ArchiveError, match=r"c.gz' cannot be unpacked"):
        restore(SqlStore(), tmp_path / "c.gz")


def test_a_store_that_is_not_empty_is_left_alone(lived: Bot, dump: Any, tmp_path: Path):
    """Unless it is to be replaced."""
    backup(lived.store, tmp_path / "b", NOW, portable=True)
    was = dump(lived.store)
    lived.session("eve", id="eve").say("swim")
    now = dump(lived.store)
    with pytest.raises(StoreNotEmpty, match=r"is not empty .*: restore into a new store"):
        restore(lived.store, tmp_path / "b")
    assert dump(lived.store) == now
    restore(lived.store, tmp_path / "b", replace=True)
    assert dump(lived.store) == was


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"run more often", b"run less often"))


@pytest.mark.parametrize("damage", [cut, change])
@pytest.mark.parametrize("portable", [False, True])
def test_a_damaged_backup_is_refused(grow: Flow, tmp_path: Path, damage: Any, portable: bool):
    """By its checksum; nothing is written, and what would be replaced stays."""
    bot = Bot(grow, clock=FakeClock())
    bot.session("ada", id="s").say("run more often")
    backup(bot.store, tmp_path / "b", NOW, portable=portable)
    damage(tmp_path / "b")
    with pytest.raises(ArchiveError, match=r"changed|no JSON|cut off"):
        restore(bot.store, tmp_path / "b", replace=True)
    assert [line.session_id for line in bot.sessions()] == ["s"]
    assert check(bot.store).sound


@pytest.mark.parametrize("part", [0.5, 0.95])
def test_a_copy_without_its_checksum_is_looked_through(
    file_store: SqlStore, tmp_path: Path, part: float
):
    """What SQLite finds wrong with it is said."""
    place = tmp_path / "b.db"
    backup(file_store, place, NOW)
    seal_of(place).unlink()
    restore(SqlStore(), place)
    data = bytearray(place.read_bytes())
    begin = int(len(data) * part) // 16_384 * 16_384
    data[begin : begin + 16_384] = b"\xff" * 16_384
    place.write_bytes(bytes(data))
    with pytest.raises(
        ArchiveError, match=r"b.db'(?: is damaged|: database disk image is malformed)"
    ):
        restore(SqlStore(), place)


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", ArchiveError, "b:1: no JSON"),
        (b"hello\n", ArchiveError, "b:1: no JSON"),
        (b'{"coachflow":"session","format":1,"schema":3}\n', ArchiveError, "of kind 'session'"),
        (b'{"coachflow":"store","format":9,"schema":3}\n', NewerSchema, "newer coachflow"),
        (b'{"coachflow":"store","format":1,"schema":3}\n{"x":1}\n', ArchiveError, "b:2: there is"),
        (b'{"coachflow":"store","format":1,"schema":3}\n{"flow":1}\n', ArchiveError, "b:2: flow"),
    ],
)
def test_what_is_no_backup_is_said(tmp_path: Path, content: bytes, error: Any, words: str):
    """With path and line."""
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(error, match=words):
        restore(SqlStore(), tmp_path / "b")


def test_a_database_of_something_else_is_no_backup(tmp_path: Path):
    """The file is named as it was given."""
    other = sqlite3.connect(tmp_path / "b.db")
    other.execute("CREATE TABLE things (a)")
    other.close()
    with pytest.raises(ForeignDatabase, match=f"^'{tmp_path}/b.db' is a database of something"):
        restore(SqlStore(), tmp_path / "b.db")


@pytest.mark.parametrize("portable", [False, True])
def test_who_was_erased_since_does_not_come_back(lived: Bot, tmp_path: Path, portable: bool):
    """By the ledger of the store that is replaced."""
    backup(lived.store, tmp_path / "b", NOW, portable=portable)
    erase(lived.store, ADA, NOW)
    found = restore(lived.store, tmp_path / "b", replace=True)
    assert found.erased == 1
    assert not any(look(lived.store, ADA).values())
    assert [line.user_id for line in lived.sessions()] == ["ben"]
    assert check(lived.store).sound


def test_a_ledger_may_be_kept_by_itself(lived: Bot, tmp_path: Path):
    """For when the store is lost: it names nobody, and is known to the new store from then on."""
    backup(lived.store, tmp_path / "b", NOW, portable=True)
    erase(lived.store, ADA, NOW)
    write(tmp_path / "ledger", map(text_of, erasures(lived.store, NOW)))
    assert '"ada"' not in (tmp_path / "ledger").read_text()
    back = SqlStore()
    assert restore(back, tmp_path / "b", read_erasures(tmp_path / "ledger")).erased == 1
    assert [line.user_id for line in back.sessions()] == ["ben"]
    with back.database.transaction(write=False) as db:
        assert len(ledger(db)) == 1


def test_who_came_back_after_an_erasure_stays(lived: Bot, tmp_path: Path):
    """A backup that knows of the erasure has only what was said since."""
    erase(lived.store, ADA, NOW)
    lived.session("ada", id="again").say("swim")
    backup(lived.store, tmp_path / "b", NOW, portable=True)
    assert restore(lived.store, tmp_path / "b", replace=True).erased == 0
    assert {line.session_id for line in lived.sessions()} == {"again", "ben"}


def test_the_lines_can_be_read(lived: Bot, tmp_path: Path):
    """A portable backup is one line a row."""
    backup(lived.store, tmp_path / "b", NOW, portable=True)
    with (tmp_path / "b").open("rb") as file:
        names = {line.name for line in Reading("b", file, "store")}
    assert names >= {"context", "message", "turn", "person", "flow", "template", "source"}
