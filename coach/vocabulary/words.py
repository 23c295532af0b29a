"""Fixed words: where a belief comes from and how settled it is."""

from enum import StrEnum


class Source(StrEnum):
    """Where an answer or an assumption comes from (seed 004's four sources)."""

    USER_STATED = "user_stated"
    EXTRACTED = "extracted"
    INFERRED = "inferred"
    DEFAULT = "default"


class AnswerStatus(StrEnum):
    """How settled an answer is. Staleness is a flag of its own."""

    GIVEN = "given"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class AssumptionStatus(StrEnum):
    """An assumption is settled once and never deleted."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class SessionStatus(StrEnum):
    """A finished session stays finished, and one that expired stays so."""

    ACTIVE = "active"
    FINISHED = "finished"
    EXPIRED = "expired"


class Role(StrEnum):
    """Who wrote a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Verdict(StrEnum):
    """What a guard said. UNKNOWN (an unset or stale field) blocks, and says so; SKIPPED is a
    Python guard that was not called, because something before it does not hold."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"
    ERROR = "error"
    SKIPPED = "skipped"
