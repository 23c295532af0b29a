"""Rules about stages: every name of a place leads somewhere, and a final stage is an end."""

from collections.abc import Iterator

from coach.errors import did_you_mean
from coach.flows.flow import Stage
from coach.flows.survey import Fault, Survey, is_history, place


def unknown_start(survey: Survey) -> Iterator[Fault]:
    flow = survey.flow
    if flow.start not in flow.stages:
        hint = did_you_mean(flow.start, flow.stages)
        yield ("start",), f"the flow starts at {flow.start!r}, which is no stage.{hint}"


def unknown_group_start(survey: Survey) -> Iterator[Fault]:
    for path, stage in survey.flow.places.items():
        if stage.start is None or stage.start in stage.stages:
            continue
        at = (*place(path), "start")
        if stage.stages:
            hint = did_you_mean(stage.start, stage.stages)
            yield at, f"group {path!r} starts at {stage.start!r}, which is not in it.{hint}"
        else:
            yield at, f"stage {path!r} has 'start' but no 'stages'"


def unknown_target(survey: Survey) -> Iterator[Fault]:
    for placed in survey.rules:
        to = placed.rule.to
        if "$" not in to and survey.flow.resolve(to, placed.base) is None:
            hint = did_you_mean(to, survey.flow.places)
            yield (*placed.at, "to"), f"no stage {to!r} to go to.{hint}"


def bad_history(survey: Survey) -> Iterator[Fault]:
    for placed in survey.rules:
        to = placed.rule.to
        group = to.rpartition("/")[0]
        at = (*placed.at, "to")
        if "$" in to and (not is_history(to) or to.startswith("/") or "$" in group):
            yield at, f"{to!r} is neither '$history' nor a group's history such as 'plan/$history'"
        elif group and is_history(to) and not _is_group(survey, group, placed.base):
            groups = [path for path, stage in survey.flow.places.items() if stage.stages]
            yield at, f"{to!r}: {group!r} is no group of stages.{did_you_mean(group, groups)}"


def unknown_origin(survey: Survey) -> Iterator[Fault]:
    for placed in survey.anywhere:
        for index, origin in enumerate(placed.rule.origins):
            if survey.flow.resolve(origin) is None:
                hint = did_you_mean(origin, survey.flow.places)
                yield (*placed.at, "from", index), f"'from' names no stage {origin!r}.{hint}"


def origin_in_stage(survey: Survey) -> Iterator[Fault]:
    for placed in survey.rules:
        if placed.base and placed.rule.origins:
            message = f"'from' belongs to the rules of 'anywhere'; this one is {placed.base!r}'s"
            yield (*placed.at, "from"), message


def unknown_stuck(survey: Survey) -> Iterator[Fault]:
    for path, stage in survey.flow.places.items():
        target = stage.on_stuck
        if target is not None and survey.flow.resolve(target, path) is None:
            hint = did_you_mean(target, survey.flow.places)
            yield (*place(path), "on_stuck"), f"'on_stuck' names no stage {target!r}.{hint}"


def final_goes_on(survey: Survey) -> Iterator[Fault]:
    for path, stage in survey.flow.places.items():
        if stage.final and not stage.stages:
            for key in _going_on(stage):
                yield (*place(path), key), f"stage {path!r} is final: it cannot have {key!r}"


def final_group(survey: Survey) -> Iterator[Fault]:
    for path, stage in survey.flow.places.items():
        if stage.final and stage.stages:
            message = f"group {path!r} cannot be final; mark a stage inside it"
            yield (*place(path), "final"), message


def _going_on(stage: Stage) -> list[str]:
    keys = {
        "next": stage.next,
        "collect": stage.collect,
        "confirm": stage.confirm is not None,
        "on_stuck": stage.on_stuck,
        "exit": stage.exit,
    }
    return [key for key, value in keys.items() if value]


def _is_group(survey: Survey, name: str, base: str) -> bool:
    path = survey.flow.resolve(name, base)
    return path is not None and bool(survey.flow.places[path].stages)
