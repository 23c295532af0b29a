"""Forks and rewinds on the shelf: what a broken connection leaves, and what a log says."""

from collections.abc import Callable
from typing import Any

import pytest

from coach.bot import Bot
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock

BREAK = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@pytest.mark.parametrize("at", ["COMMIT", "committed"])
@pytest.mark.parametrize(
    ("act", "sessions", "revision"),
    [(lambda talk: talk.fork(id="f"), 2, 2), (lambda talk: talk.rewind(1), 1, 3)],
)
def test_a_commit_of_unknown_outcome_is_kept_once(
    postgres_store: SqlStore, postgres_url: str, act: Any, sessions: int, revision: int, at: str
):
    """The connection breaks right before it, or right after, before the answer."""
    talk = Bot("grow", postgres_store, clock=FakeClock()).session("ada", id="s")
    for line in ("run a marathon", "a medal"):
        talk.say(line)
    other = SqlStore(postgres_url)

    def watch(what: str, sql: str) -> None:
        if at in (what, sql) and postgres_store.database.watcher is not None:
            postgres_store.database.watcher = None
            with other.database.transaction() as db:
                db.text(BREAK)

    postgres_store.database.watcher = watch
    act(talk)
    other.close()
    assert (len(postgres_store.sessions()), talk.context.revision) == (sessions, revision)
    assert check(postgres_store).faults == ()


def test_a_fork_holds_its_own_name_only(make_bot: Callable[..., Bot], dump: Any):
    """Also in the documents of its log: nothing leads back but `forked_from`."""
    bot = make_bot()
    talk = bot.session("ada", id="origin-of-it")
    for _ in range(51):
        talk.say("?")
    fork = talk.fork(id="f")
    bot.store.delete("origin-of-it")
    assert check(bot.store).faults == ()
    rows = str(dump(bot.store)["coach_turn"])
    assert rows.count("origin-of-it") == rows.count("forked_from") == 2
    assert fork.say("run a marathon").revision == 52


def test_a_rewind_looks_at_no_more_than_it_takes_back(talk: Session):
    """The log before it is not read."""
    for _ in range(60):
        talk.say("?")
    with talk.services.store.database.transaction() as db:
        db.text("UPDATE coach_turn SET patch = 'no JSON' WHERE number BETWEEN 1 AND 50")
    assert talk.rewind(55).revision == 61
