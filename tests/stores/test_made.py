"""What is made in a conversation is kept with it: versions and verdicts, and undone with it."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.bot import Bot
from coach.record.context import SPENT, CoachContext
from coach.record.delta import apply
from coach.stores.check import check
from coach.stores.folding import fold
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.vocabulary import commands as c

SAID: dict[str, Any] = {
    "project": "a reading club app",
    "problem": "people forget when we meet",
    "audience": "readers",
    "scale": "a team",
    "needs": ["remind", "vote"],
    "priority": "vote",
    "platform": "web",
    "deadline": "2027-06-01",
    "budget_note": "forty hours",
}
WHOLE = [c.Set(field=name, value=value) for name, value in SAID.items()]
named = st.sampled_from(["spec", "plan", "d1", "d2"])
moves = st.one_of(
    st.builds(c.Note, artifact=named, content=st.sampled_from(["x", "y"])),
    st.builds(c.Review, artifact=named, verdict=st.sampled_from(["approved", "rejected"])),
    st.builds(c.Correct, field=st.just("platform"), value=st.sampled_from(["web", "mobile"])),
    st.builds(c.Set, field=st.sampled_from(["as_meant", "signed"]), value=st.booleans()),
    st.just(c.Set(field="change", value="where it runs")),
    st.sampled_from([c.Back(), c.Undo(), c.Undo(), c.Restart(), c.SayNothing()]),
)

GIVEN_BACK = CoachContext.model_fields.keys() - set(SPENT)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(turns=st.lists(st.lists(moves, max_size=3), max_size=10))
def test_the_log_folds_to_what_was_made(turns: list[list[Any]], log: Any):
    """Forward by the patches, and backward by their inverses."""
    store = SqlStore()
    talk = Bot("requirements", store, clock=FakeClock()).session("ada", id="s")
    seen = [store.load("s").to_dict()]
    for commands in ([*WHOLE], *turns):
        talk.say("something", heard=commands)
        seen.append(store.load("s").to_dict())
    rows = log(store)
    assert [fold(rows, through=n) for n in range(len(seen))] == seen
    for row in reversed(rows[1:]):
        before = apply(seen.pop(), row["inverse"])
        assert {n: before[n] for n in GIVEN_BACK} == {n: seen[-1][n] for n in GIVEN_BACK}
    assert check(store).faults == ()
    store.close()
