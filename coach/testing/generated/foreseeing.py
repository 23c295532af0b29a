"""Foreseeing: what a turn should bring, command by command, as the flow declares it."""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

from coach.flows.flow import chain
from coach.record.answer import Answer
from coach.testing.generated.prospect import Prospect, Stop
from coach.vocabulary.commands import (
    Answerable,
    Back,
    Command,
    Confirm,
    Correct,
    Decline,
    Set,
    Trigger,
)
from coach.vocabulary.fields import ChoiceField
from coach.vocabulary.words import AnswerStatus, Source

Foresee = Callable[[Prospect, Any], bool]
BELIEVED = 0.5  # the confidence in a default


def foresee(before: Prospect, commands: Iterable[Command]) -> Prospect:
    """Where a session should stand after a turn with these commands."""
    after = before.fork()
    record = after.record
    question = (record.asks, record.asks_about)
    for name in ("revision", "messages", "turns", "turns_in_stage"):
        record.__dict__[name] += 1
    settled = False
    for command in commands:
        if record.finished or not FORESEEN.get(command.command, _nothing)(after, command):
            after.refused = True
        elif command.command in CHANGING:
            settled = command.command == "back"
    if not settled:
        after.settle()
    after.close(question)
    return after


def _nothing(after: Prospect, command: Command) -> bool:
    """An aside: nothing is touched."""
    return True


def _set(after: Prospect, command: Set | Correct) -> bool:
    """An answer, or another one: what depends on the old one is stale, and the way is walked
    again from where the field is asked unless it holds all the same."""
    name, value = command.field, command.value
    field = after.flow.fields[name]
    if isinstance(field, ChoiceField) and value not in after.choices(name):
        return False
    old = after.answers.get(name)
    if old is not None and old.counts and old.value == value:
        return True
    changes = old is not None and (old.counts or command.command == "correct")
    _write(after, name, value, Source.EXTRACTED, command.confidence)
    if changes:
        after.events.append(f"corrected {_label(name)}")
        _changed(after, name)
    else:
        _remade(after, name)
    return True


def _decline(after: Prospect, command: Decline) -> bool:
    """Left out on purpose: its default is believed; without one it is declined."""
    name = command.field
    field, old = after.flow.fields[name], after.answers.get(name)
    if not may_decline(after, name):
        return False
    before = old.value if old is not None and old.counts else None
    after.events.append(f"skipped {_label(name)}")
    if field.default is None:
        after.answers[name] = Answer(field=name, value=None, status=AnswerStatus.DECLINED)
    else:
        default = field.check(field.default, after.choices(name))
        _believe(after, name, default, Source.DEFAULT, BELIEVED)
    if before is not None and after.record.value(name) != before:
        _changed(after, name)
    else:
        _remade(after, name)
    return True


def _back(after: Prospect, command: Back) -> bool:
    """To the last stop before this one that asks something, or to the one that is named; every
    answer since it began is as it was then."""
    stops = [i for i, stop in enumerate(after.trail[:-1]) if _is_meant(after, stop, command.to)]
    if not stops and command.to is None and len(after.trail) > 1:
        stops = [len(after.trail) - 2]
    if not stops:
        return False
    after.return_to(stops[-1])
    answers = after.answers
    answers.clear()
    answers.update(after.trail[-1].answers)
    for belief in after.record.get_unconfirmed_assumptions():
        if belief.value is not None and after.record.value(belief.related_to or "") != belief.value:
            after.record.supersede(belief.id)
    after.events.append(f"went back to {after.stage}")
    return True


def _is_meant(after: Prospect, stop: Stop, to: str | None) -> bool:
    if to is None:
        return bool(after.flow.collected_at(stop.stage))
    return to in (stop.stage, stop.stage.rpartition("/")[2])


def _trigger(after: Prospect, command: Trigger) -> bool:
    waiting = (rule for rule in after.rules if rule.transition.trigger == command.name)
    rule = next((rule for rule in waiting if after.holds(rule)), None)
    if rule is not None:
        after.take(rule)
    return rule is not None


def _confirm(after: Prospect, command: Confirm) -> bool:
    found = after.record.assumptions.get(command.what)
    if found is None or not found.open:
        return False
    after.record.confirm_assumption(found.id)
    _remade(after, found.related_to or "")
    return True


CHANGING = ("set", "correct", "decline", "confirm", "trigger", "back")
FORESEEN: Mapping[str, Foresee] = {
    "set": _set,
    "correct": _set,
    "decline": _decline,
    "back": _back,
    "trigger": _trigger,
    "confirm": _confirm,
}

