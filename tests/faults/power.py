"""Power cuts: what a disk may hold when it goes dark in the middle of a turn.

A store runs on SQLite through a VFS that records every write, truncation and sync. From the
record, the files are rebuilt as they may be at any moment: what was synced is there; of what was
written since, any part may be missing, and a write may be torn at a sector. Each such state is
opened as a store, which has to be sound and to hold every turn that was acknowledged before.

    python -m tests.faults.power CUTS SEED
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import apsw
import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import QueuePool

from coach.stores import connect
from coach.stores.check import check
from coach.stores.drivers.sqlite import SqliteDriver
from coach.stores.sql import SqlStore
from tests.faults.kill import bot, script

SECTOR = 512
FILES = ("coach.db", "coach.db-wal")


@dataclass(frozen=True)
class Op:
    """One thing that happened to a file: 'write' of data at an offset, 'truncate' to an offset,
    'sync', 'delete'; or 'ack' of a turn, whose revision is the offset."""

    what: str
    name: str
    offset: int = 0
    data: bytes = b""


class Recorder(apsw.VFS):
    """The system's own VFS, noting what is done to the files of a store."""

    def __init__(self, syncs: bool = True) -> None:
        self.ops: list[Op] = []
        self.syncs = syncs
        super().__init__("recorder", "")

    def xOpen(self, name: Any, flags: list[int]) -> "RecordedFile":  # noqa: N802  # SQLite's name
        return RecordedFile(self, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:  # noqa: N802
        if Path(name).name in FILES:
            self.ops.append(Op("delete", Path(name).name))
        super().xDelete(name, sync)


class RecordedFile(apsw.VFSFile):
    """One open file."""

    def __init__(self, vfs: Recorder, name: Any, flags: list[int]) -> None:
        self._vfs = vfs
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self._name = Path(path).name
        super().__init__("", name, flags)

    def _note(self, what: str, offset: int = 0, data: bytes = b"") -> None:
        if self._name in FILES:
            self._vfs.ops.append(Op(what, self._name, offset, data))

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._note("write", offset, bytes(data))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._note("truncate", size)
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        if self._vfs.syncs:
            self._note("sync")
        super().xSync(flags)


class Cursor:
    """apsw's cursor as the store knows one of sqlite3."""

    def __init__(self, cursor: Any, rowcount: int) -> None:
        self._cursor = cursor
        self.rowcount = rowcount
        try:
            self.description = cursor.description
        except apsw.ExecutionCompleteError:
            self.description = ()

    def fetchall(self) -> list[Any]:
        return list(self._cursor)

    def fetchone(self) -> Any:
        return next(self._cursor, None)


class Recorded:
    """apsw's connection as the store knows one of sqlite3."""

    def __init__(self, path: Path) -> None:
        self._raw = apsw.Connection(str(path), vfs="recorder")
        self._raw.set_busy_timeout(5_000)

    def execute(self, sql: str, values: Any = None) -> Cursor:
        before = self._raw.total_changes()
        cursor = self._raw.execute(sql, values)
        return Cursor(cursor, self._raw.total_changes() - before)

    def create_function(self, *_: Any, **__: Any) -> None:
        """SQLAlchemy brings one that no statement of ours uses."""

    @property
    def in_transaction(self) -> bool:
        return bool(self._raw.in_transaction)

    def rollback(self) -> None:
        if self.in_transaction:
            self._raw.execute("ROLLBACK")

    def close(self) -> None:
        self._raw.close()


class RecordedDriver(SqliteDriver):
    """SQLite through the recording VFS."""

    foreign: ClassVar[Any] = (*SqliteDriver.foreign, apsw.Error)

    def engine(self) -> Engine:
        return create_engine(
            "sqlite://", creator=self._open, poolclass=QueuePool, _initialize=False
        )

    def _open(self) -> Any:
        raw: Any = Recorded(Path(str(self.address.path)))
        self._prepare(raw)
        return raw


@dataclass
class Cuts:
    """How many states were opened; how many lacked something that was written, and not synced."""

    cuts: int = 0
    lossy: int = 0
    turns: int = 0
    runs: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


def recorded(lines: Sequence[str], synchronous: str, syncs: bool = True) -> list[Op]:
    """What a session of these lines does to the disk, with an 'ack' after each turn."""
    recorder = Recorder(syncs)
    try:
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            patch.setattr(connect, "driver_for", RecordedDriver)
            coach = bot(f"sqlite:///{folder}/coach.db?synchronous={synchronous}")
            talk = coach.session("ada", id="s")
            recorder.ops.append(Op("ack", "", 0))
            for line in lines:
                recorder.ops.append(Op("ack", "", talk.say(line).revision))
            coach.close()
    finally:
        recorder.unregister()
    return recorder.ops


class Disk:
    """The files at one moment of the record: what is certain, and what may be missing."""

    def __init__(self) -> None:
        self.safe: dict[str, bytearray] = {name: bytearray() for name in FILES}
        self.loose: dict[str, list[Op]] = {name: [] for name in FILES}
        self.acked = -1

    def take(self, op: Op) -> None:
        """One more thing happened."""
        if op.what == "ack":
            self.acked = op.offset
        elif op.what in ("sync", "delete"):
            for loose in self.loose[op.name]:
                apply(self.safe[op.name], loose)
            self.loose[op.name] = []
            if op.what == "delete":
                self.safe[op.name] = bytearray()
        else:
            self.loose[op.name].append(op)

    def cut(self, dice: random.Random) -> dict[str, bytes]:
        """The files as they may be when the power goes now."""
        return {name: bytes(self._file(name, dice)) for name in FILES}

    def _file(self, name: str, dice: random.Random) -> bytearray:
        content = bytearray(self.safe[name])
        share = dice.choice((0.0, 0.3, 0.7, 1.0))
        for op in self.loose[name]:
            for piece in pieces(op):
                if dice.random() < share:
                    apply(content, piece)
        return content


def pieces(op: Op) -> Iterator[Op]:
    """A write by sectors, each of which may have reached the disk or not."""
    if op.what != "write":
        yield op
        return
    at = op.offset
    end = op.offset + len(op.data)
    while at < end:
        stop = min(end, (at // SECTOR + 1) * SECTOR)
        yield Op("write", op.name, at, op.data[at - op.offset : stop - op.offset])
        at = stop


def apply(content: bytearray, op: Op) -> None:
    if op.what == "truncate":
        del content[op.offset :]
        return
    if len(content) < op.offset:
        content.extend(bytes(op.offset - len(content)))
    content[op.offset : op.offset + len(op.data)] = op.data


def look(files: dict[str, bytes], folder: Path, acked: int) -> list[str]:
    """What is wrong with a store of these files; nothing, if it is as it should be."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "coach.db-shm").unlink(missing_ok=True)
    try:
        store = SqlStore(f"sqlite:///{folder}/coach.db")
    except Exception as error:
        return [f"it does not open: {error}"]
    try:
        faults = [str(fault) for fault in check(store).faults]
        kept = {line.session_id: line.revision for line in store.sessions()}.get("s", -1)
        return faults + ([f"turn {acked} was acknowledged, {kept} is kept"] * (kept < acked))
    except Exception as error:
        return [f"it cannot be read: {error}"]
    finally:
        store.close()


def main(
    cuts: int, seed: str, synchronous: str = "full", syncs: bool = True, must_keep: bool = True
) -> Cuts:
    """So many cuts, spread over the moments of as many sessions as that takes."""
    figures, begun = Cuts(), time.monotonic()
    dice = random.Random(seed)
    while figures.cuts < cuts and not figures.faults:
        lines = script(dice)
        ops = recorded(lines, synchronous, syncs)
        figures.runs += 1
        figures.turns += len(lines)
        cut_all(ops, dice, figures, cuts, must_keep)
    figures.seconds = round(time.monotonic() - begun, 1)
    return figures


def cut_all(ops: list[Op], dice: random.Random, figures: Cuts, cuts: int, must_keep: bool) -> None:
    """One cut after each thing that happened."""
    disk = Disk()
    with tempfile.TemporaryDirectory() as folder:
        for op in ops:
            disk.take(op)
            if op.what == "ack" or figures.cuts >= cuts or disk.acked < 0:
                continue
            figures.cuts += 1
            figures.lossy += any(disk.loose.values())
            figures.faults += look(disk.cut(dice), Path(folder), disk.acked if must_keep else -1)
            if figures.faults:
                return


if __name__ == "__main__":
    print(json.dumps(asdict(main(int(sys.argv[1]), sys.argv[2]))))
