"""Everything that can go wrong, as one tree.

CoachError
├── FlowError                the script is wrong
│   ├── FlowNotFound         no flow of that name
│   ├── FlowFileError        a flow file has problems; all of them, with file:line
│   ├── ExpressionError      a `when:` expression cannot be used
│   ├── FlowLoopError        moves without an event went round in a circle
│   ├── GuardError           a guard raised
│   └── ActionError          an action raised, or left the context invalid
├── SettingsError            an environment variable or a setting cannot be used
│   └── FeatureOff           a method whose feature is switched off
├── InputError               what the host or the person passed in cannot be taken
│   ├── EmptyMessage         nothing but white space
│   ├── MessageTooLong       above the limit of characters
│   ├── FixtureError         a fixture has problems; all of them, with file:line
│   ├── StoryError           a story file has problems; all of them, with file:line
│   ├── InvalidId            a session or user id that is no id
│   ├── InvalidValue         a value that a field does not take
│   ├── IdempotencyKeyReuse  the same key with another text
│   ├── UnscriptedCall       a double of an llm was asked what nobody has prepared
│   └── CassetteMiss         no recording of this request on the cassette
├── SessionError             the conversation cannot go on like this
│   ├── SessionNotFound      no such session (or not this user's)
│   ├── SessionBusy          another turn is in flight
│   │   └── QueueFull        as many messages wait for their turn as may
│   ├── LeaseLost            this turn was overtaken; nothing of it was kept
│   └── FlowVersionMismatch  the session stands on another version of the flow
├── StoreError               the shelf cannot be used
│   ├── StoreUrlError        an address that names no store
│   ├── StoreUnavailable     the place is not there, not writable or not a database
│   ├── DamagedStore         a row that cannot be read
│   ├── ForeignDatabase      a database, but not one of ours
│   ├── NewerSchema          written by a newer coachflow
│   ├── OlderSchema          written by an earlier one, and not upgraded yet
│   ├── ArchiveError         an export or a backup cannot be read, with path:line, or written
│   └── StoreNotEmpty        a backup is restored into an empty store only
├── PromptError              the page cannot be rendered
│   ├── TemplateNotFound     no such template under the template folders
│   ├── TemplateError        a template is wrong, with file:line
│   ├── BudgetError          the sections that must be there do not fit
│   └── SummaryFailed        what leaves the window could not be summarised
└── LlmError                 the llm did not do what was asked of it
    ├── LlmNotInstalled      its library is not there; how to get it
    ├── LlmAddressError      an address that names no llm
    ├── LlmUnavailable       no connection, a server error, or no answer in time
    ├── LlmRateLimited       it has had enough for now; `retry_after` in seconds
    ├── LlmDenied            a key or a right is missing, or the request is not taken
    ├── LlmOutputInvalid     it answered, and not in the form that was asked for
    ├── LlmEmpty             it answered nothing
    ├── LlmRefused           it would not answer
    ├── ContextTooLong       the page is longer than the llm takes
    ├── LlmInterrupted       the answer broke off after its first words
    └── TurnCancelled        somebody said stop before there was a word of a reply
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class CoachError(Exception):
    """Base of every error that coachflow raises on purpose."""


class FlowError(CoachError):
    """The script is wrong."""


class FlowNotFound(FlowError):
    """No flow of that name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong with a file: where it is, a short code, and what to do.

    `line` counts from 1; None when the thing has no place in a file.
    """

    path: str
    line: int | None
    code: str
    message: str
    level: str = "error"

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.code} {self.message}"


class FlowFileError(FlowError):
    """A flow file has problems; `problems` holds all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ExpressionError(FlowError):
    """A `when:` expression cannot be used."""


class FlowLoopError(FlowError):
    """Moves without an event went round in a circle."""


class GuardError(FlowError):
    """A guard raised."""


class ActionError(FlowError):
    """An action raised, or left the context invalid."""


class SettingsError(CoachError):
    """An environment variable or a setting cannot be used."""


class FeatureOff(SettingsError):
    """A method whose feature is switched off; the text names the flag."""


