"""Commands: what an utterance asks the engine to do. A closed set.

Hearing turns text into a list of these; `flow.step` applies them one by one, and refuses
those that cannot be applied, each with a reason. JSON round trip by `dump` and `parse`. Their
words are cleaned as they are made, so that whatever an llm writes can be kept.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field as Setting
from pydantic import TypeAdapter

from coach.errors import InputError
from coach.vocabulary.text import Words
from coach.vocabulary.value import Value

Scalar = Words | int | float | bool
Answerable = Scalar | list[Scalar]

Confidence = Annotated[float, Setting(ge=0, le=1)]


class Set(Value):
    """Answer a field. `quote` is the words it was taken from, None when the value is they."""

    command: Literal["set"] = "set"
    field: Words
    value: Answerable
    confidence: Confidence = 1.0
    quote: Words | None = None


class Correct(Value):
    """Replace an answer given earlier, from any stage."""

    command: Literal["correct"] = "correct"
    field: Words
    value: Answerable
    confidence: Confidence = 1.0
    quote: Words | None = None


class Confirm(Value):
    """Settle an assumption (by id) or an unconfirmed answer (by field name) as true."""

    command: Literal["confirm"] = "confirm"
    what: Words


class Reject(Value):
    """Settle an assumption (by id) or an unconfirmed answer (by field name) as wrong."""

    command: Literal["reject"] = "reject"
    what: Words


class Decline(Value):
    """Leave a field unanswered on purpose."""

    command: Literal["decline"] = "decline"
    field: Words


class Assume(Value):
    """Believe something that was not said. `value` is what the field `related_to` would hold:
    it is proposed to the person, and answers the field only when they confirm it."""

    command: Literal["assume"] = "assume"
    content: Words
    confidence: Confidence = 0.5
    related_to: Words | None = None
    value: Answerable | None = None


class Trigger(Value):
    """Fire a trigger that the flow declares for the current stage."""

    command: Literal["trigger"] = "trigger"
    name: Words


class Back(Value):
    """Return to the previous stage (or to the named one), undoing what was answered since."""

    command: Literal["back"] = "back"
    to: Words | None = None


class Undo(Value):
    """Take back the last turn whole."""

    command: Literal["undo"] = "undo"


class Digress(Value):
    """Leave the script for a topic; the question is asked again afterwards."""

    command: Literal["digress"] = "digress"
    topic: Words


class Resume(Value):
    """Return from a digression."""

    command: Literal["resume"] = "resume"


class Restart(Value):
    """Begin the flow anew in this session."""

    command: Literal["restart"] = "restart"


class Finish(Value):
    """End the session here."""

    command: Literal["finish"] = "finish"
    reason: Words = "the user asked to stop"


class Clarify(Value):
    """Ask what was meant."""

    command: Literal["clarify"] = "clarify"
    about: Words


class Handoff(Value):
    """Pass the conversation to a person."""

    command: Literal["handoff"] = "handoff"
    reason: Words


class Note(Value):
    """Write or update an artifact, named by its definition, its id or its name."""

    command: Literal["note"] = "note"
    artifact: Words
    content: Words = ""


class Review(Value):
    """Give a verdict on an artifact that was put forward, and say why."""

    command: Literal["review"] = "review"
    artifact: Words
    verdict: Literal["approved", "rejected"]
    comment: Words = ""


class Remember(Value):
    """Keep something beyond the window."""

    command: Literal["remember"] = "remember"
    kind: Words
    content: Words
    scope: Words = "long_term"


class SayNothing(Value):
    """Small talk: nothing to do."""

    command: Literal["say_nothing"] = "say_nothing"


Command = Annotated[
    Set
    | Correct
    | Confirm
    | Reject
    | Decline
    | Assume
    | Trigger
    | Back
    | Undo
    | Digress
    | Resume
    | Restart
    | Finish
    | Clarify
    | Handoff
    | Note
    | Review
    | Remember
    | SayNothing,
    Setting(discriminator="command"),
]

KINDS: tuple[type[Value], ...] = get_args(get_args(Command)[0])
COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)
COMMAND_LIST: TypeAdapter[list[Command]] = TypeAdapter(list[Command])


def parse(data: Any) -> Command:
    """A command from plain data; raises pydantic.ValidationError."""
    return COMMANDS.validate_python(data)


def as_commands(heard: Any) -> list[Command]:
    """What a hearer returned, as a list of commands; InputError names what is none."""
    if not isinstance(heard, list | tuple):
        raise InputError(f"a hearer returns a list of commands, not {heard!r:.80}")
    return [_as_command(item) for item in heard]


def _as_command(item: Any) -> Command:
    if isinstance(item, KINDS):
        command: Command = item  # type: ignore[assignment]  # KINDS are the members of Command
        return command
    try:
        return parse(item)
    except ValueError as error:
        raise InputError(f"{item!r:.80} is no command: {error}") from None


def dump(command: Command) -> dict[str, Any]:
    """A command as plain JSON data, without the fields that hold their default."""
    plain = command.model_dump(mode="json", exclude_defaults=True)
    return {"command": command.command, **plain}
