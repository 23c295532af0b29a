"""Expressions: read, whitelisted, split at `and`, and answered with one of three values."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coach.errors import ExpressionError, GuardError
from coach.flows.expression import Expression, compile_expression
from coach.flows.flow import Flow
from coach.flows.scope import Scope
from coach.record.context import CoachContext
from coach.vocabulary import commands as c
from coach.vocabulary.words import Verdict

SCRIPT: dict[str, Any] = {
    "flow": "f",
    "start": "a",
    "budget": {"turns": 5},
    "stages": {
        "a": {
            "collect": {
                "goal": {"type": "text", "ask": "?"},
                "mood": {"type": "choice", "choices": ["good", "bad"], "ask": "?"},
                "n": {"type": "number", "ask": "?"},
                "m": {"type": "rating", "ask": "?"},
                "ok": {"type": "yesno", "ask": "?"},
                "due": {"type": "date", "ask": "?"},
                "ways": {"type": "list", "ask": "?"},
                "note": {"type": "text", "ask": "?", "optional": True, "depends_on": ["goal"]},
            }
        },
        "z": {"final": True},
    },
    "anywhere": [{"to": "z", "trigger": "end"}],
}
KNOWN = {
    "goal": "run 10k",
    "n": 3,
    "ok": True,
    "due": "2026-06-01",
    "ways": ["walk", "run"],
}


@pytest.fixture(scope="session")
def flow() -> Flow:
    return Flow.model_validate(SCRIPT)


@pytest.fixture(scope="session")
def context(flow: Flow) -> CoachContext:
    """goal, n, ok, due and ways are known, mood and m are not, note is declined."""
    said = [c.Set(field=name, value=value) for name, value in KNOWN.items()]
    return flow.step(flow.begin().context, [*said, c.Decline(field="note")]).context


@pytest.fixture(scope="session")
def compiled(flow: Flow) -> Callable[..., Expression]:
    return lambda text, *guards: compile_expression(text, flow.fields, guards)


@pytest.fixture(scope="session")
def verdict(flow: Flow, context: CoachContext, compiled: Any) -> Callable[..., Any]:
    """`verdict(text)`: the verdict of an expression of one conjunct."""

    def decide(text: str, **guards: Any) -> Verdict:
        scope = Scope(context, flow.fields, guards, 4)
        (part,) = compiled(text, *guards).conjuncts
        return part.check(scope).verdict

    return decide


T, F, U = "ok", "not ok", "m > 1"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        *((f"({a}) or ({b})", r) for a, b, r in [(T, T, "true"), (T, F, "true"), (F, F, "false")]),
        *((f"({a}) or ({b})", r) for a, b, r in [(T, U, "true"), (U, T, "true")]),
        *((f"({a}) or ({b})", r) for a, b, r in [(F, U, "unknown"), (U, U, "unknown")]),
        *((f"not (({a}) and ({b}))", r) for a, b, r in [(T, T, "false"), (T, F, "true")]),
        *((f"not (({a}) and ({b}))", r) for a, b, r in [(F, U, "true"), (U, F, "true")]),
        *((f"not (({a}) and ({b}))", r) for a, b, r in [(T, U, "unknown"), (U, U, "unknown")]),
        (f"not ({U})", "unknown"),
        (f"not not ({T})", "true"),
    ],
)
def test_and_or_and_not_follow_kleene(verdict: Any, text: str, says: str) -> None:
    """False and unknown is false, true or unknown is true, anything else unknown is unknown."""
    assert verdict(text) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("n == 3", "true"),
        ("n != 3", "false"),
        ("n < 4", "true"),
        ("n >= 3.5", "false"),
        ("-n == -3", "true"),
        ("n + 1 * 2 == 5", "true"),
        ("(n + 1) * 2 == 8", "true"),
        ("n / 2 == 1.5", "true"),
        ("n // 2 == 1", "true"),
        ("n % 2 == 1", "true"),
        ("m + 1 > 0", "unknown"),
        ("m == 1", "unknown"),
        ("m != 1", "unknown"),
        ("mood in ['good']", "unknown"),
        ("n in [1, 3]", "true"),
        ("n not in (1, 3)", "false"),
        ("goal == 'run 10k'", "true"),
        ("'run' in goal", "true"),
        ("'walk' in ways", "true"),
        ("goal in ways", "false"),
        ("ok == true", "true"),
        ("due > '2026-05-31'", "true"),
        ("'2026-06-01' == due", "true"),
        ("due.year == 2026", "true"),
        ("due.month > 6", "false"),
        ("has(goal)", "true"),
        ("has(m)", "false"),
        ("has(note)", "false"),
        ("declined(note)", "true"),
        ("declined(m)", "false"),
        ("confirmed(goal)", "true"),
        ("confirmed(m)", "false"),
        ("stale(goal)", "false"),
        ("asked(goal) == 1", "true"),
        ("asked(m) == 0", "true"),
        ("count(ways) == 2", "true"),
        ("count(goal) == 1", "true"),
        ("count(m) == 0", "true"),
        ("open_assumptions() == 0", "true"),
        ("open_assumptions(0.8) < 1", "true"),
        ("turns_in_stage == 1", "true"),
        ("turns_left == 4", "true"),
        ("progress < 1", "true"),
        (r"matches(goal, '^RUN \d+k$')", "true"),
        (r"matches(goal, '\\brun\\b')", "true"),
        (r"matches(goal, 'it\'s')", "false"),
        ("matches(mood, 'x')", "unknown"),
        ("matches(n, '3')", "true"),
        ("free()", "true"),
        ("not free() or n > 3", "false"),
    ],
)
def test_what_can_be_said(verdict: Any, text: str, says: str) -> None:
    """Comparisons, arithmetic, helpers, dates, patterns and registered guards."""
    assert verdict(text, free=lambda context: context.has("goal")) == says


REFUSED = [
    ("gaol == 'x'", "unknown name 'gaol'. Did you mean 'goal'?"),
    ("has(gaol)", "has(gaol): unknown field 'gaol'. Did you mean 'goal'?"),
    ("has('goal')", "has() takes the name of a field, as in has(goal)"),
    ("has()", "has() takes one field, as in has(goal)"),
    ("has(goal, n)", "has() takes one field, as in has(goal)"),
    ("has(field=goal)", "only plain calls of helpers are allowed: has, declined"),
    ("has(*goal)", "only plain calls of helpers are allowed"),
    ("hass(goal)", "unknown helper or guard 'hass'(). Did you mean 'has'?"),
    ("has", "'has' is called with brackets: has(…)"),
    ("free", "'free' is called with brackets: free(…)"),
    ("free(goal)", "guard free() takes no arguments: it reads the context"),
    ("open('x')", "unknown helper or guard 'open'()"),
    ("goal.upper()", "only plain calls of helpers are allowed"),
    ("artifact_status(plan)", "unknown artifact 'plan'. The flow has no 'artifacts'"),
    ("goal.__class__", "goal has no attribute '__class__' here; dates have year, month, day"),
    ("due.__class__.year", "due has no attribute '__class__' here"),
    ("().__class__", "has no attribute '__class__' here"),
    ("goal['x'] == 'y'", "a subscript ([…]) is not allowed"),
    ("ways[0] == 'x'", "a subscript ([…]) is not allowed"),
    ("ways[0:1] == ways", "a subscript ([…]) is not allowed"),
    ("goal|upper == 'X'", "a filter (|) is not allowed"),
    ("goal is defined", "a test (is …) is not allowed"),
    ("n ** 2 == 4", "a power (**) is not allowed"),
    ("true if ok else false", "an inline if is not allowed"),
    ("goal ~ 'x' == 'y'", "joining text with ~ is not allowed"),
    ("{'a': 1}", "a dictionary is not allowed"),
    ("+n == 1", "this form is not allowed"),
    ("goal == none", "None cannot stand in an expression"),
    ("[[1]] == ways", "a list in an expression holds plain words and numbers only"),
    ("1 < n < 3", "chained comparisons are not allowed: join two with 'and'"),
    ("n <", "unexpected 'end of template'"),
    ("n == 1 #", "unexpected char '#' at 7"),
    ("}} {{", "unexpected 'end of print statement'"),
    ("n > 1 }} {{ n", "unexpected '}}'"),
    ("{% raw %}", "unexpected '%'"),
    ("", "unexpected 'end of template'"),
    ("n == 'three'", "n is a number and 'three' a text: they cannot be compared"),
    ("goal > 'a'", "goal is a text: it has no order to compare by"),
    ("ok < true", "ok is a truth: it has no order to compare by"),
    ("due == 1", "due is a date and 1 a number: they cannot be compared"),
    ("due > 'tomorrow'", "'tomorrow' is no date: write it as '2026-06-01'"),
    ("n in m", "n is a number: it cannot be in m, a number"),
    ("5 in goal", "5 is a number: it cannot be in goal, a text"),
    ("due in ['2026-06-01']", "due is a date: it cannot be in ['2026-06-01'], a list"),
    ("n in ['three']", "n is a number: it cannot be in ['three'], a list"),
    ("goal + 'x' == 'y'", "goal is no number: arithmetic takes numbers only"),
    ("-goal == 1", "goal is no number: '-' takes numbers only"),
    ("goal", "goal is a text, not true or false: use has(goal)"),
    ("not n", "n is a number, not true or false: use has(n)"),
    ("ok and ways", "ways is a list, not true or false: use has(ways)"),
    ("ok or count(ways)", "count(ways) is a number, not true or false: use == or >="),
    ("open_assumptions(n)", "open_assumptions() takes nothing or one number, such as 0.8"),
    ("open_assumptions(1, 2)", "open_assumptions() takes nothing or one number"),
    ("matches(goal)", "matches() takes a field and a pattern, as in matches(goal, 'run')"),
    ("matches(goal, n)", "matches() takes a field and a pattern"),
    ("matches(goal, '(')", "matches(goal, '('): missing ) at position 1"),
    ("has(goal) " + " " * 1991, "the expression has 2001 characters, more than 2000"),
    ("(" * 900 + "ok" + ")" * 900, "is nested too deeply"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED, ids=[text[:30] for text, _ in REFUSED])
def test_what_cannot_be_said_is_refused(compiled: Any, text: str, says: str) -> None:
    """Everything outside the whitelist is an error at load, with what would work."""
    with pytest.raises(ExpressionError) as refusal:
        compiled(text, "free")
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ok", ["ok"]),
        ("ok and (has(n) and n>1)", ["ok", "has(n)", "n > 1"]),
        ("ok and (n > 1 or n<0 or has(m))", ["ok", "n > 1 or n < 0 or has(m)"]),
        ("(ok and n > 1) or n == 0", ["ok and n > 1 or n == 0"]),
        ("ok or (n > 1 and not (ok or n > 2))", ["ok or n > 1 and not (ok or n > 2)"]),
        ("not n > 1", ["not n > 1"]),
        ("n - (1 - 2) > (n * 2 + 1) % 3", ["n - (1 - 2) > (n * 2 + 1) % 3"]),
        ("-(n + 1) > -1 and -n > 0", ["-(n + 1) > -1", "-n > 0"]),
        ("n not in (1,2)", ["n not in [1, 2]"]),
    ],
)
def test_an_expression_is_split_at_its_top_level_ands(
    compiled: Any, text: str, parts: list[str]
) -> None:
    """Each conjunct is one line of a decision, written as its author would."""
    expression = compiled(text)
    assert [part.text for part in expression.conjuncts] == parts
    again = compiled(" and ".join(f"({part})" for part in parts))
    assert [part.text for part in again.conjuncts] == parts


def test_a_check_records_what_it_read(flow: Flow, context: CoachContext, compiled: Any) -> None:
    """Both sides of an `or` are read, each conjunct has inputs of its own."""
    parts = compiled("has(goal) and (n > 1 or declined(m)) and turns_left > m").conjuncts
    scope = Scope(context, flow.fields, {}, 4)
    assert [part.check(scope).inputs for part in parts] == [
        {"goal": "run 10k"},
        {"n": 3, "declined(m)": False},
        {"turns_left": 4, "m": None},
    ]


def test_an_expression_knows_what_it_reads(compiled: Any) -> None:
    """The lint asks for names, helpers and comparisons, `decline` for what may be declined."""
    expression = compiled("count(ways) >= 2 and (n < 3 or declined(m)) and progress > 0")
    assert expression.names == {"ways", "n", "m", "progress"}
    assert expression.helpers == {"count", "declined"}
    assert expression.declinable == {"m"}
    said = [(x.name, x.op, x.value) for x in expression.comparisons]
    assert said == [("count(ways)", ">=", 2), ("n", "<", 3), ("progress", ">", 0)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("n / 0 > 1", "guard 'n / 0 > 1' failed: division by zero"),
        ("broken()", "guard 'broken' raised KeyError: 'x'"),
        ("matches(long, '(a|a)*$')", "guard \"matches(long, '(a|a)*$')\" failed: regex timed out"),
    ],
)
def test_a_guard_that_fails_says_so(
    flow: Flow, context: CoachContext, text: str, says: str
) -> None:
    """Raised with its name, or kept with its reason as the verdict ERROR: never a silent no.

    A catastrophic pattern is cut off, too.
    """
    fields = {**flow.fields, "long": flow.fields["goal"]}
    twin = context.fork()
    twin.set("long", "a" * 40 + "b")
    scope = Scope(twin, fields, {"broken": lambda _: {}["x"]}, 4)
    (part,) = compile_expression(text, fields, ["broken"]).conjuncts
    with pytest.raises(GuardError) as error:
        part.check(scope)
    assert str(error.value) == says
    kept = part.check(scope, "block")
    assert (kept.verdict, kept.reason) == (Verdict.ERROR, says)


WORDS = "goal mood n m ok due ways note turns_left progress has declined confirmed stale asked "
WORDS += "count open_assumptions matches free and or not in is if else ( ) [ ] { } , . : | ~ + - *"
WORDS += " / // % ** == != < <= > >= 'run' '(a*)*' 'good' '2026-06-01' 0 3 0.5 1e9 true none [1] "
WORDS += "__class__ {{ }} {% # \\ ' year"
SOUP = st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join)
ATOMS = st.sampled_from(
    [
        *("ok", "n > 1", "m == 3", "goal == 'run'", "has(m)", "count(ways) > 1", "free()"),
        *("due >= '2026-01-01'", "mood in ['good']", "matches(goal, 'r.n')", "n / m > 1"),
        *("turns_left < 3", "declined(note)"),
    ]
)
SENSE = st.recursive(
    ATOMS,
    lambda e: (
        e.map("not ({})".format)
        | st.tuples(e, st.sampled_from(["and", "or"]), e).map("({0[0]}) {0[1]} ({0[2]})".format)
    ),
    max_leaves=8,
)


@given(text=st.text(max_size=40) | SOUP | SENSE)
@example(text="'\\")
@example(text="n == " + "9" * 1990)
@example(text="matches(goal, '\\p{nonsense}')")
@example(text="matches(goal, '(?<=a*)b')")
def test_any_text_compiles_or_raises_expression_error(
    flow: Flow, context: CoachContext, compiled: Any, text: str
) -> None:
    """Never anything else, and what compiles has a verdict on every context."""
    try:
        expression = compiled(text, "free")
    except ExpressionError:
        return
    guards = {"free": lambda _: True}
    for where in (flow.begin().context, context):
        for part in expression.conjuncts:
            assert part.check(Scope(where, flow.fields, guards, None), "block").verdict in Verdict


@given(text=SENSE)
def test_the_text_of_a_conjunct_means_the_same(
    flow: Flow, context: CoachContext, compiled: Any, text: str
) -> None:
    """What a decision shows can be read back, and says what was evaluated."""
    guards = {"free": lambda _: False}
    for part in compiled(text, "free").conjuncts:
        again = compiled(f"({part.text}) or false", "free").conjuncts[0]
        scopes = (Scope(context, flow.fields, guards, None) for _ in "ab")
        assert part.check(next(scopes)).verdict == again.check(next(scopes)).verdict
