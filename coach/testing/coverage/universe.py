"""The universe: everything in a flow that a story can be through, with its lines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from coach.flows.flow import Flow
from coach.flows.questions import label
from coach.flows.rules import ANYWHERE, Rule
from coach.flows.survey import at_rule, place
from coach.testing.coverage.items import (
    Item,
    Kind,
    field_id,
    guard_id,
    rule_id,
    stage_id,
    stuck_id,
)
from coach.testing.coverage.lines import NOWHERE, Source
from coach.testing.coverage.repairs import may_be_declined, repairs
from coach.vocabulary.fields import ChoiceField

SIDES = ("true", "false")


@dataclass(frozen=True, kw_only=True)
class Universe:
    """The items of a flow by id, in the order of the file, kind by kind.

    `excused` maps ids of items to the reason why no story can be there.
    """

    flow: Flow
    items: Mapping[str, Item] = field(repr=False)
    source: Source = NOWHERE

    @classmethod
    def of(
        cls,
        flow: Flow,
        source: Source = NOWHERE,
        templates: tuple[Item, ...] = (),
        excused: Mapping[str, str] | None = None,
    ) -> "Universe":
        found = (*_stages(flow, source), *_transitions(flow, source), *_guards(flow, source))
        found = (*found, *_fields(flow, source), *repairs(flow, source), *templates)
        reasons = excused or {}
        items = {item.id: _excused(item, reasons.get(item.id)) for item in found}
        return cls(flow=flow, items=items, source=source)

    @cached_property
    def by_kind(self) -> Mapping[Kind, tuple[Item, ...]]:
        kinds: dict[Kind, list[Item]] = {kind: [] for kind in Kind}
        for item in self.items.values():
            kinds[item.kind].append(item)
        return {kind: tuple(items) for kind, items in kinds.items()}


def _excused(item: Item, reason: str | None) -> Item:
    if reason is None:
        return item
    return replace(item, left_out=reason)


def declared(flow: Flow) -> Mapping[tuple[str, int], tuple[Rule, ...]]:
    """Every rule by owner and number, as it is laid out at each leaf it works from."""
    rules: dict[tuple[str, int], list[Rule]] = {}
    for leaf_rules in flow.engine.machine.rules.values():
        for rule in leaf_rules:
            rules.setdefault((rule.owner, rule.number), []).append(rule)
    order = [*flow.places, ANYWHERE]
    found = sorted(rules.items(), key=lambda pair: (order.index(pair[0][0]), pair[0][1]))
    return {key: tuple(laid_out) for key, laid_out in found}


def rule_name(rule: Rule) -> str:
    """'will -> options', 'anywhere (pause) -> paused'."""
    trigger = rule.transition.trigger
    return f"{rule.owner}{f' ({trigger})' if trigger else ''} -> {rule.transition.to}"


def _stages(flow: Flow, source: Source) -> Iterator[Item]:
    for leaf in flow.leaves:
        yield Item(
            id=stage_id(leaf),
            kind=Kind.STAGE,
            name=leaf,
            missing=f"stage {leaf!r} was never entered",
            path=source.path,
            line=source.line(*place(leaf), of_key=True),
        )


def _transitions(flow: Flow, source: Source) -> Iterator[Item]:
    for (owner, number), rules in declared(flow).items():
        name, line = rule_name(rules[0]), source.line(*at_rule(rules[0]))
        missing = f"rule {number} of {owner!r} ({name}) was never taken"
        yield _transition(rule_id(owner, number), name, missing, source, line)
        if len(rules) > 1:
            yield from _origins(rules, source, line)
    for path, stage in flow.places.items():
        if stage.on_stuck is not None:
            name = f"{path} (stuck) -> {stage.on_stuck}"
            line = source.line(*place(path), "on_stuck")
            missing = f"'on_stuck' of {path!r} was never taken"
            yield _transition(stuck_id(path), name, missing, source, line)


def _transition(
    key: str, name: str, missing: str, source: Source, line: int | None, besides: bool = False
) -> Item:
    return Item(
        id=key,
        kind=Kind.TRANSITION,
        name=name,
        missing=missing,
        path=source.path,
        line=line,
        besides=besides,
    )


def _origins(rules: tuple[Rule, ...], source: Source, line: int | None) -> Iterator[Item]:
    """A rule that works from many stages is one rule; from which it was taken is told besides."""
    for rule in rules:
        key = f"{rule_id(rule.owner, rule.number)}@{rule.leaf}"
        name = f"{rule_name(rule)} from {rule.leaf}"
        yield _transition(key, name, f"{name} was never taken", source, line, besides=True)


def _guards(flow: Flow, source: Source) -> Iterator[Item]:
    for (owner, number), rules in declared(flow).items():
        guard = rules[0].guard
        conjuncts = guard.conjuncts if guard is not None else ()
        for index, conjunct in enumerate(conjuncts, 1):
            line = source.conjunct_line(at_rule(rules[0]), index - 1)
            for verdict in (*SIDES, "unknown"):
                yield Item(
                    id=guard_id(owner, number, index, verdict),
                    kind=Kind.GUARD,
                    name=conjunct.text,
                    missing=f"{rule_name(rules[0])}: {conjunct.text} was never {verdict}",
                    path=source.path,
                    line=line,
                    besides=verdict not in SIDES,
                )


# -- fields --------------------------------------------------------------------------------


def _fields(flow: Flow, source: Source) -> Iterator[Item]:
    for name, home in flow.homes.items():
        line = source.line(*place(home), "collect", name, of_key=True)
        for what, reason in _ways(flow, name).items():
            yield Item(
                id=field_id(name, what),
                kind=Kind.FIELD,
                name=name,
                missing=f"field {label(name)!r} was never {what}",
                path=source.path,
                line=line,
                left_out=reason,
            )


def _ways(flow: Flow, name: str) -> Mapping[str, str | None]:
    """What can become of a field, each with the reason why it cannot, if it cannot."""
    given = flow.fields[name]
    declinable = may_be_declined(flow, name)
    ages = bool(given.depends_on) or (isinstance(given, ChoiceField) and given.source is not None)
    return {
        "set": None,
        "corrected": None,
        "declined": None if declinable else "it is required: a decline is refused",
        "stale": None if ages else "it depends on no other field",
    }
