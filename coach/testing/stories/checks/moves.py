"""Where a turn led, and why."""

from collections.abc import Iterator

from coach.testing.stories.checks.seen import Seen, listed, missing, shown
from coach.testing.stories.expect import Expect, WhyExpect
from coach.testing.stories.reasons import blocked, in_words, leaf, move, reasons
from coach.testing.stories.results import Failure, Kind


def check_stage(seen: Seen, expect: Expect) -> Iterator[Failure]:
    if expect.stage is None:
        return
    wanted, got = leaf(seen.flow, expect.stage), seen.played.stage
    if wanted != got:
        yield Failure(
            kind=Kind.WRONG_STAGE,
            message=f"the turn ends at {got}, not at {wanted}",
            place=("stage",),
            expected=wanted,
            got=got,
        )


def check_moves(seen: Seen, expect: Expect) -> Iterator[Failure]:
    if expect.moves is None:
        return
    made = [str(each) for each in seen.played.moves]
    wanted = [move(seen.flow, name) for name in expect.moves.items]
    lost = missing(made, wanted, lambda item, want: item == want)
    got, expected = listed(made), listed(wanted)
    if lost is not None:
        yield _not_made(seen, lost, expected, got)
    elif expect.moves.exact and made != wanted:
        extra = next((name for name in made if made.count(name) > wanted.count(name)), made[0])
        yield _unexpected(extra, f"only {expected}" if wanted else "no move", got)
    for name in expect.moves.absent:
        if move(seen.flow, name) in made:
            yield _unexpected(move(seen.flow, name), f"no {name}", got)


def _not_made(seen: Seen, name: str, expected: str, got: str) -> Failure:
    rule = blocked(seen.played.decision, name)
    if rule is None:
        return Failure(
            kind=Kind.MISSING_MOVE,
            message=f"{name} was not made",
            place=("moves",),
            expected=expected,
            got=got,
        )
    why = in_words(rule, seen.played.context)
    return Failure(
        kind=Kind.GUARD_BLOCKED,
        message=f"{name} was held back: {why}",
        place=("moves",),
        expected=expected,
        got=got,
    )


def _unexpected(name: str, expected: str, got: str) -> Failure:
    return Failure(
        kind=Kind.UNEXPECTED_MOVE,
        message=f"{name} was made",
        place=("moves",),
        expected=expected,
        got=got,
    )


def check_why(seen: Seen, expect: Expect) -> Iterator[Failure]:
    for number, why in enumerate(expect.why):
        found = _blocked(seen, why) if why.blocked else _moved(seen, why)
        for kind, message, got in found:
            yield Failure(
                kind=kind,
                message=message,
                place=("why", number),
                expected=why.because or why.blocked or why.moved,
                got=got,
            )


def _blocked(seen: Seen, why: WhyExpect) -> Iterator[tuple[Kind, str, str]]:
    name, played = move(seen.flow, why.blocked), seen.played
    rule = blocked(played.decision, name)
    if rule is None:
        made = name in map(str, played.moves)
        kind = Kind.UNEXPECTED_MOVE if made else Kind.GUARD_BLOCKED
        looked = listed(dict.fromkeys(each.name for each in played.decision.blocked))
        told = f"{name} was {'made' if made else 'not looked at'}"
        yield kind, told, f"held back: {looked}"
        return
    why_not = tuple(dict.fromkeys(reasons(rule, played.context)))
    if not _among(why.because, why_not):
        got = in_words(rule, played.context)
        yield Kind.GUARD_BLOCKED, f"{name} was held back for another reason", got


def _moved(seen: Seen, why: WhyExpect) -> Iterator[tuple[Kind, str, str]]:
    name = move(seen.flow, why.moved)
    made = [each for each in seen.played.moves if str(each) == name]
    if not made:
        lost = _not_made(seen, name, name, listed(seen.played.moves))
        yield lost.kind, lost.message, lost.got or ""
    elif not _among(why.because, [each.because or "" for each in made]):
        got = listed(each.because for each in made)
        yield Kind.WRONG_VALUE, f"{name} was made for another reason", got


def _among(because: str | None, reasons_: tuple[str, ...] | list[str]) -> bool:
    return because is None or any(because.lower() in each.lower() for each in reasons_)


def check_finished(seen: Seen, expect: Expect) -> Iterator[Failure]:
    context = seen.played.context
    if expect.finished is not None and context.finished is not expect.finished:
        yield Failure(
            kind=Kind.WRONG_STAGE,
            message=f"the session is {'' if context.finished else 'not '}finished",
            place=("finished",),
            expected=shown(expect.finished),
            got=shown(context.finished),
        )
    if expect.progress is not None and not expect.progress.holds(context.progress):
        yield Failure(
            kind=Kind.WRONG_VALUE,
            message=f"the progress is {context.progress:g}, not {expect.progress}",
            place=("progress",),
            expected=str(expect.progress),
            got=f"{context.progress:g}",
        )
