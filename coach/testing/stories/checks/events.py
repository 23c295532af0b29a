"""What happened in a turn, and what was heard."""

from collections.abc import Iterator, Sequence

from coach.testing.stories.checks.seen import Seen, listed, missing
from coach.testing.stories.expect import Expect
from coach.testing.stories.results import Failure, Kind
from coach.testing.stories.short import short_of
from coach.testing.stories.wanted import Patterns
from coach.vocabulary.commands import Command


def check_events(seen: Seen, expect: Expect) -> Iterator[Failure]:
    if expect.events is None:
        return
    happened = [" ".join(event.split()) for event in seen.played.decision.events]
    wanted = expect.events.items
    got = listed(happened)
    lost = missing(happened, wanted, lambda item, want: item == want)
    if lost is not None:
        yield _event(Kind.MISSING_EVENT, f"{lost!r} did not happen", listed(wanted), got)
    elif expect.events.exact and tuple(happened) != tuple(wanted):
        extra = next((name for name in happened if name not in wanted), happened[0])
        yield _event(Kind.UNEXPECTED_EVENT, f"{extra!r} happened", f"only {listed(wanted)}", got)
    for name in expect.events.absent:
        if name in happened:
            yield _event(Kind.UNEXPECTED_EVENT, f"{name!r} happened", f"no {name!r}", got)


def _event(kind: Kind, message: str, expected: str, got: str) -> Failure:
    return Failure(kind=kind, message=message, place=("events",), expected=expected, got=got)


def check_commands(seen: Seen, expect: Expect) -> Iterator[Failure]:
    """What was heard, whatever became of it."""
    if expect.commands is not None:
        yield from _commands("commands", "heard", seen.played.commands, expect.commands)


def check_refused(seen: Seen, expect: Expect) -> Iterator[Failure]:
    """What the flow did not take."""
    if expect.refused is not None:
        refused = tuple(ruling.command for ruling in seen.played.decision.refused)
        yield from _commands("refused", "refused", refused, expect.refused)


def _commands(
    key: str, done: str, commands: Sequence[Command], wanted: Patterns
) -> Iterator[Failure]:
    got = listed(short_of(command) for command in commands)
    rest = iter(commands)
    lost = [p for p in wanted.items if not any(p.fits(command) for command in rest)]
    expected = listed(wanted.items)
    if lost:
        words = f"{lost[0]} was not {done}"
        yield Failure(
            kind=Kind.MISSING_VALUE, message=words, place=(key,), expected=expected, got=got
        )
    elif wanted.exact and len(commands) != len(wanted.items):
        words = f"{len(commands)} commands were {done}, not {len(wanted.items)}"
        yield Failure(
            kind=Kind.WRONG_VALUE, message=words, place=(key,), expected=expected, got=got
        )
    for pattern in wanted.absent:
        if any(pattern.fits(command) for command in commands):
            words = f"{pattern} was {done}"
            yield Failure(
                kind=Kind.WRONG_VALUE, message=words, place=(key,), expected="not so", got=got
            )