class InputError(CoachError):
    """What the host or the person passed in cannot be taken."""


class EmptyMessage(InputError):
    """Nothing but white space."""


class MessageTooLong(InputError):
    """Above the limit of characters."""


class FixtureError(InputError):
    """A fixture has problems; `problems` holds all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class StoryError(InputError):
    """A story file has problems; `problems` holds all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InvalidId(InputError):
    """A session or user id that is no id."""


class InvalidValue(InputError):
    """A value that a field does not take. The text says what would be valid."""


class IdempotencyKeyReuse(InputError):
    """The same key was sent before with another text."""


class UnscriptedCall(InputError):
    """A double of an llm was asked for an answer that nobody has prepared."""


class CassetteMiss(InputError):
    """No recording of this request on the cassette; the text shows the nearest one."""


class SessionError(CoachError):
    """The conversation cannot go on like this."""


class SessionNotFound(SessionError):
    """No such session, or not this user's."""


class SessionBusy(SessionError):
    """Another turn of this session is in flight."""


class QueueFull(SessionBusy):
    """As many messages wait for their turn as may; nothing was kept of this one."""


class LeaseLost(SessionError):
    """This turn was overtaken by another worker; nothing of it was kept."""


class FlowVersionMismatch(SessionError):
    """The session stands on another version of the flow."""


class StoreError(CoachError):
    """The shelf cannot be used."""


class StoreUrlError(StoreError):
    """An address that names no store."""


class StoreUnavailable(StoreError):
    """The place is not there, not writable, or not a database."""


class DamagedStore(StoreError):
    """A row that cannot be read: somebody else has written to the database, or the disk has."""


class ForeignDatabase(StoreError):
    """A database, but not one of ours."""


class NewerSchema(StoreError):
    """The database was written by a newer coachflow."""


class OlderSchema(StoreError):
    """The database was written by an earlier coachflow: `coach store upgrade` brings it up."""


class ArchiveError(StoreError):
    """An export or a backup that cannot be read or written; `path:line` where a line is wrong."""


class StoreNotEmpty(StoreError):
    """A backup is restored into an empty store, and this one is none."""


class PromptError(CoachError):
    """The page cannot be rendered."""


class TemplateNotFound(PromptError):
    """No such template under the template folders."""


class TemplateError(PromptError):
    """A template is wrong; the text starts with file:line."""


class BudgetError(PromptError):
    """The sections that must be there do not fit the budget; the text names them."""


class SummaryFailed(PromptError):
    """What leaves the window could not be summarised; nothing was folded, nothing is lost."""


class LlmError(CoachError):
    """The llm did not do what was asked of it. No text here ever holds a key."""


class LlmNotInstalled(LlmError):
    """The library of an llm is not there; the text is the command that brings it."""


class LlmAddressError(LlmError):
    """An address that names no llm."""


class LlmUnavailable(LlmError):
    """No connection, a server error, or no answer in time. Trying again may help."""


class LlmRateLimited(LlmError):
    """The llm has had enough for now; `retry_after` is in seconds, None when it does not say."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class LlmDenied(LlmError):
    """A key or a right is missing, or the request is not taken; trying again does not help."""


class LlmOutputInvalid(LlmError):
    """The llm answered, and not in the form that was asked for."""


class LlmEmpty(LlmError):
    """The llm answered nothing."""


class LlmRefused(LlmError):
    """The llm would not answer."""


class ContextTooLong(LlmError):
    """The page is longer than the llm takes."""


class LlmInterrupted(LlmError):
    """The answer broke off after its first words, which are `partial`."""

    def __init__(self, text: str, partial: str = "") -> None:
        super().__init__(text)
        self.partial = partial


class TurnCancelled(LlmError):
    """Somebody said stop before there was a word of a reply; the message is kept, unanswered."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """' Did you mean 'stages'?' for the nearest known word, else the known words, else ''."""
    names = [str(name) for name in known]
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f" Did you mean {near[0]!r}?"
    return f" Known: {', '.join(sorted(names))}." if names else ""
