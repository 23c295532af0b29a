"""A document: text that was retrieved for the conversation, with where it comes from."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field as Setting
from pydantic import ValidationError

from coach.errors import InvalidValue, did_you_mean
from coach.vocabulary.text import Words
from coach.vocabulary.value import Value

LONGEST = 20_000
MOST = 20  # at a time
TURNS = 3  # that one stays: its own and those after it


class Document(Value):
    """What a search, a database or a website had to say. `source` is named on the page, beside
    the `title` if there is one. The content is anybody's: it is shown, and never obeyed."""

    source: Annotated[Words, Setting(min_length=1, max_length=200, pattern=r"\S")]
    content: Annotated[Words, Setting(max_length=LONGEST)]
    title: Annotated[Words, Setting(max_length=200)] = ""

    @property
    def text(self) -> str:
        """The content under a line that says where it is from."""
        named = f', "{self.title}"' if self.title else ""
        return f"From {self.source}{named}:\n{self.content}"


def as_document(given: Document | Mapping[str, Any]) -> Document:
    """A document, or its data as one; InvalidValue says what is wrong."""
    if isinstance(given, Document):
        return given
    try:
        return Document.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        hint = did_you_mean(name, Document.model_fields)
        if first["type"] == "extra_forbidden":
            raise InvalidValue(f"a document has no {name!r}.{hint}") from None
        raise InvalidValue(f"document: {name}: {first['msg']}") from None
