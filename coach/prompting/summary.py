"""The summary of what left the window: few lines, in order, within a budget of tokens.

`fold` takes in the messages that leave, `purge` takes back what may no longer be said. Both
are pure: they return a new *frontier*, the summaries that together cover everything folded so
far, oldest first, each beginning where the one before it ends.
"""

from collections.abc import Collection, Sequence
from typing import Annotated

from pydantic import Field as Setting

from coach.prompting.frontier import Frontier, counted, fitted, identity, merged, purged
from coach.prompting.phrases import Phrases
from coach.prompting.summarisers import Summarise, SummaryRequest, asked, name_of
from coach.prompting.tokens import DEFAULT, tokenizer
from coach.record.message import Message
from coach.record.summary import Summary, SummaryLine
from coach.vocabulary.value import Value
from coach.vocabulary.words import Role

__all__ = ["Frontier", "Summarise", "SummaryLimits", "SummaryRequest", "fold", "purge", "rewrite"]

SPOKEN = (Role.USER, Role.ASSISTANT)


class SummaryLimits(Value):
    """How much is kept.

    `per_fold_tokens` of what leaves at one time, `total_tokens` of everything; more than `fan`
    summaries of one level become one of the next.
    """

    per_fold_tokens: Annotated[int, Setting(ge=0)] = 120
    total_tokens: Annotated[int, Setting(ge=0)] = 400
    fan: Annotated[int, Setting(ge=2)] = 4

    @property
    def room(self) -> int:
        """How many tokens one summary may have."""
        return min(self.per_fold_tokens, self.total_tokens)


LIMITS = SummaryLimits()


def fold(
    summaries: Frontier,
    leaving: Sequence[Message],
    *,
    revision: int,
    summarise: str | Summarise = "extractive",
    limits: SummaryLimits = LIMITS,
    superseded: Collection[str] = (),
    encoding: str = DEFAULT,
) -> Frontier:
    """The frontier with the leaving messages in it, never of more than `total_tokens`.

    What of `leaving` is covered already is not folded again: it may be passed to lend its
    question to the answer after it. Withdrawn, tool and system messages are covered and never
    quoted. No line says one of `superseded`. Raises SummaryFailed when the summariser raises or
    gives nothing usable; `summaries` is then still all there is to know.
    """
    tokens = tokenizer(encoding)
    never = Phrases(superseded)
    frontier = purged(tuple(counted(summary, tokens) for summary in summaries), never)
    covered = frontier[-1].last_seq if frontier else 0
    new = sorted((m for m in leaving if m.seq > covered), key=lambda message: message.seq)
    if new:
        request = SummaryRequest(
            messages=tuple(message for message in new if _shown(message)),
            earlier="\n".join(summary.text for summary in frontier if summary.lines),
            most_tokens=limits.room,
            encoding=encoding,
            question=_question(leaving, covered),
            superseded=tuple(superseded),
        )
        lines = asked(summarise, request)
        first = covered + 1 if frontier else new[0].seq
        summary = _summary(first, new, lines, name_of(summarise), encoding, revision)
        frontier = purged(merged((*frontier, summary), limits.fan, revision), never)
    return fitted(frontier, limits.total_tokens)


def rewrite(
    summaries: Frontier,
    of: Summary,
    text: str,
    request: SummaryRequest,
    *,
    revision: int,
    limits: SummaryLimits = LIMITS,
) -> Frontier:
    """The frontier with the `text` of an llm about the request's messages as the lines `of` a
    summary, and what it says of a superseded value left out. Raises SummaryFailed when it gives
    nothing usable."""

    def llm(request: SummaryRequest, /) -> str:
        return text

    lines = asked(llm, request)
    new = of.model_copy(
        update={
            "lines": lines,
            "strategy": name_of(llm),
            "encoding": request.encoding,
            "revision": revision,
        }
    )
    tokens = tokenizer(request.encoding)
    frontier = tuple(new if s.id == of.id else counted(s, tokens) for s in summaries)
    return fitted(purged(frontier, Phrases(request.superseded)), limits.total_tokens)


def purge(summaries: Frontier, superseded: Collection[str], seqs: Collection[int]) -> Frontier:
    """The frontier without the lines that say a superseded value or come from those messages.

    A value is found whatever its case and white space, as whole words; a line that is a good
    part of a value goes as well. The ranges stay, and a summary without such a line is returned
    as it is. Of what an llm wrote about several messages, only the last is known.
    """
    return purged(summaries, Phrases(superseded), frozenset(seqs))


def _shown(message: Message) -> bool:
    return message.role in SPOKEN and not message.withdrawn


def _question(leaving: Sequence[Message], covered: int) -> str:
    """What the coach said before the first new message, if that message was passed as well."""
    before = [message for message in leaving if message.seq <= covered and _shown(message)]
    return before[-1].content if before and before[-1].role is Role.ASSISTANT else ""


def _summary(
    first_seq: int,
    new: Sequence[Message],
    lines: tuple[SummaryLine, ...],
    strategy: str,
    encoding: str,
    revision: int,
) -> Summary:
    shown = [message for message in new if not message.withdrawn]
    return Summary(
        id=identity(0, first_seq, new[-1].seq),
        level=0,
        first_seq=first_seq,
        last_seq=new[-1].seq,
        lines=lines,
        strategy=strategy,
        encoding=encoding,
        revision=revision,
        messages=len(shown),
        source_tokens=sum(message.tokens for message in shown),
    )