# -- what follows ---------------------------------------------------------------------------


def may_decline(before: Prospect, name: str) -> bool:
    """An optional field, one with a default, or one that some rule expects to be declined once it
    was asked as often as its patience goes."""
    field = before.flow.fields[name]
    guards = [rule.guard for rules in before.flow.engine.machine.rules.values() for rule in rules]
    expected = any(guard is not None and name in guard.declinable for guard in guards)
    tired = before.record.asked.get(name, 0) >= field.patience
    return field.optional or field.default is not None or (expected and tired)


def depending(before: Prospect, name: str) -> list[str]:
    """The fields whose answers hang on a field's, directly or through others."""
    found: list[str] = []
    for other, field in before.flow.fields.items():
        source = field.source if isinstance(field, ChoiceField) else None
        if other != name and (name in field.depends_on or name == source):
            found += [other, *depending(before, other)]
    return list(dict.fromkeys(found))


def _changed(after: Prospect, name: str) -> None:
    """What hangs on a changed answer is stale, and the way may lead elsewhere."""
    for other in _stale(after, name):
        after.answers[other] = after.answers[other].model_copy(update={"stale": True})
        after.record.supersede_assumptions(other)
        after.events.append(f"{_label(other)} is stale")
    index = _asked_at(after, name)
    if index is not None and index < len(after.trail) - 1 and not _way_holds(after, index):
        after.return_to(index)
    else:
        _remade(after, name)


def _stale(after: Prospect, name: str) -> list[str]:
    found: list[str] = []
    for other, field in after.flow.fields.items():
        if not after.record.has(other):
            continue
        hangs = any(source in field.depends_on for source in (name, *found))
        chosen = isinstance(field, ChoiceField) and field.source in (name, *found)
        if hangs or (chosen and after.record.value(other) not in after.choices(other)):
            found.append(other)
    return found


def _asked_at(after: Prospect, name: str) -> int | None:
    """The last stop at which a field is asked."""
    asked = [i for i, s in enumerate(after.trail) if name in after.flow.collected_at(s.stage)]
    return asked[-1] if asked else None


def _way_holds(after: Prospect, index: int) -> bool:
    """Whether nothing at these stops is stale, and the way from each to the next is still one."""
    for here, there in pairwise(after.trail[index:]):
        answers = map(after.answers.get, after.flow.collected_at(here.stage))
        if any(answer is not None and answer.stale for answer in answers):
            return False
        rules = [r for r in after.flow.engine.machine.rules[here.stage] if there.stage in r.targets]
        own = [rule for rule in rules if rule.transition.trigger is None]
        if own and not any(after.holds(rule) for rule in own):
            return False
    return True


def _remade(after: Prospect, name: str) -> None:
    """What was drafted on the way from where a field is asked is drafted anew if it differs."""
    from coach.flows.making import content_of

    index = _asked_at(after, name) or 0
    flow, record = after.flow, after.record
    written = {key for key, names in flow.written_from.items() if name in names}
    for key in written.intersection(_drafted(after, index)):
        found = record.standing_artifact(key)
        if found is not None and found.content != content_of(flow, record, key):
            after.return_to(index)
            return


def _drafted(after: Prospect, index: int) -> Iterable[str]:
    flow = after.flow
    for here, there in pairwise(after.trail[index:]):
        yield from (*flow.places[here.stage].draft, *flow.places[there.stage].draft)
        for rule in flow.engine.machine.rules[here.stage]:
            yield from rule.transition.draft if there.stage in rule.targets else ()


def _write(
    after: Prospect, name: str, value: Answerable, source: Source, confidence: float
) -> None:
    threshold = after.flow.fields[name].confirm
    if threshold is not None and confidence < threshold:
        _believe(after, name, value, source, confidence)
    else:
        after.record.settle_assumptions(name, value)
        after.answers[name] = Answer(field=name, value=value, confidence=confidence)


def _believe(
    after: Prospect, name: str, value: Answerable, source: Source, confidence: float
) -> None:
    after.record.supersede_assumptions(name)
    after.record.add_assumption(f"{name}: {value}", source, confidence, name, value)
    after.answers[name] = Answer(
        field=name,
        value=value,
        status=AnswerStatus.UNCONFIRMED,
        source=source,
        confidence=confidence,
    )


def stuck_at(before: Prospect) -> bool:
    """Whether a question that stays without an answer may lead elsewhere from here."""
    places = before.flow.places
    return any(places[path].on_stuck is not None for path in chain(before.stage))


def _label(name: str) -> str:
    return name.replace("_", " ")
