"""The budget: from messages to what of them is on the page, with the ledger.

All costs are exact, so what is packed never costs more than the budget.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from operator import attrgetter

from coach.errors import BudgetError
from coach.prompting.candidate import Candidate, Choice, Place
from coach.prompting.exchange import exchanges
from coach.prompting.ledger import Entry, Ledger
from coach.prompting.message import PromptMessage
from coach.prompting.policy import SectionPolicy, apply, excluded
from coach.prompting.section import RawMessage, SectionSpec
from coach.prompting.sharing import share
from coach.prompting.sheet import Sheet
from coach.prompting.tokens import Tokenizer
from coach.prompting.trusted import trusted
from coach.vocabulary.words import Role

ROLES_PRIORITY = 100
HISTORY = "history"
ROLES = {role.value: role for role in Role}


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """A page that fits: its messages in order, and the ledger."""

    messages: tuple[PromptMessage, ...]
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
    sheet = Sheet(tokenizer)
    for exchange in exchanges(apply(messages, policy) if policy else messages):
        sheet.add(exchange)
    candidates = sheet.candidates()
    choices = share(candidates, budget, sum(sheet.shared.values()))
    shown = _shown(choices)
    entries = [
        *map(_entry, candidates, choices),
        *map(_excluded, excluded(messages, policy) if policy else ()),
        *_roles([cost for at, cost in sheet.shared.items() if at in shown]),
    ]
    used = sum([entry.got for entry in entries])
    return Packed(
        messages=_messages(sheet.messages, shown),
        ledger=Ledger(entries=tuple(entries), budget=budget, used=used),
        exact=all(choice.exact for choice in choices),
    )


# -- the messages ------------------------------------------------------------------------------


def _shown(choices: Iterable[Choice]) -> dict[int, list[Place]]:
    """By message, in order, what of it is on the page, its sections in their order."""
    found: dict[int, list[Place]] = {}
    for choice in choices:
        for place in choice.places:
            found.setdefault(place.message, []).append(place)
    for places in found.values():
        if len(places) > 1:
            places.sort(key=attrgetter("section"))
    return dict(sorted(found.items()))


def _messages(
    messages: Sequence[RawMessage], shown: dict[int, list[Place]]
) -> tuple[PromptMessage, ...]:
    ends = _prefix_ends(list(shown.values()))
    return tuple(map(_message, [messages[at] for at in shown], shown.values(), ends))


def _message(message: RawMessage, places: list[Place], cache: bool) -> PromptMessage:
    fields = {
        "role": ROLES[message.role],
        "content": "".join([place.text for place in places])[:-1],
        "sections": tuple([(place.spec.name, len(place.text)) for place in places]),
        "tool_calls": message.calls,
        "tool_call_id": message.call_id,
        "cache": cache,
    }
    return trusted(PromptMessage, fields)


def _prefix_ends(shown: Sequence[list[Place]]) -> list[bool]:
    """By message: whether it is the last of those that are flagged `cache`, or of the history."""
    ends = [_steady(places[-1].spec) for places in shown]
    begins = [_steady(places[0].spec) for places in shown[1:]]
    return [bool(end) and end != then for end, then in zip_longest(ends, begins)]


def _steady(spec: SectionSpec) -> str:
    """What makes a section likely to stand on the next page too; '' when nothing does."""
    if spec.cache:
        return "cache"
    return HISTORY if spec.name == HISTORY else ""


# -- the ledger --------------------------------------------------------------------------------


def _entry(candidate: Candidate, choice: Choice) -> Entry:
    spec = candidate.spec
    fields = {
        "section": spec.name,
        "priority": spec.priority,
        "wanted": candidate.total,
        "got": choice.got,
        "kept": choice.kept,
        "total": candidate.count,
        "reason": _reason(candidate, choice),
        "cached": spec.cache,
    }
    return trusted(Entry, fields)


def _reason(candidate: Candidate, choice: Choice) -> str:
    if not candidate.total:
        return "empty"
    capped = choice.got < candidate.total and candidate.cap < candidate.total
    reason = f"{choice.reason}, capped at {candidate.cap:,}" if capped else choice.reason
    return f"always, {reason}" if candidate.spec.always else reason


def _excluded(spec: SectionSpec) -> Entry:
    """The line of a section that a policy leaves out: it wants nothing."""
    return _line(spec.name, spec.priority, 0, 0, "excluded", cached=spec.cache)


def _roles(costs: list[int]) -> list[Entry]:
    """The line for what opens the messages that are no section's own."""
    return [_line(None, ROLES_PRIORITY, sum(costs), len(costs), "always")] if costs else []


def _line(
    section: str | None, priority: int, cost: int, count: int, reason: str, cached: bool = False
) -> Entry:
    return Entry(
        section=section,
        priority=priority,
        wanted=cost,
        got=cost,
        kept=count,
        total=count,
        reason=reason,
        cached=cached,
    )
