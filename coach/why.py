"""Why: a decision in words, blocked alternatives included."""

from collections.abc import Iterable, Iterator

from coach.vocabulary.decision import Candidate, Check, Decision, Outcome, Ruling
from coach.vocabulary.words import Verdict

MARK = {
    Verdict.TRUE: "true",
    Verdict.FALSE: "false",
    Verdict.UNKNOWN: "unknown",
    Verdict.ERROR: "failed",
    Verdict.SKIPPED: "skipped",
}


def explain(decision: Decision) -> str:
    """Several lines: what was asked of the engine, the moves, each rule that was looked at."""
    return "\n".join(_lines(decision))


def _lines(decision: Decision) -> Iterator[str]:
    yield from map(_ruling, decision.rulings)
    yield from (f"not taken: {note}" for note in decision.notes)
    for move in decision.moves:
        yield f"moved {move}{_because(move.because)}"
    if not decision.moves:
        yield f"stayed at {decision.stage}"
    for candidate in decision.candidates:
        if candidate.outcome is not Outcome.NOT_TRIED:
            yield from _candidate(candidate)
    yield from (f"note: {event}" for event in decision.events)
    if decision.asks_about is not None:
        yield f"asks to confirm assumption {decision.asks_about}"
    elif decision.asks is not None:
        yield f"asks {decision.asks}"


def _ruling(ruling: Ruling) -> str:
    plain = ruling.command.model_dump(exclude={"command", "quote"}, exclude_defaults=True)
    words = " ".join(f"{name}={value!r}" for name, value in plain.items())
    outcome = "did" if ruling.accepted else "refused"
    reason = f" ({ruling.reason})" if ruling.reason else ""
    return f"{outcome} {ruling.command.command}{' ' if words else ''}{words}{reason}"


def _candidate(candidate: Candidate) -> Iterator[str]:
    trigger = f" on {candidate.trigger!r}" if candidate.trigger else ""
    yield f"  {candidate.outcome} {candidate.name}{trigger}{_because(candidate.because)}"
    yield from (f"    {line}" for line in map(_check, candidate.checks))


def _check(check: Check) -> str:
    return f"{MARK[check.verdict]:<8}{check.text}{_inputs(check)}{_because(check.reason)}"


def _inputs(check: Check) -> str:
    shown = [f"{name} = {_value(value)}" for name, value in check.inputs.items()]
    return f"   [{', '.join(shown)}]" if shown else ""


def _value(value: object) -> str:
    return "unset" if value is None else repr(value)


def _because(reason: str | None) -> str:
    return f": {reason}" if reason else ""


def blocked_by(decision: Decision) -> Iterable[str]:
    """The guards that held moves back, such as 'reality -> options: has(rating) is false'."""
    for candidate in decision.blocked:
        for check in candidate.checks:
            if check.verdict not in (Verdict.TRUE, Verdict.SKIPPED):
                yield f"{candidate.name}: {check.text} is {MARK[check.verdict]}"
