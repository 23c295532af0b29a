"""The budget: which sections get how much of it.

First the `always` sections, whole or at their `min`. Then every other section, by priority,
has its smallest useful cut reserved; then, by priority, they grow. All costs are exact, so
what is packed never costs more than the budget.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter
from typing import NamedTuple

from coach.errors import BudgetError
from coach.prompting.candidate import Candidate, Choice, Unit
from coach.prompting.ledger import Entry, Ledger
from coach.prompting.policy import SectionPolicy, apply, excluded
from coach.prompting.section import ROLE_LINES, RawMessage, SectionSpec, blocks, normalise
from coach.prompting.tokens import Tokenizer

ROLES_PRIORITY = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """A page that fits: (role, text) of its messages in order, and the ledger."""

    messages: tuple[tuple[str, str], ...]
    ledger: Ledger
    exact: bool


def pack(
    messages: Sequence[RawMessage],
    budget: int,
    tokenizer: Tokenizer,
    policy: SectionPolicy | None = None,
) -> Packed:
    """The messages within `budget` tokens; BudgetError names what must be there and cannot."""
    if budget < 0:
        raise BudgetError(f"a budget of {budget:,} tokens is less than none")
    left_out = excluded(messages, policy) if policy else ()
    messages = apply(messages, policy) if policy else messages
    frames = [tokenizer.count(ROLE_LINES[message.role]) for message in messages]
    shared = [_is_shared(message) for message in messages]
    candidates = _candidates(messages, frames, tokenizer)
    choices = share(candidates, budget, sum(compress(frames, shared)))
    chosen = [choices[candidate] for candidate in candidates]
    texts = _texts(chosen)
    entries = [_entry(candidate, choices[candidate]) for candidate in candidates]
    entries += [_excluded(spec) for spec in left_out]
    entries += _roles([frames[i] for i in texts if shared[i]])
    ledger = Ledger(entries=tuple(entries), budget=budget, used=sum(e.got for e in entries))
    return Packed(
        messages=tuple((messages[i].role, texts[i]) for i in sorted(texts)),
        ledger=ledger,
        exact=all(choice.exact for choice in chosen),
    )


# -- sharing the room --------------------------------------------------------------------------


def share(candidates: Sequence[Candidate], budget: int, frames: int = 0) -> dict[Candidate, Choice]:
    """What of each candidate is on a page of `budget` tokens, `frames` of them spent already."""
    room = max(budget - frames, 0)
    ranked = sorted(candidates, key=lambda candidate: -candidate.spec.priority)
    always = [candidate for candidate in ranked if candidate.spec.always]
    others = [candidate for candidate in ranked if not candidate.spec.always]
    floors = {candidate: _floor(candidate) for candidate in always}
    choices = _grow(always, floors, room) if sum(floors.values()) <= room else {}
    if not all(c.total == 0 or (c in choices and choices[c].got) for c in always):
        raise BudgetError(_cannot_fit(floors, frames, budget))
    left = room - sum(choice.got for choice in choices.values())
    return choices | _grow(others, _reserve(others, left), left)


def _floor(candidate: Candidate) -> int:
    return candidate.cap if candidate.spec.min is None else candidate.least


def _reserve(ranked: Iterable[Candidate], left: int) -> dict[Candidate, int]:
    """The smallest useful cut of each, as long as there is room, by priority."""
    reserved: dict[Candidate, int] = {}
    for candidate in ranked:
        reserved[candidate] = min(candidate.least, left)
        left -= reserved[candidate]
    return reserved


def _grow(
    ranked: Iterable[Candidate], reserved: Mapping[Candidate, int], room: int
) -> dict[Candidate, Choice]:
    """By priority, each as much as fits beside what is reserved for the rest."""
    left = room - sum(reserved.values())
    choices: dict[Candidate, Choice] = {}
    for candidate in ranked:
        choice = candidate.fit(reserved[candidate] + left)
        left += reserved[candidate] - choice.got
        choices[candidate] = choice
    return choices


def _cannot_fit(floors: Mapping[Candidate, int], frames: int, budget: int) -> str:
    names = ", ".join(f"{c.spec.name!r} ({floor:,})" for c, floor in floors.items())
    return (
        f"the sections that must be there need {sum(floors.values()) + frames:,} tokens and the "
        f"budget is {budget:,}: {names}, and {frames:,} for the lines that open messages. "
        "Raise the budget, or give the longest of them a 'min'"
    )


# -- from messages to candidates and back ------------------------------------------------------


def _is_shared(message: RawMessage) -> bool:
    """True when the message's opening line belongs to none of its sections alone."""
    return message.role == "system" or len(message.sections) > 1


