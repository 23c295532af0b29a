"""Commands about what is known: set, correct, confirm, reject, decline, assume.

Each handler checks everything before it changes anything, and refuses by raising Refused.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from coach.errors import InvalidValue, did_you_mean
from coach.flows.questions import choices_of, label, label_of, may_skip
from coach.flows.walker import Walker
from coach.record.answer import Answer
from coach.record.clean import clean_json
from coach.vocabulary.commands import (
    Answerable,
    Assume,
    Confirm,
    Correct,
    Decline,
    Reject,
    Set,
)
from coach.vocabulary.fields import BaseField, ChoiceField, DateField
from coach.vocabulary.situation import local_day
from coach.vocabulary.words import AnswerStatus, Source

if TYPE_CHECKING:
    from coach.flows.engine import Engine

DEFAULT_CONFIDENCE = 0.5


class Refused(Exception):
    """A command cannot be applied; the text is the reason. Never leaves the engine."""


def set_(engine: "Engine", walker: Walker, command: Set) -> str:
    name, value = command.field, checked(walker, command.field, command.value)
    if walker.context.has(name):
        return _replace(engine, walker, command, value)
    _put(walker, command, value)
    engine.remake(walker, name)
    return ""


def correct(engine: "Engine", walker: Walker, command: Correct) -> str:
    value = checked(walker, command.field, command.value)
    if command.field not in walker.context.answers:
        _put(walker, command, value)
        engine.remake(walker, command.field)
        return ""
    return _replace(engine, walker, command, value)


def confirm(engine: "Engine", walker: Walker, command: Confirm) -> str:
    context = walker.context
    topic = _topic(walker, command.what)
    before = context.value(topic)
    if (found := _open_assumption(walker, command.what)) is not None:
        if (proposed := context.assumptions[found].value) is not None:
            checked(walker, topic, proposed)
        context.confirm_assumption(found)
    elif (answer := context.answers.get(command.what)) is not None and answer.counts:
        context.set_answer(answer.model_copy(update={"status": AnswerStatus.CONFIRMED}))
    else:
        raise Refused(_nothing_open(walker, command.what))
    walker.events.append(f"confirmed {label(topic)}")
    if before is not None and context.value(topic) != before:
        _changed(engine, walker, topic)
    else:
        engine.remake(walker, topic)
    return ""


def reject(engine: "Engine", walker: Walker, command: Reject) -> str:
    context = walker.context
    topic = _topic(walker, command.what)
    if (found := _open_assumption(walker, command.what)) is not None:
        context.reject_assumption(found)
    elif (answer := context.answers.get(command.what)) is not None and answer.counts:
        context.forget([command.what])
    else:
        raise Refused(_nothing_open(walker, command.what))
    walker.events.append(f"rejected {label(topic)}")
    if topic in walker.flow.fields and not context.has(topic):
        _changed(engine, walker, topic)
    return ""


def decline(engine: "Engine", walker: Walker, command: Decline) -> str:
    name = command.field
    field = known_field(walker, name)
    if not may_skip(walker.flow, walker.context, name, engine.declinable):
        raise Refused(f"{label_of(walker.flow, name)} is needed to go on: {field.expects}")
    before = walker.context.value(name)
    put_declined(walker, name)
    if before is not None and walker.context.value(name) != before:
        _changed(engine, walker, name)
    else:
        engine.remake(walker, name)
    return ""


def assume(engine: "Engine", walker: Walker, command: Assume) -> str:
    """Believe it. With a value it is proposed as the answer of a field, in place of what was
    proposed before; a field that has it already needs no proposal."""
    context, name, value = walker.context, command.related_to, command.value
    if value is not None:
        if name is None:
            raise Refused("an assumed value needs the field that it would answer")
        value = checked(walker, name, value)
        if context.value(name) == value:
            return f"{label(name)} stays as it was"
        _withdraw(walker, name, value)
    context.add_assumption(command.content, Source.INFERRED, command.confidence, name, value)
    return ""


def _withdraw(walker: Walker, name: str, value: Answerable) -> None:
    """Give up what was proposed for a field; what an unconfirmed answer rests on stays. What the
    person has rejected is not proposed again."""
    said, believed = walker.context.value(name), walker.context.get_assumptions_for(name)
    if any(belief.rejected and belief.value == value for belief in believed):
        raise Refused(f"that {label_of(walker.flow, name)} is {value!r} was rejected")
    for belief in believed:
        if belief.open and belief.value is not None and belief.value != said:
            walker.context.supersede(belief.id)


def put_declined(walker: Walker, name: str) -> None:
    """Note a field as declined; one with a default takes it, as an unconfirmed assumption."""
    context, default = walker.context, _default(walker, name)
    context.supersede_assumptions(name)
    if default is None:
        _write(walker, Answer(field=name, value=None, status=AnswerStatus.DECLINED))
    else:
        _believe(walker, name, default, Source.DEFAULT, DEFAULT_CONFIDENCE, None)
    walker.events.append(f"skipped {label(name)}")


def _default(walker: Walker, name: str) -> Answerable | None:
    """A field's default in its normal form; None when there is none, when it is no longer a
    choice, or when the person has said that it is wrong."""
    default = walker.flow.fields[name].default
    believed = walker.context.get_assumptions_for(name)
    if any(a.source is Source.DEFAULT and a.rejected for a in believed):
        return None
    try:
        return None if default is None else checked(walker, name, default)
    except Refused:
        return None


def known_field(walker: Walker, name: str) -> BaseField:
    field = walker.flow.fields.get(name)
    if field is None:
        raise Refused(f"unknown field {name!r}.{did_you_mean(name, walker.flow.fields)}")
    return field


def checked(walker: Walker, name: str, value: Answerable) -> Answerable:
    """The value in its field's normal form; Refused says what would be valid."""
    field = known_field(walker, name)
    choices = choices_of(field, walker.context)
    if isinstance(field, ChoiceField) and not choices:
        source = label_of(walker.flow, field.source or "")
        raise Refused(f"{label_of(walker.flow, name)} is chosen from {source}, which is missing")
    try:
        valid = field.check(clean_json(value), choices)
    except InvalidValue as error:
        raise Refused(f"{label_of(walker.flow, name)} takes {error}") from None
    if isinstance(field, DateField) and field.future and str(valid) < _earliest_today(walker):
        raise Refused(f"{label_of(walker.flow, name)} takes {field.expects}, not {value!r}")
    return valid


