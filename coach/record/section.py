"""A custom section: a block of context of your own, competing for the page by its priority."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Setting
from pydantic import JsonValue
from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.record.collection import Collection
from coach.record.document import Document
from coach.vocabulary.value import Value

Formatter = Literal["default", "json", "list", "summary", "document"]


class ContextSection(Value):
    """Plain JSON `content`, shown by a `formatter`, at a `priority` from 0 to 100 (higher first).

    `include_always` keeps it on every page, `max_tokens` caps it. `title` is its heading, made
    from the name unless it is given. The content of a `document` is a
    Document's.
    """

    name: Annotated[str, Setting(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
    content: JsonValue
    priority: Annotated[int, Setting(ge=0, le=100)] = 50
    formatter: Formatter = "default"
    include_always: bool = False
    max_tokens: Annotated[int, Setting(ge=1, le=10_000_000)] | None = None
    title: Annotated[str, Setting(max_length=200)] = ""
    message: int | None = None
    revision: int = 0

    @property
    def document(self) -> Document | None:
        """What was retrieved, when the section is of that."""
        content = self.content
        if self.formatter != "document" or not isinstance(content, dict):
            return None
        return Document.model_validate(content)


class Sections(Collection[ContextSection]):
    """All custom sections by name, in the order they were added."""

    item: ClassVar[type[Value]] = ContextSection
    __slots__ = ()

    @property
    def documents(self) -> dict[str, Document]:
        """What was retrieved, by the names of the sections, oldest first."""
        found = ((name, section.document) for name, section in self.items())
        return {name: document for name, document in found if document is not None}


class SectionRow(Row, table=True):
    """One row per custom section."""

    __tablename__ = "coach_section"

    session_id: str = Col(primary_key=True, max_length=128)
    name: str = Col(primary_key=True, max_length=64)
    content: Any = Col(sa_type=JsonText)
    priority: int
    formatter: str = Col(max_length=16)
    include_always: bool
    max_tokens: int | None
    title: str = Col(max_length=200)
    message: int | None
    revision: int
