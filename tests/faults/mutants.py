"""The protocol with one thing wrong, and the scene that has to find it out.

Each mutant patches the running code; `MUTANTS` names the scene that sees it, and some words of
what that scene has to say.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import update

from coach.record.turn_log import TurnStatus
from coach.stores import claims, keeping, lining, reading, statements
from coach.stores.connect import Db
from coach.stores.drivers.sqlite import SqliteDriver
from coach.stores.hot import HotContexts
from coach.stores.sql import SqlStore
from coach.stores.values import Claim, Kept
from tests.faults import scenes

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One thing wrong. `kinds` are the databases on which it can do harm."""

    apply: Callable[[Patch], None]
    seen_by: scenes.Scene
    says: str
    kinds: tuple[str, ...] = ("file", "postgresql")

    @property
    def name(self) -> str:
        return self.apply.__name__


def _update_context(without: str) -> Any:
    """The update of a context with one of its two conditions missing."""
    whole: Any = statements.update_context
    kept = [part for part in whole.whereclause.clauses if part.left.name != without]
    names = [c.name for c in statements.CONTEXT.c if c.name not in statements.FENCED]
    new = {name: statements.bindparam(f"new_{name}") for name in names}
    return update(statements.CONTEXT).where(*kept).values(new)


# -- claiming --------------------------------------------------------------------------------


def no_key_is_looked_up(patch: Patch) -> None:
    one = Db.one

    def blind(db: Db, statement: Any, **values: Any) -> Any:
        return None if statement is statements.find_turn else one(db, statement, **values)

    patch.setattr(Db, "one", blind)


def a_pending_turn_counts_as_done(patch: Patch) -> None:
    was_kept = claims._was_kept

    def hasty(db: Db, taken: Claim, known: Any) -> bool:
        return was_kept(db, taken, {**known, "status": TurnStatus.DONE})

    patch.setattr(claims, "_was_kept", hasty)


def no_lease_is_taken(patch: Patch) -> None:
    patch.setattr(claims, "until", lambda db, seconds: None)


def leases_are_ignored(patch: Patch) -> None:
    patch.setattr(claims, "is_leased", lambda db, head: False)


def a_claim_keeps_the_fence(patch: Patch) -> None:
    """The fencing token is not incremented."""
    run = Db.run

    def lax(db: Db, statement: Any, values: Any) -> int:
        if statement is statements.claim_context:
            values = {**values, "new_fence": values["new_fence"] - 1}
        return run(db, statement, values)

    take = claims._take_lease

    def taking(db: Db, taken: Claim, *rest: Any) -> None:
        take(db, taken, *rest)
        taken.fence -= 1

    patch.setattr(Db, "run", lax)
    patch.setattr(claims, "_take_lease", taking)


def a_lost_claim_is_not_taken_over(patch: Patch) -> None:
    """Whose answer was lost: its own lease keeps it out."""
    claim = claims.claim

    def forgetful(db: Db, hot: HotContexts, wanted: claims.Wanted) -> Any:
        return claim(db, hot, replace(wanted, again=False))

    patch.setattr(claims, "claim", forgetful)


def a_session_is_not_locked(patch: Patch) -> None:
    """Two claims read the same fence."""
    patch.setattr(reading, "locked_head", reading.head)


def writers_begin_deferred(patch: Patch) -> None:
    patch.setattr(SqliteDriver, "begin", lambda self, raw, write: raw.execute("BEGIN DEFERRED"))
    patch.setattr(SqliteDriver, "takes_turns", lambda self, write: False)


# -- waiting ---------------------------------------------------------------------------------


def nobody_heeds_the_line(patch: Patch) -> None:
    """Whoever comes when the session is free goes first."""
    goes_first = lining.goes_first

    def pushing(db: Db, head: Any, known: Any, wanted: claims.Wanted, busy: bool) -> bool:
        return not busy or goes_first(db, head, known, wanted, busy)

    patch.setattr(lining, "goes_first", pushing)


def a_commit_forgets_who_waits(patch: Patch) -> None:
    """The next number is given twice."""
    patch.setattr(statements, "update_context", _update_context("nothing"))


def a_place_lasts_for_ever(patch: Patch) -> None:
    patch.setattr(lining, "living", lambda db, session: db.rows(lining.in_line, session=session))


# -- keeping ---------------------------------------------------------------------------------


def no_fence(patch: Patch) -> None:
    patch.setattr(statements, "update_context", _update_context("fence"))


def no_revision(patch: Patch) -> None:
    patch.setattr(statements, "update_context", _update_context("revision"))


def a_heartbeat_needs_no_fence(patch: Patch) -> None:
    whole: Any = statements.renew_lease
    first = whole.whereclause.clauses[0]
    new = {"lease_until": statements.bindparam("new_lease")}
    patch.setattr(statements, "renew_lease", update(statements.CONTEXT).where(first).values(new))


def the_commit_is_split_in_two(patch: Patch) -> None:
    context = keeping._context

    def split(db: Db, claim: Claim, kept: Kept) -> None:
        context(db, claim, kept)
        db.text("COMMIT")
        db.text("BEGIN")

    patch.setattr(keeping, "_context", split)


def messages_have_a_transaction_of_their_own(patch: Patch) -> None:
    """After that of the turn."""
    commit, many = SqlStore._commit, Db.run_many
    later: list[Any] = []

    def put_off(db: Db, statement: Any, rows: Any) -> None:
        if statement is statements.insert_message and db is not later:
            later.append((statement, rows))
        else:
            many(db, statement, rows)

    def committing(store: SqlStore, db: Db, claim: Claim, kept: Kept) -> None:
        later.clear()
        patch.setattr(Db, "run_many", put_off)
        commit(store, db, claim, kept)
        patch.setattr(Db, "run_many", many)
        with store.database.transaction() as own:
            [many(own, *each) for each in later]

    patch.setattr(SqlStore, "_commit", committing)