def _candidates(
    messages: Sequence[RawMessage], frames: Sequence[int], tokenizer: Tokenizer
) -> list[Candidate]:
    """One per section of a system message; elsewhere one per name, over all messages."""
    found: list[Candidate] = []
    spread: dict[str, _Spread] = {}
    for i, message in enumerate(messages):
        for j, section in enumerate(message.sections):
            text = normalise(section.text)
            if message.role == "system":
                found.append(_lines(section.spec, (i, j), blocks(text), tokenizer))
            else:
                frame = 0 if _is_shared(message) else frames[i]
                unit = _utterance((i, j), text, frame, tokenizer)
                group = spread.setdefault(section.spec.name, _Spread(section.spec, len(found), []))
                _append(group.units, unit, is_result=message.role == "tool")
    # inserted from the back, so that the positions noted on the way still hold
    for group in reversed(spread.values()):
        units = [unit for unit in group.units if unit.cost]
        found.insert(group.position, Candidate(group.spec, units, tokenizer, lines=False))
    return found


class _Spread(NamedTuple):
    """A section that several messages share, and where it stands among the others."""

    spec: SectionSpec
    position: int
    units: list[Unit]


def _lines(
    spec: SectionSpec, at: tuple[int, int], lines: list[str], tokenizer: Tokenizer
) -> Candidate:
    """The units of a section that is a list of line-blocks, its heading apart."""
    units = [_line(at, line, tokenizer) for line in lines]
    headed = lines[:1] and lines[0].startswith("#") and (len(lines) > 1 or spec.more > 0)
    head = units.pop(0) if headed else None
    return Candidate(spec, units, tokenizer, head=head)


def _line(at: tuple[int, int], text: str, tokenizer: Tokenizer) -> Unit:
    cost, exact = tokenizer.measure(text)
    return Unit(places=((at, text),), cost=cost, exact=exact)


def _utterance(at: tuple[int, int], text: str, frame: int, tokenizer: Tokenizer) -> Unit:
    """All of a message, or nothing of it: one unit."""
    if not text:
        return Unit(places=(), cost=0)
    counts = [tokenizer.measure(block) for block in blocks(text)]
    return Unit(
        places=((at, text),),
        cost=frame + sum(cost for cost, _ in counts),
        frame=frame,
        exact=all(exact for _, exact in counts),
    )


def _append(units: list[Unit], unit: Unit, *, is_result: bool) -> None:
    """A tool's result goes with the call before it."""
    if is_result and units:
        call = units.pop()
        unit = Unit(
            places=call.places + unit.places,
            cost=call.cost + unit.cost,
            frame=call.frame + unit.frame,
            exact=call.exact and unit.exact,
        )
    units.append(unit)


def _texts(choices: Iterable[Choice]) -> dict[int, str]:
    """message -> its text, its sections in their order."""
    parts: dict[int, list[tuple[int, str]]] = {}
    for choice in choices:
        for (message, section), text in choice.places:
            parts.setdefault(message, []).append((section, text))
    return {
        message: "".join(text for _, text in sorted(texts, key=itemgetter(0)))
        for message, texts in parts.items()
    }


def _entry(candidate: Candidate, choice: Choice) -> Entry:
    spec = candidate.spec
    return Entry(
        section=spec.name,
        priority=spec.priority,
        wanted=candidate.total,
        got=choice.got,
        kept=choice.kept,
        total=candidate.count,
        reason=_reason(candidate, choice),
        cached=spec.cache,
    )


def _reason(candidate: Candidate, choice: Choice) -> str:
    if not candidate.total:
        return "empty"
    capped = choice.reason != "whole" and candidate.cap < candidate.total
    reason = f"{choice.reason}, capped at {candidate.cap:,}" if capped else choice.reason
    return f"always, {reason}" if candidate.spec.always else reason


def _excluded(spec: SectionSpec) -> Entry:
    """The line of a section that a policy leaves out: it wants nothing."""
    return Entry(
        section=spec.name,
        priority=spec.priority,
        wanted=0,
        got=0,
        kept=0,
        total=0,
        reason="excluded",
        cached=spec.cache,
    )


def _roles(costs: list[int]) -> list[Entry]:
    """The line for what opens the messages that are no section's own."""
    if not costs:
        return []
    cost, count = sum(costs), len(costs)
    return [
        Entry(
            section=None,
            priority=ROLES_PRIORITY,
            wanted=cost,
            got=cost,
            kept=count,
            total=count,
            reason="always",
        )
    ]
