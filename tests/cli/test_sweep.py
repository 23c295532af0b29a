"""`coach store sweep`: what is due is done and told."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from coach.bot import Bot
from coach.stores.sql import SqlStore
from coach.testing import FakeClock

LONG_AGO = datetime.now(UTC) - timedelta(days=60)


@pytest.fixture
def shelf(file_url: str) -> str:
    """A store with a session of 60 days ago, whose last turn nobody finished."""
    store = SqlStore(file_url)
    Bot("grow", store, clock=FakeClock(LONG_AGO)).session("ada", id="s")
    store.claim("s", "k", "run a marathon", LONG_AGO, hold=False)
    with store.database.transaction() as db:
        db.text("UPDATE coach_context SET lease_until = 1")
        db.text("UPDATE coach_turn SET retry_at = 1 WHERE status = 'pending'")
    store.close()
    return file_url


def test_a_pass_says_what_it_has_done(run, shelf: str):
    """And the next one that nothing was due."""
    assert run("store", "sweep", "--store", shelf).stdout == "1 answered\n"
    assert run("store", "sweep", "--store", shelf).stdout == "nothing was due\n"
    assert "run a marathon" in run("session", "show", "s", "--store", shelf).stdout


def test_turns_can_be_left_to_the_bot(run, shelf: str, monkeypatch: pytest.MonkeyPatch):
    """The rest is done."""
    monkeypatch.setenv("COACH_TIME__EXPIRE_AFTER", "30 days")
    document = json.loads(run("store", "sweep", "--no-retry", "--store", shelf, "--json").stdout)
    assert (document["answered"], document["expired"]) == ([], ["s"])
    shown = run("session", "show", "s", "--store", shelf).stdout
    assert "(expired: nothing happened for 30 days)" in shown
    assert "pending  'run a marathon' (key k)\n" in shown


def test_why_a_turn_has_failed_is_shown(run, shelf: str):
    """With how often it was tried."""
    with (store := SqlStore(shelf)).database.transaction() as db:
        db.text("UPDATE coach_turn SET tries = 3, problem = 'Boom' WHERE status = 'pending'")
    store.close()
    assert run("store", "sweep", "--store", shelf).stdout == "1 failed\n"
    shown = run("session", "show", "s", "--store", shelf)
    assert "failed   'run a marathon' (key k): tried 3 times, Boom\n" in shown.stdout
    document = json.loads(run("session", "show", "s", "--store", shelf, "--json").stdout)
    (turn,) = document["unanswered"]
    assert (turn["status"], turn["tries"], turn["problem"]) == ("failed", 3, "Boom")


def test_a_setting_that_is_no_span_is_named(run, shelf: str, monkeypatch: pytest.MonkeyPatch):
    """With what it was."""
    monkeypatch.setenv("COACH_TIME__EXPIRE_AFTER", "soon")
    result = run("store", "sweep", "--store", shelf)
    assert result.exit_code == 1
    assert "COACH_TIME__EXPIRE_AFTER='soon' cannot be used" in result.stderr
