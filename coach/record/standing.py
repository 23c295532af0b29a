"""Where a session stands and what has been answered: the ground of CoachContext."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from coach.record.answer import Answer
from coach.record.last_time import LastTime
from coach.record.visit import Visit
from coach.vocabulary.commands import Answerable
from coach.vocabulary.words import SessionStatus, Source

SUPERSEDED_CHARS = 4_000
CLIP = 120


def _now() -> datetime:
    return datetime.now(UTC)


def _user(known: dict[str, Any]) -> str:
    return str(known["user_id"])


class Standing(BaseModel):
    """The fields that every session has, its answers, and what becomes of earlier values.

    `caller_id` is the application or channel that began the session (the person themselves when
    nobody said), `account_id` the tenant it belongs to; `messages`, `tokens` and `tool_calls`
    count what there was, what was taken back included.

    `last_time` is what the person's session before this one came to; `achieved` what they have
    reached in this one, by name, with a word on it.
    `due_at` is when the next trigger of the flow's `due` is to be fired, `fired` says of each that
    was for which day or silence.

    `superseded` holds the words of values that no longer count, under 'MESSAGE:FIELD' (number of
    the message they came from): the newest 4,000 characters of them, the first 120 of each;
    '' for a number or a yes, which no text could be searched for.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True, allow_inf_nan=False)

    session_id: str
    user_id: str = "user"
    caller_id: str = Field(default_factory=_user)
    account_id: str | None = None
    flow: str = ""
    flow_version: int = 0
    flow_hash: str = ""
    stage: str = ""
    status: SessionStatus = SessionStatus.ACTIVE
    finished_because: str | None = None
    previous_session: str | None = None
    forked_from: str | None = None
    forked_at: int | None = None
    revision: int = 0
    undo_head: int | None = None
    rewound: int | None = None
    turns: int = 0
    turns_in_stage: int = 0
    progress: float = 0.0
    messages: int = 0
    tokens: int = 0
    tool_calls: int = 0
    asks: str | None = None
    asks_about: str | None = None
    asked: dict[str, int] = {}
    answers: dict[str, Answer] = {}
    superseded: dict[str, str] = {}
    visits: list[Visit] = []
    resume_points: dict[str, str] = {}
    window_start: int = 1
    metadata: dict[str, Any] = {}
    achieved: dict[str, str] = {}
    last_time: LastTime | None = None
    due_at: datetime | None = None
    fired: dict[str, str] = {}
    created_at: datetime = Field(default_factory=_now)
    updated_at: datetime = Field(default_factory=_now)
    last_message_at: datetime | None = None

    @property
    def finished(self) -> bool:
        """Whether it has ended, also by expiry."""
        return self.status is not SessionStatus.ACTIVE

    @property
    def expired(self) -> bool:
        """Whether it has ended because nothing was said for too long."""
        return self.status is SessionStatus.EXPIRED

    # -- reading ---------------------------------------------------------------------------

    def has(self, field: str) -> bool:
        """True when the field has a value that is not stale."""
        answer = self.answers.get(field)
        return answer is not None and answer.counts

    def value(self, field: str) -> Answerable | None:
        """The field's value, or None while it is missing, declined or stale."""
        answer = self.answers.get(field)
        value = answer.value if answer is not None and answer.counts else None
        return list(value) if isinstance(value, list) else value

    def declined(self, field: str) -> bool:
        """True when the person chose not to answer the field."""
        answer = self.answers.get(field)
        return answer is not None and answer.declined

    # -- changing --------------------------------------------------------------------------

    def set_answer(self, answer: Answer) -> None:
        """Put an answer in place; the visit remembers what was there, for `back`."""
        self._remember(answer.field)
        self.put_answer(answer.field, answer)

    def set(self, field: str, value: Answerable, source: Source = Source.DEFAULT) -> None:
        """For actions: answer a field. The engine checks the value when the action returns."""
        self.set_answer(Answer(field=field, value=value, source=source, **self._stamp()))

    def put_answer(self, field: str, answer: Answer | None) -> None:
        """Put an answer in place, or take it away; the value that was there is superseded."""
        before = self.answers.pop(field, None) if answer is None else self.answers.get(field)
        if answer is not None:
            self.answers[field] = answer
        value = None if answer is None else answer.value
        if before is not None and before.value is not None and before.value != value:
            self._supersede(before)
        if value is not None and self.superseded:
            self._revive(field, _words(value))

    def _supersede(self, answer: Answer) -> None:
        self.superseded[f"{answer.message or 0}:{answer.field}"] = _words(answer.value)
        size = sum(len(key) + len(words) for key, words in self.superseded.items())
        while size > SUPERSEDED_CHARS:
            oldest = next(iter(self.superseded))
            size -= len(oldest) + len(self.superseded.pop(oldest))

    def _revive(self, field: str, words: str) -> None:
        """A value that counts again is not superseded any more."""
        same = [k for k, old in self.superseded.items() if k.endswith(f":{field}") and old == words]
        for key in same:
            del self.superseded[key]

    def _stamp(self) -> dict[str, Any]:
        """Where something comes from that arises now: the message and the turn."""
        return {"message": self.messages or None, "revision": self.revision}

    def _settlement(self) -> dict[str, Any]:
        """What settles something now."""
        return {"settled_message": self.messages or None, "settled_revision": self.revision}

    def _remember(self, field: str) -> None:
        if self.visits and field not in self.visits[-1].before:
            visit = self.visits[-1]
            before = {**visit.before, field: self.answers.get(field)}
            self.visits[-1] = visit.model_copy(update={"before": before})


def _words(value: Answerable | None) -> str:
    """What of a value a text could be searched for: '' for numbers and for yes or no."""
    if isinstance(value, list):
        return ", ".join(item for item in value if isinstance(item, str))[:CLIP]
    return value[:CLIP] if isinstance(value, str) else ""
