"""Making: artifacts written from answers, verdicts on them, and what a change does to them."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from coach.errors import did_you_mean
from coach.flows.answers import Refused
from coach.flows.flow import Flow, Transition
from coach.flows.questions import label_of
from coach.flows.walker import Walker
from coach.record.artifact import Artifact, ArtifactStatus, Verdict
from coach.record.context import CoachContext
from coach.record.visit import Visit
from coach.vocabulary.commands import Answerable, Note, Review
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


# -- commands ------------------------------------------------------------------------------


def note(engine: "Engine", walker: Walker, command: Note) -> str:
    """Write an artifact, or a new version of it; what the flow makes is put forward with it."""
    what, text = command.artifact.strip(), command.content
    if not text.strip():
        raise Refused(f"a note needs words: what should {what!r} say?")
    key, old = _meant(walker, what)
    if old is None and AN_ID.fullmatch(what):
        raise Refused(f"no artifact {what!r}.{did_you_mean(what, walker.context.artifacts)}")
    if old is not None:
        old = walker.context.get_artifact(old.definition_id or old.name)
    if old is not None and old.content == text and not old.superseded:
        return f"{titled(old)} says that already"
    if key is not None:
        _put_forward(walker.context, _write(walker, key, text, "noted"))
    else:
        _keep(walker, what, text, old)
    return ""


def review(engine: "Engine", walker: Walker, command: Review) -> str:
    """A verdict on what was put forward."""
    what = command.artifact.strip()
    key, found = _meant(walker, what)
    if found is None and key is not None:
        raise Refused(f"{walker.flow.artifacts[key].name} is not written yet")
    if found is None:
        known = [*walker.flow.artifacts, *walker.context.artifacts]
        raise Refused(f"no artifact {what!r}.{did_you_mean(what, known)}")
    if not found.put_forward:
        raise Refused(
            f"{titled(found)} is {found.status.replace('_', ' ')}: a verdict is given on what "
            "was put forward, which is pending review or in review"
        )
    _judge(walker, found, command.verdict, command.comment)
    return ""


def _meant(walker: Walker, what: str) -> tuple[str | None, Artifact | None]:
    """The definition and the version that an id of either, or a name, means."""
    context, made = walker.context, walker.flow.artifacts
    if (found := context.artifacts.get(what)) is None:
        key = next((key for key, one in made.items() if what in (key, one.name)), None)
        if key is not None:
            return key, next(iter(context.get_artifacts(definition_id=key)[-1:]), None)
        found = context.get_artifact(what)
    key = found.definition_id if found is not None else None
    return (key if key in made else None), found


def _keep(walker: Walker, name: str, text: str, old: Artifact | None) -> None:
    """What no flow makes: a note, or a further version of what Python code has made."""
    if old is None:
        made = walker.context.add_artifact(name, text, "note")
    else:
        made = walker.context.add_artifact(old.name, text, old.type, old.definition_id)
    walker.events.append(f"noted {titled(made)}")


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
