"""A summary: what is left of messages that are no longer shown whole."""

from typing import Any, ClassVar

from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.record.collection import Collection
from coach.vocabulary.value import Value


class SummaryLine(Value):
    """One thing that was kept.

    `text` is one line. `seq` is the sequence number of the message it comes from; for what an
    llm wrote, the last of the messages it was written about. `tokens` is the count of the text
    and its line break under the summary's encoding, so that the counts of lines add up.
    """

    seq: int
    text: str
    tokens: int


class Summary(Value):
    """What is left of the messages from `first_seq` to `last_seq`, both of them covered.

    `level` is 0 for messages, and n + 1 for what was merged from summaries of level n.
    `revision` is the turn it was made in, `strategy` the name of what chose the lines.
    `messages` and `source_tokens` are the number and the tokens of the messages it stands for;
    withdrawn ones do not count.
    """

    id: str
    level: int
    first_seq: int
    last_seq: int
    lines: tuple[SummaryLine, ...]
    strategy: str
    encoding: str
    revision: int
    messages: int
    source_tokens: int

    @property
    def text(self) -> str:
        """The lines as they stand on the page, one below the other."""
        return "\n".join(line.text for line in self.lines)

    @property
    def tokens(self) -> int:
        """What the lines cost together."""
        return sum(line.tokens for line in self.lines)

    @property
    def compression(self) -> float:
        """Tokens kept for each token of the messages: 0.2 is a fifth. 0.0 for no messages."""
        return self.tokens / self.source_tokens if self.source_tokens else 0.0


class Summaries(Collection[Summary]):
    """The summaries that stand now by id."""

    item: ClassVar[type[Value]] = Summary
    letter: ClassVar[str] = "s"
    __slots__ = ()

    @property
    def frontier(self) -> tuple[Summary, ...]:
        """All of them in the order of what they cover."""
        return tuple(sorted(self.values(), key=lambda summary: summary.first_seq))


class SummaryRow(Row, table=True):
    """One row per summary that stands; those merged into others are in the log."""

    __tablename__ = "coach_summary"

    session_id: str = Col(primary_key=True, max_length=128)
    id: str = Col(primary_key=True, max_length=64)
    level: int
    first_seq: int
    last_seq: int
    lines: list[Any] = Col(sa_type=JsonText)
    strategy: str = Col(max_length=64)
    encoding: str = Col(max_length=32)
    revision: int
    messages: int
    source_tokens: int
