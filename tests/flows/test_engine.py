"""The engine: one pure step, and a decision that says why."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coach.errors import FlowError, FlowLoopError, FlowVersionMismatch, GuardError
from coach.flows.flow import Flow
from coach.flows.registry import Registry
from coach.flows.scope import Scope
from coach.flows.walker import turns_left
from coach.record.context import CoachContext
from coach.vocabulary import commands as c
from coach.vocabulary.decision import Candidate, Outcome
from coach.vocabulary.words import Verdict

TEXT = {"type": "text", "ask": "?"}


# -- purity --------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_step_never_touches_the_context_it_is_given(
    walk: Any, orders: Any, grow: Flow, nested: Flow, data: st.DataObject
) -> None:
    """Random commands: every context of the walk still reads as when it was made."""
    flow = data.draw(st.sampled_from([grow, nested]))
    here = walk(flow)
    read = [here.context.to_dict()]
    for commands in data.draw(st.lists(orders(flow), max_size=12)):
        here(*commands)
        read.append(here.context.to_dict())
        assert len(here.decision.rulings) == len(commands)
        assert here.context.stage == here.decision.stage
        assert here.context == CoachContext.from_dict(read[-1])
    assert [context.to_dict() for context in here.past] == read


@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_the_same_commands_give_the_same_step(
    walk: Any, orders: Any, grow: Flow, data: st.DataObject
) -> None:
    """A walk replayed from stored commands arrives where it arrived."""
    route = data.draw(st.lists(orders(grow), max_size=8))
    one, two = walk(grow), walk(grow)
    for commands in route:
        one(*commands)
        two(*[c.parse(c.dump(command)) for command in commands])
        assert one.context == two.context
        assert one.decision == two.decision


def test_a_context_of_another_flow_is_refused(walk: Any, grow: Flow) -> None:
    """The text names both."""
    other = Flow.model_validate(grow.to_dict() | {"version": 2})
    says = r"the context is on grow@1 \(\w{8}\), this flow is grow@2"
    with pytest.raises(FlowVersionMismatch, match=says):
        other.step(walk(grow).context, [])


def test_a_flow_with_errors_does_not_run() -> None:
    """All of them are listed."""
    rules = [{"to": "nowhere", "when": "has(gaol)"}]
    stages = {"a": {"collect": {"goal": TEXT}, "next": rules}}
    with pytest.raises(FlowError) as error:
        Flow.model_validate({"flow": "f", "start": "a", "stages": stages}).begin()
    assert "flow 'f' cannot run:" in str(error.value)
    assert "'nowhere'" in str(error.value)
    assert "Did you mean 'goal'?" in str(error.value)


# -- time and counters -----------------------------------------------------------------------


def test_a_step_is_stamped_in_utc(grow: Flow) -> None:
    """Without a time the old stamp stays; a clock without a zone is refused."""
    noon = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    first = grow.begin(now=noon).context
    assert (
        first.created_at.isoformat() == first.updated_at.isoformat() == "2026-05-01T10:00:00+00:00"
    )
    later = grow.step(first, [], noon + timedelta(hours=1)).context
    assert (later.created_at, later.updated_at) == (noon, noon + timedelta(hours=1))
    assert later.updated_at.tzinfo is UTC
    assert grow.step(later, []).context.updated_at == later.updated_at
    with pytest.raises(ValueError, match="has no time zone"):
        grow.step(later, [], datetime(2026, 5, 1))


def test_beginning_links_to_the_session_before(grow: Flow) -> None:
    """A finished session stays; a new one knows where it came from."""
    context = grow.begin("s2", "ada", previous_session="s1").context
    assert (context.session_id, context.user_id, context.previous_session) == ("s2", "ada", "s1")
    assert (context.revision, context.undo_head, context.turns) == (0, None, 0)
    assert (context.flow, context.flow_version, context.flow_hash) == ("grow", 1, grow.hash)


def test_progress_goes_from_0_to_1_on_the_path_taken(walk: Any, grow: Flow) -> None:
    """And stands still in a pause."""
    here = walk(grow)
    seen = [here.context.progress]
    for command, answers in (
        (c.Decline(field="measure"), {"goal": "run 10k", "importance": 9}),
        (c.Trigger(name="pause"), {}),
        (c.Trigger(name="resume"), {"rating": 4, "obstacle": "time"}),
        (c.SayNothing(), {"options": ["a", "b"], "chosen": "a"}),
        (c.SayNothing(), {"action": "a", "due": "2026-06-01", "commitment": 9}),
    ):
        seen.append(here(command, **answers).context.progress)
    assert seen == [0.0, 0.25, 0.25, 0.5, 0.75, 1.0]


def test_the_budget_of_turns_runs_out_and_stays_at_0(walk: Any) -> None:
    """A rule can read what is left; the turn being taken counts."""
    script = {
        "flow": "f",
        "start": "a",
        "budget": {"turns": 2},
        "stages": {
            "a": {"next": [{"to": "b", "when": "turns_left == 0"}]},
            "b": {},
            "end": {"final": True},
        },
        "anywhere": [{"to": "end", "trigger": "end"}],
    }
    here = walk(script)
    assert [here().stage for _ in range(3)] == ["a", "b", "b"]
    assert turns_left(here.flow, here.context) == 0


def test_the_situation_is_what_hearing_may_know(walk: Any, grow: Flow) -> None:
    """The question, the fields, the triggers of this stage, and the clock."""
    here = walk(grow)
    now = here.context.updated_at + timedelta(days=1)
    situation = grow.situation(here.context, now)
    assert (situation.stage, situation.asks, situation.triggers) == ("goal", "goal", ("pause",))
    assert (situation.field, situation.now) == (grow.fields["goal"], now)
    assert (situation.proposal, situation.choices, situation.finished) == (None, (), False)
    assert grow.situation(here(c.Finish()).context).finished


# -- moves without an event ------------------------------------------------------------------


LOOP = {
    "a": {
        "collect": {"n": {"type": "number", "ask": "?"}},
        "next": [{"to": "b", "when": "n > 1"}, {"to": "end", "when": "n < 0"}],
    },
    "b": {"next": [{"to": "a", "when": "n > 2"}]},
    "end": {"final": True},
}


def test_a_loop_of_moves_is_stopped_and_told(walk: Any) -> None:
    """With its path; the context is as it was."""
    here = walk(**LOOP)
    before = here.context.to_dict()
    with pytest.raises(FlowLoopError) as error:
        here(n=3)
    assert "flow 'f' moved 32 times without a message (… a -> b -> a -> b" in str(error.value)
    assert "give one of these rules a guard that its own move makes false" in str(error.value)
    assert here.context.to_dict() == before
    assert here(n=2).stage == "b"


# -- errors of guards ------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["n / n > 1", "moody()"])
def test_a_guard_that_fails_raises_and_leaves_no_trace(walk: Any, when: str) -> None:
    """By default: a broken script should be noticed."""
    here = walk(guarded(when), Registry(guards={"moody": moody}))
    before = here.context.to_dict()
    with pytest.raises(GuardError, match="guard"):
        here(n=0)
    assert here.context.to_dict() == before


def test_a_guard_that_fails_blocks_where_the_flow_says_so(walk: Any) -> None:
    """With the reason in the decision, and the next rule is tried."""
    here = walk(guarded("moody()") | {"guard_errors": "block"}, Registry(guards={"moody": moody}))
    here(n=0)
    (check,) = here.decision.candidates[0].checks
    assert (check.verdict, here.stage) == (Verdict.ERROR, "c")
    assert check.reason == "guard 'moody' raised RuntimeError: not today"


def moody(context: CoachContext) -> bool:
    if context.has("n"):
        raise RuntimeError("not today")
    return False


def guarded(when: str) -> dict[str, Any]:
    stages = {
        "a": {
            "collect": {"n": {"type": "number", "ask": "?"}},
            "next": [{"to": "b", "when": when}, {"to": "c", "when": "has(n)"}],
        },
        "b": {"final": True},
        "c": {"final": True},
    }
    return {"flow": "f", "start": "a", "stages": stages}


# -- decisions -------------------------------------------------------------------------------


def test_a_decision_shows_every_rule_with_what_it_read(walk: Any) -> None:
    """In order: blocked, taken, not tried; each conjunct with its inputs."""
    here = walk(
        a={
            "collect": {"x": TEXT, "n": {"type": "number", "ask": "?"}},
            "next": [
                {"to": "b", "when": "has(x) and n > 3", "because": "much"},
                {"to": "c", "when": "n < 3 or declined(x)", "because": "little"},
                {"to": "b", "when": "n == 3"},
            ],
        },
        b={"final": True},
        c={"final": True},
    )(n=2)
    first, second, third = here.decision.candidates
    assert [x.outcome for x in here.decision.candidates] == ["blocked", "taken", "not_tried"]
    said = [(x.text, x.verdict.value, x.inputs) for x in (*first.checks, *second.checks)]
    assert said == [
        ("has(x)", "false", {"x": None}),
        ("n > 3", "false", {"n": 2}),
        ("n < 3 or declined(x)", "true", {"n": 2, "declined(x)": False}),
    ]
    assert (first.name, first.owner, first.rule, first.because) == ("a -> b", "a", 1, "much")
    assert (third.checks, here.decision.moves[0].because) == ((), "little")


def test_an_unknown_input_is_told_from_a_false_one(walk: Any, grow: Flow) -> None:
    """Commitment is not known: the rule is blocked, and says why."""
    here = walk(guarded("n > 3"))()
    assert here.decision.candidates[0].checks[0].verdict is Verdict.UNKNOWN


FIELDS: dict[str, Any] = {
    "goal": TEXT | {"optional": True},
    "n": {"type": "number", "ask": "?", "depends_on": ["goal"], "confirm": "below 0.8"},
    "m": {"type": "rating", "ask": "?", "default": 5},
    "ways": {"type": "list", "ask": "?"},
    "way": {"type": "choice", "from": "ways", "ask": "?"},
}
PARTS = [
    *("has(goal)", "n > 3", "m < 5", "n == 3", "declined(goal)", "confirmed(n)", "stale(n)"),
    *("asked(n) > 1", "count(ways) > 1", "turns_in_stage > 0", "turns_left < 7", "has(way)"),
    *("progress < 0.5", "open_assumptions(0.8) == 0", "matches(goal, 'r.n')", "not has(m)"),
    *("n > 3 or has(goal)", "n + m > 5"),
]
GUARDS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=2, unique=True)


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Any]:
    """A chain of stages, each with a way on, and some ways back."""
    size = draw(st.integers(2, 4))
    names = [f"s{i}" for i in range(size)]
    homes = {field: draw(st.sampled_from(names)) for field in FIELDS}
    stages: dict[str, Any] = {}
    for i, name in enumerate(names):
        ways = [names[i + 1] if i + 1 < size else "end"]
        ways += draw(st.lists(st.sampled_from([*names, "end"]), max_size=2))
        rules = [_rule(draw, to) for to in draw(st.permutations(ways))]
        collect = {field: FIELDS[field] for field, home in homes.items() if home == name}
        stages[name] = {"collect": collect, "next": rules}
    stages["end"] = {"final": True}
    anywhere = [{"trigger": "again", "to": "s0"}]
    return {
        "flow": "f", "start": "s0", "budget": {"turns": 9}, "stages": stages, "anywhere": anywhere,
    }  # fmt: skip


def _rule(draw: st.DrawFn, to: str) -> dict[str, Any]:
    forget = draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=2, unique=True))
    trigger = draw(st.sampled_from([{}, {}, {"trigger": "go"}]))
    return {"to": to, "when": " and ".join(draw(GUARDS)), "forget": forget, **trigger}


class Witness:
    """A guard for each rule that notes the context as it was when the rule was looked at."""

    def __init__(self, script: dict[str, Any]) -> None:
        self.seen: list[tuple[str, CoachContext]] = []
        self.registry = Registry()
        rules = [(f"{n}_{i}", r) for n, s in script["stages"].items() for i, r in _numbered(s)]
        for name, rule in rules:
            self.registry.guards[f"saw_{name}"] = self._noting(name)
            rule["when"] = f"saw_{name}() and ({rule['when']})"

    def _noting(self, name: str) -> Any:
        def saw(context: CoachContext) -> bool:
            self.seen.append((name, context.fork()))
            return True

        return saw

    def of(self, candidates: list[Candidate]) -> list[CoachContext]:
        """The context of each candidate: matched from the end, since only checks of the way
        taken (made before the step settles) leave no candidate behind."""
        found = []
        for candidate in reversed(candidates):
            name = f"{candidate.owner}_{candidate.rule}"
            while (noted := self.seen.pop())[0] != name:
                pass
            found.append(noted[1])
        return found[::-1]


def _numbered(stage: dict[str, Any]) -> Any:
    return enumerate(stage.get("next", ()), 1)


def fresh(flow: Flow, candidate: Candidate, context: CoachContext) -> list[Any]:
    """The guard of a candidate, evaluated anew on a context."""
    rules = flow.engine.machine.rules[candidate.stage]
    rule = next(r for r in rules if (r.owner, r.number) == (candidate.owner, candidate.rule))
    scope = Scope(context, flow.fields, flow.registry.guards, turns_left(flow, context))
    return [part.check(scope) for part in (rule.guard.conjuncts if rule.guard is not None else ())]


@settings(deadline=None, max_examples=120)
@given(script=flows(), data=st.data())
def test_a_decision_tells_the_truth(
    walk: Any, orders: Any, script: dict[str, Any], data: st.DataObject
) -> None:
    """Random flows, random commands: each recorded verdict and input equals a fresh evaluation
    on the context as it was at that moment, and the first rule that holds wins."""
    witness = Witness(script)
    try:
        here = walk(script, witness.registry)
    except FlowError:
        assume(False)
    for commands in data.draw(st.lists(orders(here.flow), min_size=4, max_size=10)):
        witness.seen.clear()
        try:
            here(*commands)
        except FlowLoopError:
            continue
        tried = [x for x in here.decision.candidates if x.outcome is not Outcome.NOT_TRIED]
        tried = [x for x in tried if x.owner != "anywhere"]
        for candidate, context in zip(tried, witness.of(tried), strict=True):
            assert fresh(here.flow, candidate, context) == list(candidate.checks)
        first_that_holds_wins(list(here.decision.candidates))


def first_that_holds_wins(candidates: list[Candidate]) -> None:
    over = False
    for candidate in candidates:
        holds = all(check.verdict is Verdict.TRUE for check in candidate.checks)
        if candidate.outcome is Outcome.NOT_TRIED:
            assert over
            assert candidate.checks == ()
        else:
            assert holds == (candidate.outcome is Outcome.TAKEN)
            over = holds
