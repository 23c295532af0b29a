"""What was heard, for tests in Python: a function for each command, in the words of stories.

talk.say("Half marathon, not 10k.", heard=[correct(goal="half marathon")])
"""

from coach.vocabulary.commands import (
    Answerable,
    Assume,
    Back,
    Clarify,
    Command,
    Confirm,
    Correct,
    Decline,
    Digress,
    Finish,
    Handoff,
    Note,
    Reject,
    Remember,
    Restart,
    Resume,
    Review,
    SayNothing,
    Set,
    Trigger,
    Undo,
)

Heard = Command | tuple[Command, ...]


def understood(**answers: Answerable) -> tuple[Command, ...]:
    """`set`, for each field."""
    return tuple(Set(field=field, value=value) for field, value in answers.items())


def correct(**answers: Answerable) -> tuple[Command, ...]:
    """`correct`, for each field."""
    return tuple(Correct(field=field, value=value) for field, value in answers.items())


def confirm(what: str) -> Command:
    return Confirm(what=what)


def reject(what: str) -> Command:
    return Reject(what=what)


def decline(*fields: str) -> tuple[Command, ...]:
    """`decline`, for each field."""
    return tuple(Decline(field=field) for field in fields)


def assume(content: str, confidence: float = 0.5, related_to: str | None = None) -> Command:
    return Assume(content=content, confidence=confidence, related_to=related_to)


def trigger(name: str) -> Command:
    return Trigger(name=name)


def back(to: str | None = None) -> Command:
    return Back(to=to)


def undo() -> Command:
    return Undo()


def digress(topic: str) -> Command:
    return Digress(topic=topic)


def resume() -> Command:
    return Resume()


def restart() -> Command:
    return Restart()


def finish(reason: str = Finish.model_fields["reason"].default) -> Command:
    return Finish(reason=reason)


def clarify(about: str) -> Command:
    return Clarify(about=about)


def handoff(reason: str) -> Command:
    return Handoff(reason=reason)


def note(artifact: str, content: str = "") -> Command:
    return Note(artifact=artifact, content=content)


def approve(artifact: str, comment: str = "") -> Command:
    """`review`, with a good verdict."""
    return Review(artifact=artifact, verdict="approved", comment=comment)


def turn_down(artifact: str, comment: str = "") -> Command:
    """`review`, with a bad one."""
    return Review(artifact=artifact, verdict="rejected", comment=comment)


def remember(content: str, kind: str = "facts", scope: str = "long_term") -> Command:
    return Remember(kind=kind, content=content, scope=scope)


def say_nothing() -> Command:
    return SayNothing()
