"""What gathers in a conversation: artifacts and reviews, tool runs, tasks, sections, summaries."""

from typing import Any, Final, Literal

from pydantic import Field, JsonValue, ValidationError

from coach.errors import InvalidValue, did_you_mean
from coach.record.artifact import (
    NEXT,
    Artifact,
    Artifacts,
    ArtifactStatus,
    Review,
    Reviews,
)
from coach.record.believing import Believing
from coach.record.clean import clean_json
from coach.record.document import MOST, TURNS, Document, as_document
from coach.record.passage import Passages
from coach.record.section import ContextSection, Formatter, Sections
from coach.record.summary import Summaries
from coach.record.task import Task, Tasks, TaskStatus
from coach.record.tool_run import ToolRun, ToolRuns
from coach.vocabulary.text import clean_text

LONGEST = 200_000
LONGEST_RESULT = 20_000
LONGEST_DETAIL = 2_000
DOCUMENT: Final = "document"
DOCUMENT_PRIORITY = 65
DOCUMENT_TOKENS = 600


class Gathering(Believing):
    """Everything else that a session accumulates, each thing with where it came from."""

    artifacts: Artifacts = Field(default_factory=Artifacts)
    reviews: Reviews = Field(default_factory=Reviews)
    tool_runs: ToolRuns = Field(default_factory=ToolRuns)
    tasks: Tasks = Field(default_factory=Tasks)
    sections: Sections = Field(default_factory=Sections)
    transitions: Passages = Field(default_factory=Passages)
    summaries: Summaries = Field(default_factory=Summaries)

    # -- artifacts -------------------------------------------------------------------------

    def add_artifact(
        self,
        name: str,
        content: str = "",
        type: str = "document",
        definition_id: str | None = None,
        status: ArtifactStatus | str = ArtifactStatus.DRAFT,
    ) -> Artifact:
        """Something made in the conversation; returns it with its new id ('d1', 'd2', …).

        A further version of what has the same definition (without one: the same name)
        supersedes the one before. At most 200,000 characters.
        """
        old = self.get_artifact(definition_id or name)
        artifact = Artifact(
            id=self.artifacts.next_id(),
            type=_words("an artifact's type", type),
            name=_words("an artifact", name),
            status=ArtifactStatus(status),
            version=old.version + 1 if old is not None else 1,
            definition_id=definition_id,
            content=_text(content, LONGEST),
            **self._stamp(),
        )
        if old is not None and not old.superseded:
            self.set_artifact_status(old.id, ArtifactStatus.SUPERSEDED)
        self.artifacts[artifact.id] = artifact
        return artifact

    def get_artifact(self, what: str) -> Artifact | None:
        """The one of that id, else the newest version of that definition or name."""
        if what in self.artifacts:
            return self.artifacts[what]
        found = [a for a in self.artifacts.values() if what in (a.definition_id, a.name)]
        return found[-1] if found else None

    def standing_artifact(self, definition_id: str) -> Artifact | None:
        """The version of a definition that stands: the newest, unless that is superseded."""
        versions = self.get_artifacts(definition_id=definition_id)
        return versions[-1] if versions and not versions[-1].superseded else None

    def get_artifacts(
        self,
        status: ArtifactStatus | str | None = None,
        artifact_type: str | None = None,
        definition_id: str | None = None,
    ) -> list[Artifact]:
        """All versions that match, oldest first. ValueError for a status that is none."""
        wanted = None if status is None else ArtifactStatus(status)
        return [
            artifact
            for artifact in self.artifacts.values()
            if wanted in (None, artifact.status)
            and artifact_type in (None, artifact.type)
            and definition_id in (None, artifact.definition_id)
        ]

    def set_artifact_status(self, artifact_id: str, status: ArtifactStatus | str) -> Artifact:
        """Move a version on; InvalidValue when its status does not lead there."""
        artifact, wanted = self._artifact(artifact_id), ArtifactStatus(status)
        if wanted not in NEXT[artifact.status]:
            ways = ", ".join(NEXT[artifact.status]) or "nowhere"
            raise InvalidValue(
                f"artifact {artifact.name!r} is {artifact.status} and cannot become {wanted}: "
                f"from there it leads to {ways}"
            )
        moved = artifact.model_copy(update={"status": wanted, **self._settlement()})
        self.artifacts[moved.id] = moved
        return moved

    def submit_artifact(self, artifact_id: str) -> Artifact:
        """Put a draft forward for review."""
        return self.set_artifact_status(artifact_id, ArtifactStatus.PENDING_REVIEW)

    def review_artifact(
        self,
        artifact_id: str,
        verdict: Literal["approved", "rejected"],
        comment: str = "",
        reviewer: str = "user",
    ) -> Review:
        """Give a verdict on a version that was put forward: it is then approved or rejected."""
        artifact = self._artifact(artifact_id)
        if verdict not in ("approved", "rejected"):
            raise InvalidValue(f"a verdict is 'approved' or 'rejected', not {verdict!r}")
        self.set_artifact_status(artifact.id, verdict)
        review = Review(
            id=self.reviews.next_id(),
            artifact_id=artifact.id,
            verdict=verdict,
            comment=clean_text(comment),
            reviewer=_words("a reviewer", reviewer),
            version=artifact.version,
            **self._stamp(),
        )
        self.reviews[review.id] = review
        return review

    def get_artifact_reviews(self, artifact_id: str) -> list[Review]:
        """The verdicts on one version, oldest first."""
        return [r for r in self.reviews.values() if r.artifact_id == artifact_id]

    def _artifact(self, what: str) -> Artifact:
        found = self.get_artifact(what)
        if found is None:
            raise InvalidValue(f"no artifact {what!r}.{did_you_mean(what, self.artifacts)}")
        return found

    # -- tools and tasks -------------------------------------------------------------------

    def add_tool_run(
        self,
        tool: str,
        arguments: dict[str, JsonValue] | None = None,
        result: str = "",
        success: bool = True,
        error: str | None = None,
    ) -> ToolRun:
        """Note what a tool was asked and what came of it (at most 20,000 characters of it)."""
        run = ToolRun(
            id=self.tool_runs.next_id(),
            tool=_words("a tool", tool),
            arguments=clean_json(arguments or {}, "arguments"),
            result=clean_text(result)[:LONGEST_RESULT],
            success=success,
            error=None if error is None else clean_text(error)[:LONGEST_RESULT],
            **self._stamp(),
        )
        self.tool_runs[run.id] = run
        self.tool_calls += 1
        return run

    def add_task(self, name: str, due: str | None = None) -> Task:
        """Take something on; returns it with its new id ('k1', 'k2', …)."""
        words = _words("a task", name)
        task = Task(id=self.tasks.next_id(), name=words, due=due, **self._stamp())
        self.tasks[task.id] = task
        return task

    def settle_task(self, task_id: str, status: TaskStatus | str = TaskStatus.DONE) -> Task:
        """Say that a task is done, or dropped; InvalidValue when it is not open."""
        found = self.tasks.get(task_id)
        if found is None:
            raise InvalidValue(f"no task {task_id!r}.{did_you_mean(task_id, self.tasks)}")
        if not found.open:
            raise InvalidValue(f"task {task_id!r} is already {found.status}")
        change = {"status": TaskStatus(status), **self._settlement()}
        self.tasks[task_id] = found.model_copy(update=change)
        return self.tasks[task_id]

    def achieve(self, name: str, detail: str = "") -> None:
        """Note that the person has reached something: theirs when the turn is kept, across
        sessions and once. The first of a name counts; an undone turn has not reached it."""
        words, more = achievement_words(name, detail)
        self.achieved.setdefault(words, more)

    # -- sections --------------------------------------------------------------------------

    def add_section(
        self,
        name: str,
        content: JsonValue,
        priority: int = 50,
        formatter: Formatter = "default",
        include_always: bool = False,
        **more: Any,
    ) -> ContextSection:
        """Put a block of your own on the page; one of the same name is replaced.

        `content` is plain JSON. More settings: `max_tokens` and `title`; see ContextSection.
        """
        settings = {"priority": priority, "formatter": formatter, "include_always": include_always}
        plain = clean_json(content, f"section {name!r}")
        try:
            section = ContextSection.model_validate(
                {"name": name, "content": plain, **settings, **more, **self._stamp()}
            )
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise InvalidValue(f"section {name!r}: {place}: {first['msg']}") from None
        self.sections[name] = section
        return section

    def add_document(
        self,
        source: str,
        content: str,
        title: str = "",
        priority: int = DOCUMENT_PRIORITY,
    ) -> ContextSection:
        """Put something that was retrieved on the page, under the name of its source; one of the
        same source is replaced.

        It stays for the pages of this turn and the two after it, the newest 20 at a time.
        InvalidValue for a content of more than 20,000 characters.
        """
        document = as_document({"source": source, "content": content, "title": title})
        kept = self.sections.documents
        same = [name for name, known in kept.items() if known.source == document.source]
        oldest = list(kept)[: max(0, len(kept) - len(same) - MOST + 1)]
        for name in {*same, *oldest}:
            del self.sections[name]
        return self.keep_document(document, priority=priority)

    def keep_document(
        self, document: Document, message: int | None = None, priority: int = DOCUMENT_PRIORITY
    ) -> ContextSection:
        """Add a document beside all others; `message` is the one it came with, without it the last
        one."""
        numbers = [int(name.rpartition("_")[2]) for name in self.sections.documents]
        section = ContextSection(
            name=f"{DOCUMENT}_{max(numbers, default=0) + 1:04}",
            content=document.model_dump(),
            priority=priority,
            formatter=DOCUMENT,
            max_tokens=DOCUMENT_TOKENS,
            title="Retrieved",
            **self._stamp() | ({} if message is None else {"message": message}),
        )
        self.sections[section.name] = section
        return section

    def drop_old_documents(self) -> None:
        """Take away what was retrieved too many turns ago."""
        for name in self.sections.documents:
            if self.sections[name].revision <= self.revision - TURNS:
                del self.sections[name]

    def get_section(self, name: str) -> ContextSection | None:
        """The custom section of that name."""
        return self.sections.get(name)

    def remove_section(self, name: str) -> bool:
        """Take a custom section away; False when there is none."""
        return self.sections.pop(name, None) is not None


def achievement_words(name: str, detail: str) -> tuple[str, str]:
    """What an achievement is called and what is said of it, ready to be kept."""
    return _words("an achievement", name), _text(detail, LONGEST_DETAIL)


def _words(what: str, text: str) -> str:
    clean = clean_text(text).strip()
    if not clean:
        raise InvalidValue(f"{what} needs words")
    if len(clean) > 200:
        raise InvalidValue(f"{what} has a name of {len(clean):,} characters: take at most 200")
    return clean


def _text(text: str, most: int) -> str:
    clean = clean_text(text)
    if len(clean) > most:
        raise InvalidValue(f"a text of {len(clean):,} characters: take at most {most:,}")
    return clean
