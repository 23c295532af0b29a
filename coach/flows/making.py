"""Making: artifacts written from answers, verdicts on them, and what a change does to them."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from coach.flows.flow import Flow, Transition
from coach.flows.questions import label_of
from coach.flows.walker import Walker
from coach.record.artifact import Artifact, ArtifactStatus, Verdict
from coach.record.context import CoachContext
from coach.record.visit import Visit
from coach.vocabulary.commands import Answerable
from coach.vocabulary.words import AnswerStatus

if TYPE_CHECKING:
    from coach.flows.engine import Engine

AN_ID = re.compile(r"d\d+")
OPEN = "left open"
DOUBT = " (not confirmed)"


def content_of(flow: Flow, context: CoachContext, key: str) -> str:
    """What an artifact says as the answers stand: a line 'label: value' for each of its fields."""
    return "\n".join(
        f"{_capital(label_of(flow, name))}: {_said(context, name)}"
        for name in flow.written_from[key]
    )


def draft(walker: Walker, key: str) -> None:
    """Put forward what the answers say: as a new version, unless the one that stands says it.

    What was rejected becomes a new version even so, or nobody could ever approve it.
    """
    found = walker.context.standing_artifact(key)
    text = content_of(walker.flow, walker.context, key)
    if found is None or found.rejected or found.content != text:
        found = _write(walker, key, text, "drafted")
    _put_forward(walker.context, found)


def judge(walker: Walker, rule: Transition) -> None:
    """The verdicts of a rule; a version that has that verdict already keeps it."""
    comment = in_words(walker.context.value(rule.comment)) if rule.comment is not None else ""
    for key, verdict in verdicts(rule):
        found = walker.context.standing_artifact(key)
        if found is not None and found.put_forward:
            _judge(walker, found, verdict, comment)


def verdicts(rule: Transition) -> list[tuple[str, Verdict]]:
    """What a rule approves and rejects."""
    given: dict[Verdict, tuple[str, ...]] = {"approved": rule.approve, "rejected": rule.reject}
    return [(key, verdict) for verdict, keys in given.items() for key in keys]


# -- versions ------------------------------------------------------------------------------


def _write(walker: Walker, key: str, text: str, did: str) -> Artifact:
    made = walker.flow.artifacts[key]
    written = walker.context.add_artifact(made.name, text, made.type, key)
    walker.events.append(f"{did} {titled(written)}")
    return written


def _put_forward(context: CoachContext, artifact: Artifact) -> None:
    if artifact.status is ArtifactStatus.DRAFT:
        context.submit_artifact(artifact.id)


def _judge(walker: Walker, artifact: Artifact, verdict: Verdict, comment: str) -> None:
    walker.context.review_artifact(artifact.id, verdict, comment)
    walker.events.append(f"{verdict} {titled(artifact)}")


# -- changes -------------------------------------------------------------------------------


def outdated(engine: "Engine", walker: Walker, field: str, index: int) -> bool:
    """Whether something drafted on the way from a visit no longer says what a field's answer is."""
    flow, context = walker.flow, walker.context
    keys = {key for key, names in flow.written_from.items() if field in names}
    drafted = keys.intersection(_drafted(engine, flow, context.visits[index:])) if keys else ()
    return any(_differs(flow, context, key) for key in drafted)


def reopen(walker: Walker, since: int) -> None:
    """Put forward anew, as a new version, what was approved or rejected after a turn."""
    context = walker.context
    for artifact in list(context.artifacts.values()):
        settled = artifact.approved or artifact.rejected
        if settled and (artifact.settled_revision or 0) > since:
            again = context.add_artifact(
                artifact.name, artifact.content, artifact.type, artifact.definition_id
            )
            context.submit_artifact(again.id)
            walker.events.append(f"reopened {titled(again)}")


def retire(context: CoachContext) -> None:
    """Supersede what no verdict was given on."""
    for artifact in list(context.artifacts.values()):
        if artifact.pending:
            context.set_artifact_status(artifact.id, ArtifactStatus.SUPERSEDED)


def _drafted(engine: "Engine", flow: Flow, visits: list[Visit]) -> Iterator[str]:
    """The artifacts that were drafted at these visits, and by the rules between them."""
    for here, there in pairwise(visits):
        yield from (*flow.places[here.stage].draft, *flow.places[there.stage].draft)
        for rule in engine.machine.rules[here.stage]:
            if there.stage in rule.targets:
                yield from rule.transition.draft


def _differs(flow: Flow, context: CoachContext, key: str) -> bool:
    found = context.standing_artifact(key)
    return found is not None and found.content != content_of(flow, context, key)


# -- words ---------------------------------------------------------------------------------


def titled(artifact: Artifact) -> str:
    """'Requirements document (version 2)'."""
    return f"{artifact.name} (version {artifact.version})"


def in_words(value: Answerable | None) -> str:
    """A value on one line, as a person would write it; '' for None."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(in_words, value))
        case float():
            return f"{value:g}"
    return " ".join(str(value).split())


def _said(context: CoachContext, name: str) -> str:
    if not context.has(name):
        return OPEN
    doubtful = context.answers[name].status is AnswerStatus.UNCONFIRMED
    return in_words(context.value(name)) + (DOUBT if doubtful else "")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
