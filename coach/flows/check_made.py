"""Rules about artifacts: what is drafted, judged and read is defined, and can be written."""

import re
from collections.abc import Iterator

from coach.errors import did_you_mean
from coach.flows.expression import Expression
from coach.flows.making import AN_ID
from coach.flows.survey import Fault, Survey, place
from coach.flows.tree import Location
from coach.record.artifact import ArtifactStatus

STATUSES = tuple(s.value for s in ArtifactStatus if s is not ArtifactStatus.SUPERSEDED)
READS_STATUS = re.compile(r"artifact_status\(\w+\)")


def unknown_artifact(survey: Survey) -> Iterator[Fault]:
    known = survey.flow.artifacts
    for at, keys in _named(survey):
        for index, key in enumerate(keys):
            if key not in known:
                hint = did_you_mean(key, known) or " The flow has no 'artifacts'."
                yield (*at, index), f"{at[-1]!r} names no artifact {key!r}.{hint}"


def unknown_source(survey: Survey) -> Iterator[Fault]:
    fields = survey.flow.fields
    for key, made in survey.flow.artifacts.items():
        for index, name in enumerate(made.sources):
            if name not in fields:
                hint = did_you_mean(name, fields)
                message = f"'from' of artifact {key!r} names no field {name!r}.{hint}"
                yield ("artifacts", key, "from", index), message
    for placed in survey.rules:
        name = placed.rule.comment or ""
        if name and name not in fields:
            message = f"'comment' names no field {name!r}.{did_you_mean(name, fields)}"
            yield (*placed.at, "comment"), message


def never_drafted(survey: Survey) -> Iterator[Fault]:
    drafted = _drafted(survey)
    for key in survey.flow.artifacts:
        if key not in drafted:
            message = f"nothing drafts artifact {key!r}: add 'draft: [{key}]' to a stage or a rule"
            yield ("artifacts", key), message


def nothing_to_write(survey: Survey) -> Iterator[Fault]:
    for key in survey.flow.artifacts:
        if key in _drafted(survey) and not survey.flow.written_from[key]:
            message = f"artifact {key!r} is drafted before anything is asked: name fields in 'from'"
            yield ("artifacts", key), message


def no_such_status(survey: Survey) -> Iterator[Fault]:
    for at, guard in survey.guards.items():
        for comparison in guard.comparisons if isinstance(guard, Expression) else ():
            if READS_STATUS.fullmatch(comparison.name):
                for word in _words(comparison.value):
                    if word not in STATUSES:
                        hint = did_you_mean(word, STATUSES)
                        yield (*at, "when"), f"{comparison.name} is never {word!r}.{hint}"


def odd_verdict(survey: Survey) -> Iterator[Fault]:
    for placed in survey.rules:
        rule = placed.rule
        for key in sorted({*rule.approve} & {*rule.reject}):
            yield (*placed.at, "reject"), f"the rule approves {key!r} as well"
        if rule.comment is not None and not (rule.approve or rule.reject):
            message = "'comment' says why something is approved or rejected: this rule does neither"
            yield (*placed.at, "comment"), message


def called_like_an_id(survey: Survey) -> Iterator[Fault]:
    for key in survey.flow.artifacts:
        if AN_ID.fullmatch(key):
            message = f"an artifact cannot be called {key!r}: its versions have such ids"
            yield ("artifacts", key), message


def group_drafts(survey: Survey) -> Iterator[Fault]:
    for path, stage in survey.flow.places.items():
        if stage.draft and stage.stages:
            message = f"group {path!r} drafts: say which stage inside it does"
            yield (*place(path), "draft"), message


def _named(survey: Survey) -> Iterator[tuple[Location, tuple[str, ...]]]:
    """Every list of artifacts in the flow, and where it stands."""
    for path, stage in survey.flow.places.items():
        yield (*place(path), "draft"), stage.draft
    for placed in survey.rules:
        rule = placed.rule
        for name, keys in (("approve", rule.approve), ("reject", rule.reject)):
            yield (*placed.at, name), keys
        yield (*placed.at, "draft"), rule.draft


def _drafted(survey: Survey) -> frozenset[str]:
    named = _named(survey)
    return frozenset(key for at, keys in named if at[-1] == "draft" for key in keys)


def _words(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [word for word in values if isinstance(word, str)]
