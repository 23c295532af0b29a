"""Remembering: what somebody asks to keep beyond the window."""

from typing import TYPE_CHECKING

from coach.errors import did_you_mean
from coach.flows.answers import Refused
from coach.flows.walker import Walker
from coach.record.knowing import ENTITY
from coach.record.known import Known, Origin
from coach.vocabulary.commands import Remember

if TYPE_CHECKING:
    from coach.flows.engine import Engine

MOST_CHARS = 500
KINDS = ("fact", "instruction", ENTITY, "context")
KEPT_ANYWAY = ("message", "summary")
SCOPES = ("working", "short_term", "long_term")


def remember(engine: "Engine", walker: Walker, command: Remember) -> str:
    """Know it from now on; the turn that does so keeps it as a memory of the person.

    An entity is said as 'SUBJECT: VALUE' and takes the place of what was known of its subject.
    """
    kind, scope = command.kind.strip().casefold(), command.scope.strip().casefold()
    _check(kind, scope)
    subject, content = _parts(kind, command.content.strip())
    if not content:
        raise Refused("there is nothing to remember: say what")
    if len(content) > MOST_CHARS:
        raise Refused(f"that has {len(content):,} characters: remember at most {MOST_CHARS}")
    context = walker.context
    item = Known(
        kind=kind,
        subject=subject,
        content=content,
        scope=scope,
        origin=Origin.TOLD,
        message=context.messages or None,
        revision=context.revision,
    )
    if not context.learn(item):
        return "that is known already"
    walker.events.append(f"remembered {'an' if kind[0] in 'aeiou' else 'a'} {kind}")
    return ""


def _check(kind: str, scope: str) -> None:
    if kind in KEPT_ANYWAY:
        raise Refused(f"every {kind} is kept anyway")
    if kind not in KINDS:
        raise Refused(f"a {kind[:40]!r} cannot be remembered.{did_you_mean(kind, KINDS)}")
    if scope not in SCOPES:
        raise Refused(f"there is no scope {scope[:40]!r}.{did_you_mean(scope, SCOPES)}")


def _parts(kind: str, content: str) -> tuple[str | None, str]:
    if kind != ENTITY:
        return None, content
    subject, _, value = content.partition(":")
    subject = " ".join(subject.split())
    if not value.strip() or not 0 < len(subject) <= 64:
        raise Refused("an entity is remembered as 'subject: value'")
    return subject, value.strip()
