"""An artifact: something made in the conversation; and a review: a verdict on it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Literal

from sqlmodel import Field as Col

from coach.errors import InvalidValue
from coach.record.base import Row
from coach.record.collection import Collection
from coach.vocabulary.value import Value


class ArtifactStatus(StrEnum):
    """Draft, then put forward, looked at, and settled; a new version supersedes the old one."""

    DRAFT = "draft"
    PENDING_REVIEW = "pending_review"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


Verdict = Literal["approved", "rejected"]

NEXT: Mapping[ArtifactStatus, tuple[ArtifactStatus, ...]] = {
    ArtifactStatus.DRAFT: (ArtifactStatus.PENDING_REVIEW, ArtifactStatus.SUPERSEDED),
    ArtifactStatus.PENDING_REVIEW: (
        ArtifactStatus.DRAFT,
        ArtifactStatus.IN_REVIEW,
        ArtifactStatus.APPROVED,
        ArtifactStatus.REJECTED,
        ArtifactStatus.SUPERSEDED,
    ),
    ArtifactStatus.IN_REVIEW: (
        ArtifactStatus.APPROVED,
        ArtifactStatus.REJECTED,
        ArtifactStatus.SUPERSEDED,
    ),
    ArtifactStatus.APPROVED: (ArtifactStatus.SUPERSEDED,),
    ArtifactStatus.REJECTED: (ArtifactStatus.SUPERSEDED,),
    ArtifactStatus.SUPERSEDED: (),
}


class Artifact(Value):
    """One version of something made: its text, and how far it has come.

    `definition_id` names what it is a version of; `message` and `revision` say when it was
    written, `settled_message` and `settled_revision` what gave it the status it has. `tokens` is
    the count of the content alone, 0 until it is kept.
    """

    id: str
    type: str
    name: str
    status: ArtifactStatus = ArtifactStatus.DRAFT
    version: int = 1
    definition_id: str | None = None
    content: str = ""
    message: int | None = None
    revision: int = 0
    settled_message: int | None = None
    settled_revision: int | None = None
    tokens: int = 0

    @property
    def pending(self) -> bool:
        """Neither settled nor superseded."""
        return self.status in (
            ArtifactStatus.DRAFT,
            ArtifactStatus.PENDING_REVIEW,
            ArtifactStatus.IN_REVIEW,
        )

    @property
    def approved(self) -> bool:
        return self.status is ArtifactStatus.APPROVED

    @property
    def rejected(self) -> bool:
        return self.status is ArtifactStatus.REJECTED

    @property
    def superseded(self) -> bool:
        return self.status is ArtifactStatus.SUPERSEDED

    @property
    def put_forward(self) -> bool:
        """Whether a verdict can be given on it."""
        return self.status in (ArtifactStatus.PENDING_REVIEW, ArtifactStatus.IN_REVIEW)


class Artifacts(Collection[Artifact]):
    """All versions of all artifacts by id, oldest first."""

    item: ClassVar[type[Value]] = Artifact
    letter: ClassVar[str] = "d"
    __slots__ = ()


def check_artifacts(old: Artifacts, new: Artifacts) -> None:
    """InvalidValue when code that held the artifacts left them as no method would have: gone,
    rewritten, moved on where their status does not lead, or two that stand for one definition."""
    for key in new.changed_since(old):
        before, after = old.get(key), new.get(key)
        if before is not None and (after is None or not _may_become(before, after)):
            raise InvalidValue(f"artifact {key!r} was {before.status} and cannot become {after!r}")
    kept = [a.definition_id for a in new.values() if a.definition_id and not a.superseded]
    for twice in {key for key in kept if kept.count(key) > 1}:
        raise InvalidValue(f"two versions of {twice!r} stand: the older has to be superseded")


def _may_become(before: Artifact, after: Artifact) -> bool:
    settled = ("status", "settled_message", "settled_revision", "tokens")
    same = before.model_copy(update={name: getattr(after, name) for name in settled}) == after
    return same and after.status in _reachable(before.status)


def _reachable(status: ArtifactStatus) -> set[ArtifactStatus]:
    found = {status}
    while more := {after for one in found for after in NEXT[one]} - found:
        found |= more
    return found


class Review(Value):
    """A verdict on one version of an artifact, and by whom; never changed."""

    id: str
    artifact_id: str
    verdict: Verdict
    comment: str = ""
    reviewer: str = "user"
    version: int = 1
    message: int | None = None
    revision: int = 0


class Reviews(Collection[Review]):
    """All reviews by id, oldest first."""

    item: ClassVar[type[Value]] = Review
    letter: ClassVar[str] = "v"
    __slots__ = ()


class ArtifactRow(Row, table=True):
    """One row per version."""

    __tablename__ = "coach_artifact"

    session_id: str = Col(primary_key=True, max_length=128)
    id: str = Col(primary_key=True, max_length=64)
    type: str = Col(max_length=64)
    name: str
    status: str = Col(max_length=16)
    version: int
    definition_id: str | None = Col(default=None, max_length=64)
    content: str
    message: int | None
    revision: int
    settled_message: int | None
    settled_revision: int | None
    tokens: int


class ReviewRow(Row, table=True):
    """One row per verdict."""

    __tablename__ = "coach_review"

    session_id: str = Col(primary_key=True, max_length=128)
    id: str = Col(primary_key=True, max_length=64)
    artifact_id: str = Col(max_length=64)
    verdict: str = Col(max_length=16)
    comment: str
    reviewer: str = Col(max_length=200)
    version: int
    message: int | None
    revision: int
