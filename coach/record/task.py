"""A task: something to be done, by the person or by the coach."""

from enum import StrEnum
from typing import ClassVar

from sqlmodel import Field as Col

from coach.record.base import Row
from coach.record.collection import Collection
from coach.vocabulary.value import Value


class TaskStatus(StrEnum):
    """How far a task has come."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Task(Value):
    """One task. `due` is an ISO day; `message` and `revision` say when it was taken on."""

    id: str
    name: str
    status: TaskStatus = TaskStatus.OPEN
    due: str | None = None
    message: int | None = None
    revision: int = 0
    settled_message: int | None = None
    settled_revision: int | None = None

    @property
    def open(self) -> bool:
        return self.status is TaskStatus.OPEN


class Tasks(Collection[Task]):
    """All tasks by id, oldest first."""

    item: ClassVar[type[Value]] = Task
    letter: ClassVar[str] = "k"
    __slots__ = ()


class TaskRow(Row, table=True):
    """One row per task."""

    __tablename__ = "coach_task"

    session_id: str = Col(primary_key=True, max_length=128)
    id: str = Col(primary_key=True, max_length=64)
    name: str
    status: str = Col(max_length=16)
    due: str | None = Col(default=None, max_length=10)
    message: int | None
    revision: int
    settled_message: int | None
    settled_revision: int | None
