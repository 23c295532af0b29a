"""The audit: which conversations there were, of whom, and what they came to."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.bot import Bot
from coach.errors import InvalidValue, SessionNotFound
from coach.stores import audit, statements
from coach.stores.audit import GROUPS, Which
from coach.stores.sql import SqlStore
from coach.testing import FakeClock

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def talks(make_bot: Callable[..., Bot]) -> Callable[..., None]:
    """Conversations: `talks(begun, user, caller, account, says)`."""
    clock = FakeClock(NOON)
    bot = make_bot(clock=clock)

    def talk(at: datetime, user: str, caller: str, account: str | None, *says: str) -> None:
        clock.now = at
        session = bot.session(user, new=True, caller=caller, account=account)
        for words in says:
            session.say(words)

    return talk


@pytest.fixture
def week(talks: Callable[..., None]) -> None:
    """Five conversations on three days, through two callers."""
    talks(NOON, "ada", "web", "acme", "run a marathon", "a medal")
    talks(NOON + DAY, "ada", "web", "acme")
    talks(NOON + DAY, "ben", "web", None, "finish")
    talks(NOON + 2 * DAY, "ben", "app", "acme", "run")
    talks(NOON + 2 * DAY, "cyd", "app", None)


def test_recent_are_the_newest_first(store: SqlStore, week: None):
    """As many as were asked for."""
    lines = audit.recent(store, limit=3)
    assert [line.created_at for line in lines] == [NOON + 2 * DAY, NOON + 2 * DAY, NOON + DAY]
    assert {line.user_id for line in lines[:2]} == {"ben", "cyd"}
    assert audit.recent(store)[3:][-1].messages == 5


@pytest.mark.parametrize(
    ("which", "users"),
    [
        (Which(caller_id="web"), ["ada", "ada", "ben"]),
        (Which(user_id="ben"), ["ben", "ben"]),
        (Which(account_id="acme"), ["ada", "ada", "ben"]),
        (Which(status="finished"), ["ben"]),
        (Which(since=NOON + DAY), ["ada", "ben", "ben", "cyd"]),
        (Which(until=NOON + DAY), ["ada"]),
        (Which(since=NOON + DAY, until=NOON + 2 * DAY), ["ada", "ben"]),
        (Which(caller_id="web", user_id="ada", since=NOON + DAY), ["ada"]),
        (Which(caller_id="nobody"), []),
    ],
)
def test_conditions_hold_together(store: SqlStore, week: None, which: Which, users: list[str]):
    """All of them; a range begins with `since` and ends before `until`."""
    assert sorted(line.user_id for line in audit.recent(store, which)) == users
    total = sum(used.conversations for used in audit.usage(store, "day", which))
    assert total == len(users)


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("caller", [("web", 3), ("app", 2)]),
        ("user", [("ben", 2), ("ada", 2), ("cyd", 1)]),
        ("account", [("acme", 3), (None, 2)]),
        ("flow", [("grow", 5)]),
        ("day", [("2026-05-04", 1), ("2026-05-05", 2), ("2026-05-06", 2)]),
    ],
)
def test_usage_is_summed_up(store: SqlStore, week: None, by: str, found: list[tuple[str, int]]):
    """By each of the five; those with most tokens first, days in their order."""
    assert [(used.key, used.conversations) for used in audit.usage(store, by)] == found


def test_usage_adds_up_what_the_rows_count(store: SqlStore, week: None):
    """Messages and tokens are those of the messages that are there."""
    [web, _] = audit.usage(store, "caller")
    said = [store.messages(line.session_id) for line in audit.recent(store, Which(caller_id="web"))]
    assert web.messages == sum(map(len, said)) == 9
    assert web.tokens == sum(message.tokens for talk in said for message in talk)


def test_tool_runs_are_counted(store: SqlStore, bot: Bot):
    """Each one, also when the turn is undone that it belongs to."""
    talk = bot.session("ada", id="s")
    talk.say("run a marathon")
    talk.update(lambda context: context.add_tool_run("calendar"))
    talk.update(lambda context: context.add_tool_run("calendar"))
    talk.undo()
    assert audit.recent(store)[0].tool_calls == talk.context.tool_calls_count == 2
    assert audit.usage(store)[0].tool_calls == 2


def test_history_is_every_message_in_order(store: SqlStore, bot: Bot):
    """What was taken back is part of it; nothing of a session that is not there."""
    talk = bot.session("ada", id="s")
    talk.say("run a marathon")
    talk.undo()
    said = audit.history(store, "s")
    assert [(m.seq, m.withdrawn) for m in said][1:3] == [(2, True), (3, True)]
    assert said[1].token_count == said[1].tokens
    assert said[1].created_at == said[1].at
    with pytest.raises(SessionNotFound):
        audit.history(store, "t")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"status": "activ"}, "has the status 'activ'. Did you mean 'active'"),
        ({"since": datetime(2026, 5, 4)}, "since=.* has no time zone"),
        ({"since": NOON, "until": NOON}, "no time is between"),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict, says: str):
    """It says what would work."""
    with pytest.raises(InvalidValue, match=says):
        Which(**wrong)


def test_a_wrong_group_or_limit_is_refused(store: SqlStore):
    """With those there are."""
    with pytest.raises(InvalidValue, match=r"by 'callers'\. Did you mean 'caller'"):
        audit.usage(store, "callers")
    for limit in (0, -1, 2**31):
        with pytest.raises(InvalidValue, match="take 1 or more"):
            audit.recent(store, limit=limit)


@pytest.mark.parametrize(
    ("which", "index"),
    [
        (Which(caller_id="x", since=NOON), "coach_context_of_caller"),
        (Which(account_id="x", since=NOON), "coach_context_of_account"),
        (Which(since=NOON), "coach_context_by_begin"),
    ],
)
def test_an_index_serves_what_is_recent(file_store: SqlStore, which: Which, index: str):
    """No other conversation is looked at, and nothing is sorted."""
    names = tuple(which.said)
    prepared = file_store.database.prepared(audit._recent(names))
    with file_store.database.transaction(write=False) as db:
        explained = f"EXPLAIN QUERY PLAN {prepared.sql}"
        values = {**which.said, "limit": 5}
        plan = [row[3] for row in db._raw.execute(explained, prepared.parameters(values))]
    assert any(f"USING INDEX {index}" in step for step in plan)
    assert not any(step.startswith("SCAN coach_message") for step in plan)


CALLS = st.tuples(st.sampled_from("ab"), st.sampled_from(["x", None]), st.integers(0, 3))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(CALLS, max_size=6))
def test_every_way_of_summing_up_comes_to_the_same(make_bot: Callable[..., Bot], calls: list):
    """What one group lacks another has; and each is what the sessions say one by one."""
    bot = make_bot(on=SqlStore())
    for user, account, turns in calls:
        talk = bot.session(user, new=True, account=account)
        [talk.say("run") for _ in range(turns)]
    counted: dict = defaultdict(int)
    for line in bot.store.sessions():
        counted[line.account_id] += line.messages
    assert {u.key: u.messages for u in audit.usage(bot.store, "account")} == counted
    totals = {sum(u.tokens for u in audit.usage(bot.store, by)) for by in GROUPS}
    assert totals == {sum(line.tokens for line in bot.store.sessions())}
    bot.close()


def test_no_message_is_looked_at():
    """The statements know one table."""
    for statement in (audit._recent(("since",)), audit._usage_by("day", ())):
        assert [found.name for found in statement.get_final_froms()] == [statements.CONTEXT.name]
