"""A page as a turn keeps it: what it takes to make it again, and what became of its sections."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.vocabulary.value import Value


class PageRecord(Value):
    """What a turn keeps of its page. The rest of it stands in the log: context and messages.

    `template_hash` leads to the sources it was rendered from; `at` is the session's clock with
    its zone, None where that is the UTC of the turn itself; `policy` what the deployment said
    about sections; `ledger` a row a section, as short as can be (see `rebuilding.ledger_of`).
    `known` is the revision of what was known of the person, 0 for nothing. `error` says why there
    was no page. `recalled` are the messages (by number) and memories (by id) that came back on it.
    """

    template: str
    template_hash: str
    encoding: str = "o200k_base"
    budget: int = 2_000
    at: datetime | None = None
    tokens: int = 0
    known: int = 0
    policy: dict[str, Any] = {}
    ledger: tuple[tuple[Any, ...], ...] = ()
    error: str | None = None
    recalled: tuple[int | str, ...] = ()


class TemplateRow(Row, table=True):
    """A template with all that it extends, includes or imports: name -> hash of its source."""

    __tablename__ = "coach_template"

    hash: str = Col(primary_key=True, max_length=64)
    name: str = Col(max_length=200)
    parts: dict[str, Any] = Col(sa_type=JsonText)


class SourceRow(Row, table=True):
    """The source of one template file, kept once."""

    __tablename__ = "coach_source"

    hash: str = Col(primary_key=True, max_length=64)
    text: str


Family = Mapping[str, str]
