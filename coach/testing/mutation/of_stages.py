"""Mutants of fields, stages and the flow itself."""

from collections.abc import Iterator, Sequence

from coach.flows.flow import Flow, Stage
from coach.testing.coverage.items import field_id, stage_id
from coach.testing.mutation.mutant import Edit, Mutant, at_stage
from coach.vocabulary.fields import BaseField, ChoiceField

LIMITS = (
    *("min_words", "max_words", "max_chars", "minimum", "maximum", "whole", "lowest", "highest"),
    *("at_least", "at_most", "future", "max_asks", "confirm", "default"),
)
HOW = {
    "max_asks": "ask until the patience ends, and expect what comes then",
    "confirm": "let it be heard with little confidence, and expect an assumption",
    "default": "decline it, and expect the default",
}


def of_fields(flow: Flow) -> Iterator[Mutant]:
    """Every field dropped, made optional or required, and without each of its limits."""
    for name, home in flow.homes.items():
        at = (*at_stage(home), "collect", name)
        field = flow.fields[name]
        touches = (*(field_id(name, way) for way in ("set", "declined")), stage_id(home))
        yield Mutant(
            id=f"drop-field:{name}",
            operator="drop-field",
            at=at,
            did=f"the field {name!r} is gone",
            test=f"expect the question for {name!r}, and its answer",
            edits=(Edit(at=at),),
            touches=touches,
        )
        yield _optional(name, field, at, touches)
        yield from _limits(name, field, at, touches)
        yield from _items(name, field, at, touches)


def _optional(
    name: str, field: BaseField, at: tuple[str | int, ...], touches: tuple[str, ...]
) -> Mutant:
    place = (*at, "optional")
    now = "required" if field.optional else "optional"
    outcome = "skipped" if field.optional else "refused"
    return Mutant(
        id=f"optional:{name}",
        operator="optional",
        at=place if field.optional else at,
        did=f"the field {name!r} is {now}",
        test=f"decline {name!r}, and expect it to be {outcome}",
        edits=(Edit(at=place) if field.optional else Edit(at=place, value=True),),
        touches=touches,
    )


def _limits(
    name: str, field: BaseField, at: tuple[str | int, ...], touches: tuple[str, ...]
) -> Iterator[Mutant]:
    for key in LIMITS:
        if key in type(field).model_fields and _is_set(field, key):
            test = HOW.get(key, "say what it refuses, and expect the refusal")
            yield _drop(f"{name}.{key}", f"field {name!r}", key, (*at, key), test, touches)


def _items(
    name: str, field: BaseField, at: tuple[str | int, ...], touches: tuple[str, ...]
) -> Iterator[Mutant]:
    """Without each of what it depends on, and each of its choices."""
    for other in field.depends_on:
        edit = _rest((*at, "depends_on"), field.depends_on, other)
        stale = (field_id(name, "stale"), *touches)
        test = f"correct {other!r}, and expect {name!r} to be stale"
        did = f"the field {name!r} no longer depends on {other!r}"
        yield _item(f"{name}.depends_on.{other}", edit, did, test, stale)
    choices = field.choices if isinstance(field, ChoiceField) else ()
    for choice in choices:
        edit = _rest((*at, "choices"), choices, choice)
        did = f"the field {name!r} is without the choice {choice!r}"
        test = f"choose {choice!r}, and expect it to be taken"
        yield _item(f"{name}.choices.{choice}", edit, did, test, touches)


def _is_set(value: BaseField | Stage, key: str) -> bool:
    return bool(getattr(value, key) != type(value).model_fields[key].default)


def _rest(at: tuple[str | int, ...], items: Sequence[str], gone: str) -> Edit:
    rest = [item for item in items if item != gone]
    return Edit(at=at, value=rest) if rest else Edit(at=at)


def _item(detail: str, edit: Edit, did: str, test: str, touches: tuple[str, ...]) -> Mutant:
    return Mutant(
        id=f"drop:{detail}",
        operator="drop",
        at=edit.at,
        did=did,
        test=test,
        edits=(edit,),
        touches=touches,
    )


def _drop(
    detail: str,
    what: str,
    key: str,
    at: tuple[str | int, ...],
    test: str,
    touches: tuple[str, ...],
) -> Mutant:
    did = f"the {what} is without its {key!r}"
    return _item(detail, Edit(at=at), did, test, touches)


def of_stages(flow: Flow) -> Iterator[Mutant]:
    """Every stage without what it says besides its fields and rules."""
    for path, stage in flow.places.items():
        at = at_stage(path)
        touches = tuple(stage_id(leaf) for leaf in flow.leaves_in[path])
        for key in ("confirm", "on_stuck", "start", "final"):
            if _is_set(stage, key):
                test = f"come to {path!r}, and expect what its {key!r} does"
                yield _drop(f"{path}.{key}", f"stage {path!r}", key, (*at, key), test, touches)
        for key in ("draft", "enter", "exit"):
            names: tuple[str, ...] = getattr(stage, key)
            for name in names:
                edit = _rest((*at, key), names, name)
                did = f"the stage {path!r} is without its {key} {name}"
                test = f"go through {path!r}, and expect what {key} {name} does"
                yield _item(f"{path}.{key}.{name}", edit, did, test, touches)


def of_flow(flow: Flow) -> Iterator[Mutant]:
    """The flow without what falls due, expires or is carried over."""
    for number, due in enumerate(flow.due, 1):
        edit = _rest_of_due(flow, number)
        test = f"let the time of {due.trigger!r} come, and expect the trigger"
        did = f"nothing fires {due.trigger!r} any more"
        yield _item(f"due.{number}", edit, did, test, ())
    for key, did in (
        ("expire_after", "sessions never expire"),
        ("carry_over", "nothing is taken along"),
    ):
        if getattr(flow, key) != type(flow).model_fields[key].default:
            edit = Edit(at=(key,))
            yield _item(key, edit, did, f"expect what {key!r} does", ())


def _rest_of_due(flow: Flow, number: int) -> Edit:
    rest = [
        d.model_dump(mode="json", exclude_defaults=True)
        for i, d in enumerate(flow.due, 1)
        if i != number
    ]
    return Edit(at=("due",), value=rest) if rest else Edit(at=("due",))