def acknowledged_before_the_commit(patch: Patch) -> None:
    """A turn is kept when the next one begins."""
    commit, arrive = SqlStore.commit, SqlStore.arrive
    waiting: list[Any] = []

    def put_off(store: SqlStore, *turn: Any) -> None:
        commit(store, *turn) if store.address.in_memory else waiting.append(turn)

    def arriving(store: SqlStore, wanted: claims.Wanted) -> Claim | None:
        while waiting:
            commit(store, *waiting.pop())
        return arrive(store, wanted)

    patch.setattr(SqlStore, "commit", put_off)
    patch.setattr(SqlStore, "arrive", arriving)


def no_row_in_the_log(patch: Patch) -> None:
    """The context moves on, and its turn is not written."""
    run = Db.run

    def lax(db: Db, statement: Any, values: Any) -> int:
        skipped = (statements.insert_turn, statements.finish_turn)
        new = values.get("number", values.get("of_number"))
        return 1 if statement in skipped and new else run(db, statement, values)

    patch.setattr(Db, "run", lax)


def no_context_is_written(patch: Patch) -> None:
    patch.setattr(keeping, "_context", lambda db, claim, kept: None)


def a_digest_of_half_the_text(patch: Patch) -> None:
    whole: Any = claims.Wanted.digest

    def half(wanted: claims.Wanted) -> str:
        digest: str = whole.fget(replace(wanted, text=wanted.text[: len(wanted.text) // 2]))
        return digest

    patch.setattr(claims.Wanted, "digest", property(half))


def a_failed_turn_keeps_what_it_had(patch: Patch) -> None:
    """COMMIT where ROLLBACK belongs."""

    def undo(db: Db) -> None:
        db._driver.text(db._raw, "COMMIT") if db._raw.in_transaction else None

    patch.setattr(Db, "_undo", undo)


def hot_contexts_are_believed(patch: Patch) -> None:
    def get(hot: HotContexts, session_id: str, revision: int, updated_at: Any) -> Any:
        return hot._contexts.get(session_id)

    patch.setattr(HotContexts, "get", get)


# -- answers that were lost ------------------------------------------------------------------


def a_lost_answer_counts_as_kept(patch: Patch) -> None:
    patch.setattr(SqlStore, "_settle", lambda store, claim, kept: None)


def a_lost_commit_is_kept_again_without_looking(patch: Patch) -> None:
    patch.setattr(claims, "is_done", lambda db, claim: False)


MUTANTS = (
    Mutant(apply=no_key_is_looked_up, seen_by=scenes.killed, says="worker failed|UNIQUE|unique"),
    Mutant(apply=a_pending_turn_counts_as_done, seen_by=scenes.killed, says="not what was said"),
    Mutant(apply=no_lease_is_taken, seen_by=scenes.busy, says="two workers have one session"),
    Mutant(apply=leases_are_ignored, seen_by=scenes.busy, says="two workers have one session"),
    Mutant(apply=a_claim_keeps_the_fence, seen_by=scenes.zombie, says="over a newer lease"),
    Mutant(apply=a_lost_claim_is_not_taken_over, seen_by=scenes.answers_lost, says="SessionBusy"),
    Mutant(
        apply=a_session_is_not_locked,
        seen_by=scenes.at_once,
        says="unique|LeaseLost",
        kinds=("postgresql",),
    ),
    Mutant(apply=nobody_heeds_the_line, seen_by=scenes.in_line, says="before those who came"),
    Mutant(apply=a_commit_forgets_who_waits, seen_by=scenes.in_line, says="(?i)unique"),
    Mutant(apply=a_place_lasts_for_ever, seen_by=scenes.in_line, says="the dead hold up"),
    Mutant(apply=writers_begin_deferred, seen_by=scenes.at_once, says="locked", kinds=("file",)),
    Mutant(apply=no_fence, seen_by=scenes.zombie, says="over a newer lease"),
    Mutant(apply=no_revision, seen_by=scenes.late, says="(?i)unique|over a newer one"),
    Mutant(apply=a_heartbeat_needs_no_fence, seen_by=scenes.undead, says="is believed"),
    Mutant(apply=the_commit_is_split_in_two, seen_by=scenes.killed, says="revision is"),
    Mutant(
        apply=messages_have_a_transaction_of_their_own,
        seen_by=scenes.killed,
        says="messages, but",
    ),
    Mutant(apply=acknowledged_before_the_commit, seen_by=scenes.killed, says="acknowledged"),
    Mutant(apply=no_row_in_the_log, seen_by=scenes.killed, says="revision is"),
    Mutant(apply=no_context_is_written, seen_by=scenes.killed, says="UNIQUE"),
    Mutant(apply=a_digest_of_half_the_text, seen_by=scenes.killed, says="not what the log"),
    Mutant(
        apply=a_failed_turn_keeps_what_it_had,
        seen_by=scenes.statements_fail,
        says="revision is",
        kinds=("file",),
    ),
    Mutant(apply=hot_contexts_are_believed, seen_by=scenes.beside, says="LeaseLost"),
    Mutant(apply=a_lost_answer_counts_as_kept, seen_by=scenes.answers_lost, says="acknowledged"),
    Mutant(
        apply=a_lost_commit_is_kept_again_without_looking,
        seen_by=scenes.answers_lost,
        says="LeaseLost",
    ),
)
