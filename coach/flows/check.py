"""Lint: what a flow says that cannot be, or is probably not meant.

An error is something the engine cannot do as written, or that can never happen; it keeps a
file from loading. A warning is a flow that runs, though perhaps not as meant.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from coach.flows import check_due as due
from coach.flows import check_fields as fields
from coach.flows import check_made as made
from coach.flows import check_paths as paths
from coach.flows import check_places as places
from coach.flows import check_values as values
from coach.flows.flow import Flow
from coach.flows.registry import Registry
from coach.flows.survey import Fault, Survey, Templates
from coach.flows.tree import Location

Level = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing found in a flow. `location` is a path of keys and numbers in the document."""

    code: str
    level: Level
    location: Location
    message: str

    def __str__(self) -> str:
        where = ".".join(str(part) for part in self.location)
        return f"{where}: {self.code} {self.message}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the lint: what it holds a flow to, in one sentence."""

    code: str
    level: Level
    sentence: str
    find: Callable[[Survey], Iterator[Fault]]


NAMES = (
    Rule("F101", "error", "The flow starts at a stage that exists.", places.unknown_start),
    Rule("F102", "error", "A group starts at a stage inside it.", places.unknown_group_start),
    Rule("F103", "error", "A rule leads to a stage that exists.", places.unknown_target),
    Rule("F104", "error", "$history stands alone or after a group.", places.bad_history),
    Rule("F105", "error", "'from' names stages that exist.", places.unknown_origin),
    Rule("F106", "error", "'from' stands in the rules of 'anywhere'.", places.origin_in_stage),
    Rule("F107", "error", "'on_stuck' names a stage that exists.", places.unknown_stuck),
    Rule("F108", "error", "A final stage has no exits and asks nothing.", places.final_goes_on),
    Rule("F109", "error", "A group is not final.", places.final_group),
    Rule("F201", "error", "A field is collected in one stage.", fields.field_twice),
    Rule("F202", "error", "A field does not take a word of 'when'.", fields.taken_name),
    Rule("F203", "error", "'forget' names fields that exist.", fields.unknown_forget),
    Rule("F204", "error", "'depends_on' names fields that exist.", fields.unknown_dependency),
    Rule("F205", "error", "'depends_on' does not go in circles.", fields.dependency_cycle),
    Rule("F206", "error", "A choice is 'from' a list of text.", fields.bad_choice_source),
    Rule("F207", "error", "A 'when' can be read and knows its names.", fields.bad_expression),
    Rule("F208", "error", "An action is in the registry.", fields.unknown_action),
    Rule("F209", "error", "Every stage finds a template.", fields.missing_template),
    Rule("F210", "error", "A tool is in the registry.", fields.unknown_tool),
    Rule("F401", "error", "A comparison can come true.", values.never_true),
    Rule("F402", "error", "A choice is compared with one of its words.", values.no_such_choice),
    Rule("F403", "error", "A field's limits leave room.", values.contradictory_limits),
    Rule("F405", "warning", "A field takes its own examples.", values.bad_example),
    Rule("F406", "warning", "turns_left is read only with a budget.", values.no_budget),
    Rule("F501", "error", "Artifacts that are named are defined.", made.unknown_artifact),
    Rule("F502", "error", "'from' and 'comment' name fields that exist.", made.unknown_source),
    Rule("F503", "warning", "Every artifact is drafted somewhere.", made.never_drafted),
    Rule("F504", "error", "A draft has fields to be written from.", made.nothing_to_write),
    Rule("F505", "error", "A status is compared with one of its words.", made.no_such_status),
    Rule("F506", "error", "A rule gives one verdict, and its comment is on it.", made.odd_verdict),
    Rule("F507", "error", "An artifact is not called like an id.", made.called_like_an_id),
    Rule("F508", "error", "A stage drafts, and no group does.", made.group_drafts),
    Rule("F601", "error", "What is due has one time.", due.no_time),
    Rule("F602", "error", "What is due at a day names a date.", due.no_day),
    Rule("F603", "warning", "Some rule waits for what is due.", due.nobody_waits),
    Rule("F604", "error", "'carry_over' names fields that exist.", due.nothing_to_carry),
)
WAYS = (
    Rule("F301", "error", "Every stage can be reached.", paths.unreachable),
    Rule("F302", "warning", "Every stage that is not final can be left.", paths.dead_end),
    Rule("F303", "error", "Every rule can be taken.", paths.shadowed),
    Rule("F304", "error", "Moves without a condition do not go round.", paths.endless_loop),
    Rule("F305", "warning", "Moves within one turn come to rest.", paths.may_go_round),
    Rule("F306", "warning", "A trigger is no navigation word.", paths.trigger_is_navigation),
    Rule("F404", "warning", "A stage waits for its required fields.", values.not_waited_for),
)
RULES: tuple[Rule, ...] = tuple(sorted((*NAMES, *WAYS), key=lambda rule: rule.code))

# With one of these wrong there is no layout to follow.
BREAKS_LAYOUT = frozenset({"F101", "F102", "F103", "F104", "F105", "F207", "F501"})


def check_flow(
    flow: Flow, registry: Registry | None = None, templates: Templates | None = None
) -> list[Finding]:
    """Everything that the rules find in a flow, by rule.

    Guards, actions and tools are looked up in `registry` (default: the flow's own). `templates`
    says whether a template of a name exists; without it none is looked for. Ways are followed
    only in a flow whose names hold, since a typo in a name would make half of it unreachable.
    """
    survey = Survey(flow, flow.registry if registry is None else registry, templates)
    found = list(_findings(NAMES, survey))
    if not any(finding.code in BREAKS_LAYOUT for finding in found):
        found += _findings(WAYS, survey)
    return sorted(found, key=lambda finding: finding.code)


def _findings(rules: Iterable[Rule], survey: Survey) -> Iterator[Finding]:
    for rule in rules:
        for location, message in rule.find(survey):
            yield Finding(code=rule.code, level=rule.level, location=location, message=message)
