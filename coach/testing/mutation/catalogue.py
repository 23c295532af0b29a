"""The catalogue: every mutant of a flow, in the order of its file, with lines."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from coach.flows.flow import Flow
from coach.testing.coverage.lines import NOWHERE, Source
from coach.testing.mutation.mutant import Mutant
from coach.testing.mutation.of_rules import of_rules
from coach.testing.mutation.of_stages import of_fields, of_flow, of_stages

OPERATORS: Mapping[str, str] = {
    "negate": "a part of a guard is turned round",
    "drop-conjunct": "a part of a guard is gone",
    "drop-guard": "a rule always holds",
    "compare": "a boundary is moved: < becomes <=",
    "number": "a number in a guard is one more, or one less",
    "alternative": "one side of an `or` is gone",
    "retarget": "a rule leads elsewhere",
    "drop-rule": "a rule is gone",
    "swap": "two rules are tried the other way round",
    "drop-field": "a field is gone",
    "optional": "an optional field is required, a required one optional",
    "drop": "a limit, a dependency, a choice or a deed is gone",
}


def mutants(flow: Flow, source: Source = NOWHERE) -> tuple[Mutant, ...]:
    """Every mutant, each fault once; those of one line stand together."""
    found: dict[str, Mutant] = {}
    for mutant in _all(flow):
        found.setdefault(mutant.id, _placed(mutant, source))
    return tuple(sorted(found.values(), key=lambda mutant: mutant.line or 0))


def _all(flow: Flow) -> Iterator[Mutant]:
    yield from of_flow(flow)
    yield from of_fields(flow)
    yield from of_stages(flow)
    yield from of_rules(flow)


def _placed(mutant: Mutant, source: Source) -> Mutant:
    """With its line; a part of a guard has its own."""
    if mutant.at[-2:-1] == ("when",):
        line = source.conjunct_line(mutant.at[:-2], int(mutant.at[-1]))
    else:
        line = source.line(*mutant.at, of_key=not isinstance(mutant.at[-1], int))
    return replace(mutant, path=source.path, line=line)
