"""Extraction: the sentences that tell most, chosen without an llm.

Each is weighed by its cues and by what it shares with everything folded with it; one that
repeats another gives way. A short answer is kept with its question. Every line says who
spoke, so that nobody can speak as the coach by writing "Coach: ".
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from math import log2, sqrt
from typing import NamedTuple

from coach.prompting.cues import GOAL, NUMBER, asked_weight, coach_weight, filler, terms, weight
from coach.prompting.phrases import Phrases
from coach.prompting.sentences import sentences, tidy
from coach.prompting.tokens import Tokenizer
from coach.prompting.untrusted import printable
from coach.record.message import Message
from coach.record.summary import SummaryLine
from coach.vocabulary.words import Role

PERSON = "Person: "
COACH = "Coach: "
MARKS = ("?", "？", "؟")
ASKED = re.compile('Person, asked "(?P<question>[^"]*)": ')

READ = 24_000  # characters of all messages of one fold
LEAST_READ = 4_000
MOST_QUESTION = 110
SHORT_ANSWER = 6  # words
WEIGHED = 60  # candidates that are compared with one another
LEAST_WORTH = 0.4
SAME = 0.7  # share of the terms of the shorter one
LONGEST_LINE = 90  # tokens


class Candidate(NamedTuple):
    """A line that may be kept: its place in time, what it says, what of it is weighed."""

    seq: int
    place: int
    text: str
    worth: float
    terms: frozenset[str]


def extract(
    messages: Sequence[Message],
    earlier: Sequence[str],
    most_tokens: int,
    tokens: Tokenizer,
    question: str = "",
    never: Phrases | None = None,
) -> tuple[SummaryLine, ...]:
    """The best lines within `most_tokens`, in the order in which they were said.

    `earlier` are lines that are kept already, `question` is what the first message answers,
    and what says one of `never` is not chosen.
    """
    longest = min(most_tokens, LONGEST_LINE)
    found = list(_candidates(messages, question, never or Phrases(())))
    best = nlargest(WEIGHED, _central(found), key=_rank)
    chosen: list[tuple[Candidate, SummaryLine]] = []
    known = [terms(line) for line in earlier]
    for candidate in best:
        if candidate.worth < LEAST_WORTH or repeats(candidate.terms, known):
            continue
        line = written(candidate.seq, candidate.text, tokens, longest)
        if line is not None and line.tokens <= most_tokens:
            chosen.append((candidate, line))
            known.append(candidate.terms)
            most_tokens -= line.tokens
    return tuple(line for _, line in sorted(chosen, key=lambda pair: pair[0][:2]))


def written(seq: int, text: str, tokens: Tokenizer, most_tokens: int) -> SummaryLine | None:
    """The text as a line, cut where it has more than `most_tokens`; None when nothing fits."""
    text = " ".join(printable(text).split())
    count = tokens.count(f"{text}\n")
    if count > most_tokens:
        text = tokens.cut(text, most_tokens - 1)
        count = tokens.count(f"{text}\n")
    bare = text.strip(" …:") in ("", *(mark.strip(": ") for mark in (PERSON, COACH)))
    return None if bare or count > most_tokens else SummaryLine(seq=seq, text=text, tokens=count)


def worth(text: str) -> float:
    """How much a line tells, whoever wrote it."""
    if answer := ASKED.match(text):
        return answer_worth(answer["question"], text[answer.end() :])
    if text.startswith(COACH):
        return coach_weight(text.removeprefix(COACH))
    return weight(text.removeprefix(PERSON))


def unmarked(line: str) -> str:
    """What was said, without who said it and what had been asked."""
    if answer := ASKED.match(line):
        return line[answer.end() :]
    return line.removeprefix(PERSON).removeprefix(COACH)


def answer_worth(question: str, answer: str) -> float:
    """A number or a choice tells more by its question; 'yeah' tells only what was asked."""
    return weight(answer) + asked_weight(question) + (0.1 if filler(answer) else 0.6)


def rank(text: str, value: float) -> float:
    """What the room is best spent on: a long line must tell more than a short one."""
    return value / sqrt(len(text) + 40)


def repeats(words: frozenset[str], known: Iterable[frozenset[str]]) -> bool:
    """True when most of the words, and all of the numbers, stand in one of the known lines."""
    least = len(words) * SAME
    numbers = {word for word in words if NUMBER.search(word)}
    return bool(words) and any(len(words & line) >= least and numbers <= line for line in known)


def _rank(candidate: Candidate) -> float:
    return rank(candidate.text, candidate.worth)


def _central(found: Sequence[Candidate]) -> Iterator[Candidate]:
    """Worth a little more: what shares words with the other sentences."""
    often = Counter(term for candidate in found for term in candidate.terms)
    for candidate in found:
        shared = sum(log2(often[term]) for term in candidate.terms)
        yield candidate._replace(worth=candidate.worth + 0.1 * min(shared, 8.0))


def _candidates(messages: Sequence[Message], question: str, never: Phrases) -> Iterator[Candidate]:
    asked = gist(question)
    most = max(READ // max(len(messages), 1), LEAST_READ)
    for message in messages:
        content = _read(message.content, most)
        said = list(_quotable(content, never))
        if message.role is Role.USER:
            lines, asked = list(_person(said, asked)), ""
        else:
            lines, asked = [(f"{COACH}{text}", coach_weight(text)) for text in said], gist(content)
        for place, (text, value) in enumerate(lines):
            if not never.told_by(text):
                yield Candidate(message.seq, place, text, value, terms(text))


def _read(content: str, most: int) -> str:
    """The content, or its beginning and its end when it is very long."""
    if len(content) <= most:
        return content
    return f"{content[: most // 2]}\n{content[-most // 2 :]}"


def _quotable(content: str, never: Phrases) -> Iterator[str]:
    """What may be quoted: nothing of a text that says a banned value across its sentences."""
    found = list(sentences(content))
    if never.said_in(content) and not any(map(never.said_in, found)):
        return
    yield from (text for s in found if not never.told_by(s) and (text := tidy(s)))


def _person(said: Sequence[str], asked: str) -> Iterator[tuple[str, float]]:
    for place, text in enumerate(said):
        if place == 0 and asked and _leans(text):
            yield f'Person, asked "{asked}": {text}', answer_worth(asked, text)
        elif not filler(text):
            yield f"{PERSON}{text}", weight(text)


def _leans(answer: str) -> bool:
    """Whether an answer says little without its question."""
    return len(answer.split()) <= SHORT_ANSWER and not GOAL.search(answer)


def gist(content: str) -> str:
    """The last question in what the coach said, without quotation marks; '' when there is none."""
    asked = [text for s in sentences(content[-LEAST_READ:]) if (text := tidy(s)).endswith(MARKS)]
    if not asked or filler(asked[-1]):
        return ""
    question = asked[-1].replace('"', "'")
    if len(question) <= MOST_QUESTION:
        return question
    end = question[-MOST_QUESTION:]
    return f"…{end[end.find(' ') + 1 :]}"
