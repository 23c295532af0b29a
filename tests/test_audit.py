"""The audit's door."""

from datetime import timedelta

from coach.audit import Audit
from coach.bot import Bot
from coach.testing import FakeClock


def test_a_store_can_be_audited_without_a_flow(file_url: str):
    """By its address."""
    bot = Bot("grow", file_url, clock=FakeClock())
    bot.session("ada", caller="web")
    bot.close()
    found = Audit(file_url)
    assert [line.caller_id for line in found.recent()] == ["web"]
    assert found.usage("flow")[0].key == "grow"
    found.store.close()


def test_each_condition_is_passed_on(bot: Bot):
    """All by keyword."""
    bot.session("ada", caller="web", account="acme")
    [at] = [line.created_at for line in bot.audit.recent()]
    everything = {"caller_id": "web", "user_id": "ada", "account_id": "acme", "since": at}
    everything["until"] = at + timedelta(seconds=1)
    assert len(bot.audit.recent(**everything, status="active", limit=1)) == 1
    assert len(bot.audit.usage(**everything)) == 1
    for name in ("caller_id", "user_id", "account_id"):
        assert bot.audit.recent(**{name: "x"}) == bot.audit.usage(**{name: "x"}) == []
    assert bot.audit.recent(until=at) == bot.audit.usage(until=at) == []
    assert bot.audit.recent(status="finished") == []
