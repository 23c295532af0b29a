"""History: what was is there, can be gone back to, taken along, and be gone for good."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import StoreUnavailable
from coach.record.parties import Parties
from coach.session import Session
from coach.stores.archive.backup import backup
from coach.stores.archive.restoring import restore
from coach.stores.archive.whole import rows
from coach.stores.check import check
from coach.stores.erasing import erase, look
from coach.stores.sql import SqlStore
from coach.testing.store_kit.opening import Opening, again

ADA = Parties(user="ada")
LINES = ["run a marathon", "a medal on the wall", "undo", "9", "back", "change goal: climb a hill"]


@dataclass(frozen=True, slots=True)
class Doing:
    """Something that changes a store: by a session, with a backup of it at hand."""

    talk: Session
    backup: Path

    def rewind(self) -> None:
        self.talk.rewind(2)

    def undo(self) -> None:
        self.talk.undo()

    def fork(self) -> None:
        self.talk.fork(3)

    def erase(self) -> None:
        services = self.talk.services
        erase(services.store, ADA, services.clock())

    def restore(self) -> None:
        restore(self.talk.services.store, self.backup, replace=True)


class HistoryKit(Opening):
    """The past of a session, and of a store."""

    def test_every_turn_can_be_looked_at(self, talk: Session, other: SqlStore) -> None:
        """By somebody else, as it was."""
        past = [talk.context]
        for line in LINES:
            talk.say(line)
            past.append(talk.context)
        for turn, was in enumerate(past):
            assert again(other).at(turn).context == was

    def test_a_fork_is_seen_by_others(self, talk: Session, other: SqlStore) -> None:
        """And each goes its own way."""
        for line in LINES:
            talk.say(line)
        fork = talk.fork(3, id="f")
        assert again(other, "f").history() == list(talk.at(3).messages)
        again(other, "f").say("skip")
        assert (fork.context.revision, talk.context.revision) == (4, 6)

    def test_a_rewind_is_seen_by_others(self, talk: Session, other: SqlStore) -> None:
        """Whoever had the session at hand, and whoever takes it back."""
        elsewhere = again(other)
        for line in LINES:
            talk.say(line)
            assert elsewhere.context == talk.context
        elsewhere.rewind(1)
        assert talk.context == elsewhere.context
        assert [m.seq for m in talk.history() if not m.withdrawn] == [1, 2, 3]
        talk.undo()
        assert elsewhere.context == talk.context
        assert elsewhere.page().text == talk.page().text

    def test_an_export_comes_back(self, talk: Session, bot: Bot, tmp_path: Path) -> None:
        """Under another id beside the first."""
        for line in LINES:
            talk.say(line)
        talk.rewind(2)
        talk.export_to(tmp_path / "s.jsonl")
        there = bot.import_session(tmp_path / "s.jsonl", "t")
        assert there.history() == talk.history()
        assert there.page().text == talk.page().text

    @pytest.mark.parametrize("portable", [False, True])
    def test_a_backup_comes_back(
        self, talk: Session, store: SqlStore, tmp_path: Path, portable: bool
    ) -> None:
        """Every row of it, into the store itself and into another one."""
        for line in LINES:
            talk.say(line)
        was = everything(store)
        backup(store, tmp_path / "b", talk.services.clock(), portable=portable)
        talk.say("skip")
        restore(store, tmp_path / "b", replace=True)
        beside = SqlStore()
        restore(beside, tmp_path / "b")
        assert everything(store) == everything(beside) == was
        beside.close()

    def test_an_erased_person_is_gone(self, bot: Bot, talk: Session, other: SqlStore) -> None:
        """For everybody, and from whatever is at hand."""
        for line in LINES:
            talk.say(line)
        bot.session("ben", id="b").say("swim")
        assert again(other).context.revision == len(LINES)
        report = bot.person("ada").erase()
        assert report.before["coach_turn"] == len(LINES) + 1
        assert report.proven
        assert [line.user_id for line in other.sessions()] == ["ben"]

    @pytest.mark.parametrize("name", ["rewind", "undo", "fork", "erase", "restore"])
    def test_a_failure_leaves_everything_as_it_was(
        self, talk: Session, store: SqlStore, tmp_path: Path, name: str
    ) -> None:
        """Whichever statement fails: all of it was done, or nothing."""
        for line in LINES:
            talk.say(line)
        talk.rewind(4)
        backup(store, tmp_path / "b", talk.services.clock(), portable=True)
        before, failed = everything(store), 0
        while _fails(store, failed + 1, getattr(Doing(talk, tmp_path / "b"), name)):
            failed += 1
            if name == "erase" and not any(look(store, ADA).values()):
                return  # it was looking whether anything is left
            assert everything(store) == before
            assert check(store).faults == ()
        assert failed > 4


def everything(store: SqlStore) -> list[tuple[str, dict[str, Any]]]:
    """Every row of every table."""
    with store.database.transaction(write=False) as db:
        return [(table.name, row) for table, row in rows(db)]


def _fails(store: SqlStore, nth: int, action: Callable[[], object]) -> bool:
    """Whether something fails when its n-th statement does."""
    left = [nth]

    def watch(what: str, sql: str) -> None:
        left[0] -= what == "run" and sql != "ROLLBACK"
        if left[0] == 0:
            left[0] = -1
            raise StoreUnavailable(f"made to fail before {sql:.40}")

    store.database.watcher = watch
    try:
        action()
    except StoreUnavailable:
        return True
    finally:
        store.database.watcher = None
    return False
