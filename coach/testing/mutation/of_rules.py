"""Mutants of rules: their guards, where they lead, their order, what they do on the way."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from coach.flows.expression import Expression, compile_expression
from coach.flows.flow import Flow, Transition
from coach.flows.rules import ANYWHERE
from coach.flows.survey import is_history
from coach.testing.coverage.items import guard_id, rule_id, stage_id
from coach.testing.mutation.exclusion import exclusions
from coach.testing.mutation.mutant import Edit, Mutant, at_rule
from coach.testing.mutation.wording import Change, bracketed, changes, joined

LISTS = ("forget", "do", "approve", "reject", "draft")


def of_rules(flow: Flow) -> Iterator[Mutant]:
    """Every mutant of every rule, in the order of the file."""
    owners = [(path, stage.next) for path, stage in flow.places.items()]
    for owner, rules in (*owners, (ANYWHERE, flow.anywhere)):
        for number, rule in enumerate(rules, 1):
            at = Placed(flow, owner, number, rule)
            yield from _guard(at)
            yield from _target(at)
            yield from _whole(at)
            yield from _deeds(at)
        yield from _order(flow, owner, rules)


class Placed:
    """A rule and its place."""

    def __init__(self, flow: Flow, owner: str, number: int, rule: Transition) -> None:
        self.flow = flow
        self.owner = owner
        self.number = number
        self.rule = rule
        self.at = at_rule(owner, number)
        self.name = f"{owner}.{number}"
        self.touches = (rule_id(owner, number), *_stages(flow, owner))

    @property
    def words(self) -> str:
        """'the rule will -> options'."""
        trigger = f" ({self.rule.trigger})" if self.rule.trigger else ""
        return f"the rule {self.owner}{trigger} -> {self.rule.to}"

    @property
    def guard(self) -> Expression | None:
        return compiled(self.flow, self.rule)


def compiled(flow: Flow, rule: Transition) -> Expression | None:
    if rule.when is None:
        return None
    return compile_expression(rule.when, flow.fields, flow.registry.guards, flow.artifacts)


def _stages(flow: Flow, owner: str) -> tuple[str, ...]:
    inside = flow.leaves_in.get(owner, ()) if owner != ANYWHERE else ()
    return tuple(stage_id(leaf) for leaf in inside)


# -- guards --------------------------------------------------------------------------------


def _guard(at: Placed) -> Iterator[Mutant]:
    guard = at.guard
    if guard is None:
        return
    texts = [conjunct.text for conjunct in guard.conjuncts]
    for index, text in enumerate(texts):
        yield _when(at, index, _negated(at, texts, index))
        if len(texts) > 1:
            yield _when(at, index, _dropped(at, texts, index))
        for change in changes(text):
            yield _when(at, index, _changed(at, texts, index, change))
    yield _unguarded(at, guard)


class Fault(NamedTuple):
    """A guard with one of its parts changed, and how that is told."""

    id: str
    when: str
    did: str
    test: str


def _when(at: Placed, index: int, fault: Fault) -> Mutant:
    operator, _, detail = fault.id.partition(":")
    name = f"{at.name}.{index + 1}"
    conjunct = (guard_id(at.owner, at.number, index + 1, side) for side in ("true", "false"))
    return Mutant(
        id=f"{operator}:{name}{f':{detail}' if detail else ''}",
        operator=operator,
        at=(*at.at, "when", index),
        did=fault.did,
        test=fault.test,
        edits=(Edit(at=(*at.at, "when"), value=fault.when),),
        touches=(*at.touches[:1], *conjunct, *at.touches[1:]),
    )


def _with(texts: Sequence[str], index: int, text: str) -> str:
    return joined([*texts[:index], text, *texts[index + 1 :]])


def _negated(at: Placed, texts: Sequence[str], index: int) -> Fault:
    text = texts[index]
    did = f"{at.words} asks for `not {bracketed(text)}`"
    test = f"take {at.words} with `{text}` true, and expect it to be blocked while it is false"
    return Fault("negate", _with(texts, index, f"not ({text})"), did, test)


def _dropped(at: Placed, texts: Sequence[str], index: int) -> Fault:
    rest = joined([text for place, text in enumerate(texts) if place != index])
    did = f"{at.words} no longer asks for `{texts[index]}`"
    test = f"let everything hold but `{texts[index]}`, and expect {at.words} to be blocked"
    return Fault("drop-conjunct", rest, did, test)


def _changed(at: Placed, texts: Sequence[str], index: int, change: Change) -> Fault:
    if change.operator == "alternative":
        did = f"{at.words} no longer holds by `{change.was}`"
        test = f"take {at.words} where of its alternatives only `{change.was}` is true"
    else:
        did = f"{at.words} asks for `{change.now}` instead of `{change.was}`"
        test = f"tell a story at the very boundary of `{change.was}`, on both sides of it"
    key = f"{change.operator}:{change.detail}"
    return Fault(key, _with(texts, index, change.text), did, test)


def _unguarded(at: Placed, guard: Expression) -> Mutant:
    return Mutant(
        id=f"drop-guard:{at.name}",
        operator="drop-guard",
        at=(*at.at, "when"),
        did=f"{at.words} always holds",
        test=f"expect {at.words} to be blocked while `{guard.text}` is not true",
        edits=(Edit(at=(*at.at, "when")),),
        touches=at.touches,
    )


# -- where it leads ------------------------------------------------------------------------


def _target(at: Placed) -> Iterator[Mutant]:
    for target in dict.fromkeys(_others(at)):
        yield Mutant(
            id=f"retarget:{at.name}:{target}",
            operator="retarget",
            at=(*at.at, "to"),
            did=f"{at.words} leads to {target!r}",
            test=f"take {at.words}, and expect the move by name",
            edits=(Edit(at=(*at.at, "to"), value=target),),
            touches=at.touches,
        )


def _others(at: Placed) -> Iterator[str]:
    """The stage after the one it leads to, and the start."""
    flow, base = at.flow, "" if at.owner == ANYWHERE else at.owner
    now = None if is_history(at.rule.to) else flow.resolve(at.rule.to, base)
    for path in (_after(flow, now) if now is not None else None, flow.start):
        if path is not None and path != now and flow.resolve(path, base) == path:
            yield path


def _after(flow: Flow, path: str) -> str | None:
    """The next sibling of a stage, from the last one the first."""
    parent = path.rpartition("/")[0]
    siblings = [p for p in flow.places if p.rpartition("/")[0] == parent]
    return siblings[(siblings.index(path) + 1) % len(siblings)]


# -- the whole rule ------------------------------------------------------------------------


def _whole(at: Placed) -> Iterator[Mutant]:
    yield Mutant(
        id=f"drop-rule:{at.name}",
        operator="drop-rule",
        at=at.at,
        did=f"{at.words} is gone",
        test=f"take {at.words}, and expect the move",
        edits=(Edit(at=at.at),),
        touches=at.touches,
    )


def _order(flow: Flow, owner: str, rules: Sequence[Transition]) -> Iterator[Mutant]:
    for number, (first, second) in enumerate(pairwise(rules), 1):
        at = [at_rule(owner, number), at_rule(owner, number + 1)]
        data = [
            rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            for rule in (second, first)
        ]
        yield Mutant(
            id=f"swap:{owner}.{number}-{number + 1}",
            operator="swap",
            at=at[1],
            did=f"rules {number} and {number + 1} of {owner!r} are tried the other way round",
            test=f"let both hold ({first.to} and {second.to}), and expect the first to be taken",
            edits=tuple(Edit(at=place, value=rule) for place, rule in zip(at, data, strict=True)),
            touches=(rule_id(owner, number), rule_id(owner, number + 1), *_stages(flow, owner)),
            proven=_apart(flow, first, second),
        )


def _apart(flow: Flow, first: Transition, second: Transition) -> str | None:
    """Why two rules can never be taken at the same time, if that is plain."""
    if first.trigger != second.trigger:
        return "the two wait for different triggers"
    if first.origins and second.origins and not set(first.origins) & set(second.origins):
        return "the two work from different stages"
    one, two = compiled(flow, first), compiled(flow, second)
    return next(exclusions(one, two), None) if one is not None and two is not None else None


# -- what it does --------------------------------------------------------------------------


def _deeds(at: Placed) -> Iterator[Mutant]:
    for key in LISTS:
        names = getattr(at.rule, key)
        for index, name in enumerate(names):
            rest = [other for other in names if other != name]
            edit = Edit(at=(*at.at, key), value=rest) if rest else Edit(at=(*at.at, key))
            yield _without(at, f"{key}.{name}", (*at.at, key, index), f"{key} {name}", edit)
    for key in ("comment", "from"):
        if getattr(at.rule, "origins" if key == "from" else key):
            place = (*at.at, key)
            yield _without(at, key, place, repr(key), Edit(at=place))


def _without(
    at: Placed, detail: str, place: tuple[str | int, ...], what: str, edit: Edit
) -> Mutant:
    return Mutant(
        id=f"drop:{at.name}.{detail}",
        operator="drop",
        at=place,
        did=f"{at.words} is without its {what}",
        test=f"take {at.words}, and expect what {what} does",
        edits=(edit,),
        touches=at.touches,
    )
