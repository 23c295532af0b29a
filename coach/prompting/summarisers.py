"""Summarisers: who chooses what is kept of the messages that leave the window.

By name, 'extractive' (offline) and 'none'; or any callable, which is how an llm is asked.
What a callable returns is checked, counted and cut here, and its failures are named.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from coach.errors import PromptError, SummaryFailed, did_you_mean
from coach.prompting.extractive import extract, written
from coach.prompting.phrases import Phrases
from coach.prompting.sentences import sentences
from coach.prompting.tokens import tokenizer
from coach.record.message import Message
from coach.record.summary import SummaryLine
from coach.vocabulary.value import Value


class SummaryRequest(Value):
    """What a summariser is given.

    `messages` are what leaves, spoken and not withdrawn, oldest first, and `earlier` is the
    summary so far. `question` is what the coach had said before the first of them. None of
    `superseded` should be told: a line that does is dropped.
    """

    messages: tuple[Message, ...]
    earlier: str
    most_tokens: int
    encoding: str
    question: str = ""
    superseded: tuple[str, ...] = ()


class Summarise(Protocol):
    """Chooses or writes what is kept: lines, or a text that is taken sentence by sentence."""

    def __call__(self, request: SummaryRequest, /) -> Sequence[SummaryLine] | str: ...


def extractive(request: SummaryRequest, /) -> tuple[SummaryLine, ...]:
    """The sentences that tell most, offline."""
    return extract(
        request.messages,
        request.earlier.splitlines(),
        request.most_tokens,
        tokenizer(request.encoding),
        request.question,
        Phrases(request.superseded),
    )


def nothing(request: SummaryRequest, /) -> tuple[SummaryLine, ...]:
    """No lines: what leaves the window is simply not on the page."""
    return ()


STRATEGIES: dict[str, Summarise] = {"extractive": extractive, "none": nothing}
BULLET = re.compile(r"(?:[-*•–]+|\d{1,2}[.)])\s+")


def asked(summarise: str | Summarise, request: SummaryRequest) -> tuple[SummaryLine, ...]:
    """What the summariser keeps of the request, checked and within its tokens."""
    name = name_of(summarise)
    if isinstance(summarise, str) and name not in STRATEGIES:
        raise PromptError(f"no summary strategy {name!r}.{did_you_mean(name, STRATEGIES)}")
    if not request.messages or not request.most_tokens:
        return ()
    if isinstance(summarise, str):
        return tuple(_usable(STRATEGIES[name](request), request))
    try:
        lines = tuple(_usable(summarise(request), request))
    except SummaryFailed as error:
        raise SummaryFailed(f"the summariser {name!r} {error}") from error
    except Exception as error:
        raise SummaryFailed(f"the summariser {name!r} raised {error!r:.200}") from error
    if not lines:
        raise SummaryFailed(f"the summariser {name!r} gave nothing")
    return lines


def _usable(result: object, request: SummaryRequest) -> Iterator[SummaryLine]:
    """The result as lines with our own counts; the last that fits is cut."""
    tokens, left = tokenizer(request.encoding), request.most_tokens
    for seq, text in _said(result, request):
        line = written(seq, text, tokens, left)
        if line is None:
            continue
        yield line
        left -= line.tokens


def _said(result: object, request: SummaryRequest) -> list[tuple[int, str]]:
    first, last = request.messages[0].seq, request.messages[-1].seq
    if isinstance(result, str):
        return [(last, BULLET.sub("", text, count=1)) for text in sentences(result)]
    if not isinstance(result, list | tuple):
        raise SummaryFailed(f"gave a {type(result).__name__}, not a text or lines")
    for line in result:
        if not isinstance(line, SummaryLine):
            raise SummaryFailed(f"gave a {type(line).__name__} as a line")
        if not first <= line.seq <= last:
            raise SummaryFailed(f"gave a line of message {line.seq}, not of {first} to {last}")
    return [(line.seq, line.text) for line in sorted(result, key=lambda line: line.seq)]


def name_of(summarise: str | Summarise) -> str:
    if isinstance(summarise, str):
        return summarise
    return str(getattr(summarise, "__name__", type(summarise).__name__))