def check_written(walker: Walker, name: str) -> None:
    """Check an answer that an action wrote, and bring it into its normal form."""
    answer = walker.context.answers[name]
    if answer.field != name:
        raise Refused(f"the answer to {name!r} says it is to {answer.field!r}")
    if answer.value is None:
        known_field(walker, name)
    else:
        normal = {"value": checked(walker, name, answer.value)}
        walker.context.answers[name] = answer.model_copy(update=normal)


def _earliest_today(walker: Walker) -> str:
    """The calendar day where it is earliest: what is today somewhere has not passed."""
    return local_day(walker.context.updated_at - timedelta(hours=12))


def _replace(engine: "Engine", walker: Walker, command: Set | Correct, value: Answerable) -> str:
    name, answer = command.field, walker.context.answers[command.field]
    if answer.counts and answer.value == value:
        if not answer.settled:
            _put(walker, command, value)
            engine.remake(walker, name)
        return f"{label(name)} stays as it was"
    _put(walker, command, value)
    walker.events.append(f"corrected {label(name)}")
    stale = _changed(engine, walker, name)
    return f"replaced; stale now: {', '.join(map(label, stale))}" if stale else "replaced"


def _changed(engine: "Engine", walker: Walker, name: str) -> list[str]:
    """Follow a change: what depends on the answer is stale, and the way may lead elsewhere."""
    stale = _mark_stale(walker, name)
    walker.events.extend(f"{label(other)} is stale" for other in stale)
    engine.revisit(walker, name)
    return stale


def _put(walker: Walker, command: Set | Correct, value: Answerable) -> None:
    """Write an answer; below the field's `confirm` threshold as an unconfirmed assumption."""
    name, threshold = command.field, walker.flow.fields[command.field].confirm
    if threshold is not None and command.confidence < threshold:
        walker.context.supersede_assumptions(name)
        _believe(walker, name, value, Source.EXTRACTED, command.confidence, command.quote)
        return
    walker.context.settle_assumptions(name, value)
    _write(
        walker,
        Answer(field=name, value=value, confidence=command.confidence, quote=command.quote),
    )


def _believe(
    walker: Walker,
    name: str,
    value: Answerable,
    source: Source,
    confidence: float,
    quote: str | None,
) -> None:
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    content = f"{label_of(walker.flow, name)}: {shown}"
    walker.context.add_assumption(content, source, confidence, name, value)
    _write(
        walker,
        Answer(
            field=name,
            value=value,
            status=AnswerStatus.UNCONFIRMED,
            source=source,
            confidence=confidence,
            quote=quote,
        ),
    )


def _write(walker: Walker, answer: Answer) -> None:
    context = walker.context
    stamp = {"message": context.messages or None, "revision": context.revision}
    context.set_answer(answer.model_copy(update=stamp))


def _mark_stale(walker: Walker, changed: str) -> list[str]:
    """The answers that depend on a corrected one, and on those in turn, marked stale."""
    found: list[str] = []
    todo = [changed]
    while todo:
        source = todo.pop(0)
        for name in walker.flow.fields:
            if _depends(walker, name, source):
                answer = walker.context.answers[name]
                walker.context.set_answer(answer.model_copy(update={"stale": True}))
                walker.context.supersede_assumptions(name)
                found.append(name)
                todo.append(name)
    return found


def _depends(walker: Walker, name: str, source: str) -> bool:
    if not walker.context.has(name):
        return False
    field = walker.flow.fields[name]
    if source in field.depends_on:
        return True
    if isinstance(field, ChoiceField) and field.source == source:
        return walker.context.value(name) not in choices_of(field, walker.context)
    return False


def _open_assumption(walker: Walker, what: str) -> str | None:
    """The id of the open assumption meant by an id or by the field it is about."""
    found = walker.context.assumptions.get(what)
    if found is not None:
        if not found.open:
            raise Refused(f"assumption {what!r} is already {found.status}")
        return what
    return next((a.id for a in walker.context.get_assumptions_for(what) if a.open), None)


def _topic(walker: Walker, what: str) -> str:
    found = walker.context.assumptions.get(what)
    return (found.related_to or found.id) if found is not None else what


def _nothing_open(walker: Walker, what: str) -> str:
    open_ids = [a.id for a in walker.context.get_unconfirmed_assumptions()]
    return f"nothing open is called {what!r}.{did_you_mean(what, open_ids)}"
