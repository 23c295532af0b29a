"""`coach store info` with a cache."""

import json

import pytest

from coach.bot import Bot
from coach.testing.redis_server import RedisServer


@pytest.fixture
def cached(file_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store that two processes have used, by the setting."""
    monkeypatch.setenv("COACH_CACHE", redis_url)
    bots = Bot("grow", file_url), Bot("grow", file_url)
    for bot in bots:
        bot.session("ada", id="s").say("run a marathon")
        bot.close()
    return file_url


def test_info_tells_of_what_use_it_was(run, cached: str, redis: RedisServer):
    """For all processes together, in one line and as data."""
    last = run("store", "info", "--store", cached).stdout.splitlines()[-1]
    counts = "1 entries; 1 hits, 1 misses, 0 stale, 0 forged, 0 errors (50.0% hits)"
    assert last == f"{redis.url}: {counts}"
    document = json.loads(run("store", "info", "--store", cached, "--json").stdout)
    assert document["cache"]["stats"]["hits"] == 1


def test_without_a_cache_there_is_nothing_to_tell(run, cached: str, monkeypatch):
    """Nor with one that this store never used."""
    monkeypatch.delenv("COACH_CACHE")
    document = json.loads(run("store", "info", "--store", cached, "--json").stdout)
    assert document["cache"] is None
    assert "hits" not in run("store", "info", "--store", cached).stdout
