"""What is due: when, once, and what it moves."""

from datetime import UTC, datetime, timedelta

import pytest

from coach.flows.check import check_flow
from coach.flows.flow import Due, Flow
from coach.flows.load import parse_flow
from coach.record.context import CoachContext
from coach.vocabulary.commands import Correct, Finish, Set

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
TEXT = """
flow: plan
start: plan
due:
  - {trigger: remind, at: by}
  - {trigger: nudge, after: 3 days}
  - {trigger: overdue, at: $tasks, hour: 18}
stages:
  plan:
    collect:
      what: {type: text, ask: What?}
      by: {type: date, ask: By when?}
    next: [{to: ask, trigger: remind, because: the day has come}]
  ask:
    collect: {how: {type: text, ask: How did it go?}}
    next: [{to: done, when: has(how)}]
  done: {final: true}
anywhere: [{trigger: nudge, to: $history, from: ask}]
"""


@pytest.fixture(scope="module")
def plan() -> Flow:
    return parse_flow(TEXT)


@pytest.fixture
def planned(plan: Flow) -> CoachContext:
    """By the 9th, said on the 5th at noon."""
    begun = plan.begin(now=NOON).context
    said = [Set(field="what", value="write"), Set(field="by", value="2026-01-09")]
    return plan.step(begun, said, NOON).context


def test_something_is_due_after_silence_from_the_first_word_on(plan: Flow):
    assert plan.begin(now=NOON).context.due_at == NOON + timedelta(days=3)


def test_the_next_thing_that_is_due_is_known(plan: Flow, planned: CoachContext):
    """First the silence, then the day at nine."""
    planned.last_message_at = NOON
    assert planned.due_at == NOON + timedelta(days=3)
    rung = plan.ring(planned, NOON + timedelta(days=3)).context
    assert rung.due_at == datetime(2026, 1, 9, 9, 0, tzinfo=UTC)


def test_a_trigger_moves_where_a_rule_waits_for_it(plan: Flow, planned: CoachContext):
    """As a move by that trigger; the question is then that of the new stage."""
    context, decision = plan.ring(planned, NOON + timedelta(days=10))
    assert (context.stage, context.asks) == ("ask", "how")
    assert [(move.trigger, move.because) for move in decision.moves] == [
        ("remind", "the day has come")
    ]
    assert decision.events == ("nudge was due", "remind was due")
    assert (context.revision, context.messages) == (planned.revision + 1, planned.messages)


def test_each_is_fired_once(plan: Flow, planned: CoachContext):
    later = NOON + timedelta(days=10)
    rung = plan.ring(planned, later).context
    again, decision = plan.ring(rung, later)
    assert (rung.due_at, decision.events, again.stage) == (None, (), "ask")


def test_another_day_is_due_again(plan: Flow, planned: CoachContext):
    later = NOON + timedelta(days=10)
    rung = plan.ring(planned, later).context
    moved = plan.step(rung, [Correct(field="by", value="2026-02-01")], later).context
    assert moved.due_at == later + timedelta(days=3)
    moved.last_message_at = later
    after = plan.ring(moved, later + timedelta(days=4)).context
    assert after.due_at == datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


def test_open_tasks_are_due_each_on_its_day(plan: Flow, planned: CoachContext):
    """One that is done is not, nor one without a day."""

    def take_on(context: CoachContext) -> None:
        context.add_task("call", due="2026-01-06")
        context.settle_task(context.add_task("write", due="2026-01-05").id)
        context.add_task("rest")
        context.add_task("odd", due="soon")

    context = plan.amend(planned, take_on, NOON).context
    assert context.due_at == datetime(2026, 1, 6, 18, 0, tzinfo=UTC)
    rung, decision = plan.ring(context, datetime(2026, 1, 6, 18, 0, tzinfo=UTC))
    assert (decision.events, rung.fired) == (("overdue was due",), {"overdue k1": "2026-01-06"})


def test_a_finished_session_still_has_days_but_no_silence(plan: Flow, planned: CoachContext):
    """And stays finished."""
    ended = plan.step(planned, [Finish(reason="enough")], NOON).context
    assert ended.due_at == datetime(2026, 1, 9, 9, 0, tzinfo=UTC)
    rung, decision = plan.ring(ended, NOON + timedelta(days=10))
    assert (rung.finished, rung.stage, decision.events) == (True, "plan", ("remind was due",))


def test_what_is_due_is_not_what_undo_takes_back(plan: Flow, planned: CoachContext):
    rung = plan.ring(planned, NOON + timedelta(days=10)).context
    assert rung.undo_head == planned.undo_head


def test_a_flow_without_it_costs_nothing(grow: Flow):
    assert grow.begin(now=NOON).context.due_at is None


@pytest.mark.parametrize(
    ("due", "code"),
    [
        (Due(trigger="remind"), "F601"),
        (Due(trigger="remind", at="by", after="1 day"), "F601"),
        (Due(trigger="remind", at="what"), "F602"),
        (Due(trigger="remind", at="bye"), "F602"),
        (Due(trigger="alarm", at="by"), "F603"),
    ],
)
def test_what_cannot_become_due_is_found(plan: Flow, due: Due, code: str):
    flow = plan.model_copy(update={"due": (due,)})
    assert [finding.code for finding in check_flow(flow)] == [code]


def test_a_wrong_key_is_named():
    """With the key that was meant."""
    with pytest.raises(Exception, match=r"'trigge'.* item 1 of 'due'.*Did you mean 'trigger'"):
        parse_flow(TEXT.replace("{trigger: remind, at: by}", "{trigge: remind, at: by}"))
