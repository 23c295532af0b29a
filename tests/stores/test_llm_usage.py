"""What llms were asked: sums by whatever there is, and each llm by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.bot import Bot
from coach.calls.chain import LlmChain
from coach.calls.retry import Retry
from coach.errors import LlmUnavailable
from coach.flows.flow import Flow
from coach.stores import audit
from coach.stores.audit import Which
from coach.stores.llm_usage import Drift, quantile
from coach.stores.sql import SqlStore
from coach.testing import FailingLLM, FakeClock, ScriptedLLM
from coach.vocabulary.llm import Usage

NOON = datetime(2026, 5, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TOOK = Usage(input_tokens=100, cached_tokens=60, output_tokens=7)


@pytest.fixture
def asked(store: SqlStore, grow: Flow) -> None:
    """Ada's conversation of two days, the first by the second llm of a chain; ben's, offline."""
    clock = FakeClock(NOON)
    down = FailingLLM(LlmUnavailable("nobody is there"), times=1, then=scripted("one"), name="one")
    chain = LlmChain([down, scripted("two")], retry=Retry(tries=1))
    talk = Bot(grow, store, llm=chain, clock=clock).session("ada", account="acme")
    talk.say("run")
    clock.now = NOON + DAY
    talk.say("swim")
    Bot(grow, store, clock=clock).session("ben").say("run")


def scripted(name: str) -> ScriptedLLM:
    hear = [{"commands": []}] * 3
    return ScriptedLLM(hear=hear, speak=["Good."] * 3, usage=TOOK, name=name)


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("user", {"ada": (1, 5, 400), "ben": (1, 0, 0)}),
        ("account", {"acme": (1, 5, 400), None: (1, 0, 0)}),
        ("flow", {"grow": (2, 5, 400)}),
        ("day", {"2026-05-31": (1, 3, 200), "2026-06-01": (1, 2, 200)}),
        ("month", {"2026-05": (1, 3, 200), "2026-06": (1, 2, 200)}),
    ],
)
def test_calls_are_summed_up_beside_conversations(
    store: SqlStore, asked: None, by: str, found: dict[str | None, tuple[int, int, int]]
):
    """A call counts when it was made, a conversation when it began."""
    used = {u.key: (u.conversations, u.calls, u.input_tokens) for u in audit.usage(store, by)}
    assert used == found


def test_all_of_a_call_is_summed_up(store: SqlStore, asked: None):
    """Cached tokens are part of the input."""
    [used] = audit.usage(store, "flow")
    assert (used.input_tokens, used.cached_tokens, used.output_tokens) == (400, 240, 28)
    assert used.llm_ms == sum(one.llm_ms for one in audit.llms(store))


@pytest.mark.parametrize(
    ("which", "calls"),
    [
        (Which(), 5),
        (Which(user_id="ada"), 5),
        (Which(user_id="ben"), 0),
        (Which(account_id="acme", caller_id="ada"), 5),
        (Which(since=NOON + DAY), 2),
        (Which(until=NOON + DAY), 3),
        (Which(status="finished"), 0),
    ],
)
def test_conditions_hold_for_calls(store: SqlStore, asked: None, which: Which, calls: int):
    """The same ones, alone and together."""
    assert sum(used.calls for used in audit.usage(store, "flow", which)) == calls
    assert sum(used.calls for used in audit.llms(store, which)) == calls


def test_each_llm_is_told_by_purpose(store: SqlStore, asked: None):
    """A call that failed is one of its calls, and took nothing."""
    found = {(used.llm, used.purpose): used for used in audit.llms(store)}
    assert set(found) == {("one", "hear"), ("one", "speak"), ("two", "hear")}
    failing = found["one", "hear"]
    assert (failing.calls, failing.failed, failing.input_tokens) == (2, 1, 100)
    assert failing.median_ms <= failing.p95_ms <= failing.llm_ms


def test_drift_is_told_where_both_counts_are_known(store: SqlStore, grow: Flow):
    """Their tokens for each of ours."""
    llm = ScriptedLLM(speak=["Good."] * 3, hear=[{"commands": []}] * 3, usage=Usage())
    Bot(grow, store, llm=llm, clock=FakeClock()).session("ada").say("run")
    assert [used.drift for used in audit.llms(store)] == [None, None]
    Bot(grow, store, llm=scripted("x"), clock=FakeClock()).session("ben").say("run")
    drifts = [used.drift for used in audit.llms(store) if used.llm == "x"]
    assert all(isinstance(drift, Drift) and drift.calls == 1 for drift in drifts)


@given(st.lists(st.integers(), min_size=1), st.floats(0, 1))
def test_a_quantile_is_one_of_the_values(values: list[int], part: float):
    """No more than the rest of them are above it."""
    found = quantile(values, part)
    assert found in values
    assert sum(value > found for value in values) <= (1 - part) * len(values) + 1e-6


def test_sums_are_read_from_the_index_alone(file_store: SqlStore):
    """However long the turns are, SQLite looks at none of them."""
    seen: list[str] = []
    file_store.database.watch = lambda what, sql: seen.append(sql)  # type: ignore[method-assign]
    audit.usage(file_store, "user", Which(since=NOON))
    query = next(sql for sql in seen if "llm_ms" in sql)
    with file_store.database.transaction(write=False) as db:
        raw = db.raw.execute(f"EXPLAIN QUERY PLAN {query}", ["2026"])
        plan = " ".join(row[-1] for row in raw)
    assert "COVERING INDEX turn_asked" in plan
