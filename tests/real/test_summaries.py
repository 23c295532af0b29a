"""AnnoMI: what the summary keeps of 133 real conversations once it has left the window.

The window takes in one message at a time; above 20 it is trimmed to 14, and what leaves is
folded. 112 of the conversations are long enough. The floors are a little below what was
measured, which the docstrings state.
"""

import csv
import re
import statistics
from dataclasses import dataclass

import pytest

from coach import Message, count_tokens
from coach.prompting.extractive import ASKED, COACH, PERSON
from coach.prompting.sentences import sentences, tidy
from coach.prompting.summary import Frontier, SummaryLimits, fold
from coach.testing import FakeClock
from coach.vocabulary.words import Role
from tests.real.place import DATA

HIGH, KEPT = 20, 14
LIMITS = SummaryLimits()
ROLES = {"client": Role.USER, "therapist": Role.ASSISTANT}
COUNTED = re.compile(
    r"(?:\d[\d.,]*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty"
    r"|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozen))[ -]+(?!(?:and|the|that|but"
    r"|because|then|you|was|them|all|ones|for|with|when|now|there|just)\b)[a-z]{3,}",
    re.IGNORECASE,
)
WISH = re.compile(
    r"\b(?:i (?:really |just |do )?(?:want|wanna|hope|plan|will|decided)|i['’](?:ll|d like)"
    r"|i['’]m (?:going to|gonna|trying)|my (?:goal|plan)|(?:important|matters) to me)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Talk:
    """A conversation and what is left of it at its end."""

    messages: list[Message]
    frontier: Frontier

    @property
    def text(self) -> str:
        return "\n".join(summary.text for summary in self.frontier if summary.lines)

    @property
    def client(self) -> list[str]:
        """The client's sentences that were folded."""
        last = self.frontier[-1].last_seq
        said = (m.content for m in self.messages[:last] if m.role is Role.USER)
        return [text for content in said for s in sentences(content) if (text := tidy(s))]

    @property
    def tokens(self) -> int:
        return sum(summary.tokens for summary in self.frontier)

    @property
    def compression(self) -> float:
        return self.tokens / sum(summary.source_tokens for summary in self.frontier)


@pytest.fixture(scope="module")
def conversations() -> list[list[Message]]:
    found: dict[str, list[Message]] = {}
    with (DATA / "annomi" / "AnnoMI-simple.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            said = found.setdefault(row["transcript_id"], [])
            text = row["utterance_text"]
            message = Message(
                seq=len(said) + 1,
                role=ROLES[row["interlocutor"]],
                content=text,
                tokens=count_tokens(text),
                encoding="o200k_base",
                revision=len(said),
                at=FakeClock().now,
            )
            said.append(message)
    return list(found.values())


@pytest.fixture(scope="module")
def talks(conversations: list[list[Message]]) -> list[Talk]:
    return [talk for said in conversations if (talk := through_a_window(said)).frontier]


def through_a_window(said: list[Message]) -> Talk:
    """Each fold is passed the message before it as well, for the question that it may hold."""
    frontier: Frontier = ()
    start = 0
    for end in range(1, len(said) + 1):
        if end - start > HIGH:
            leaving = said[max(start - 1, 0) : end - KEPT]
            frontier = fold(frontier, leaving, revision=end, limits=LIMITS)
            assert sum(summary.tokens for summary in frontier) <= LIMITS.total_tokens
            start = end - KEPT
    return Talk(said, frontier)


def recall(wanted: list[tuple[str, str]]) -> float:
    """The share of the first texts that stand in the second ones."""
    return statistics.mean(plain(part) in plain(whole) for part, whole in wanted)


def plain(text: str) -> str:
    return text.lower().replace("-", " ")


def test_everything_that_left_is_covered_once(talks: list[Talk]):
    """Ranges begin at the first message, touch, and end where the window begins."""
    assert len(talks) == 112
    for talk in talks:
        ends = [0, *(summary.last_seq for summary in talk.frontier)]
        assert [summary.first_seq for summary in talk.frontier] == [end + 1 for end in ends[:-1]]
        assert sum(s.messages for s in talk.frontier) == ends[-1]
        assert KEPT <= len(talk.messages) - ends[-1] <= HIGH


def test_summaries_are_few(talks: list[Talk]):
    """Of 598 messages as well: at most 11 (measured), of 83 folds."""
    assert max(len(talk.frontier) for talk in talks) <= 12


def test_every_line_says_who_spoke_and_comes_from_that_message(talks: list[Talk]):
    """In order, with exact counts, and the words of the message it names."""
    for talk in talks:
        lines = [line for summary in talk.frontier for line in summary.lines]
        assert [line.seq for line in lines] == sorted(line.seq for line in lines)
        for line in lines:
            source = talk.messages[line.seq - 1]
            mark = COACH if source.role is Role.ASSISTANT else PERSON[:-2]
            assert line.text.startswith(mark)
            assert line.tokens == count_tokens(f"{line.text}\n")
            if len(source.content) < 100:
                assert letters(said_in(line.text)) <= letters(source.content)


def said_in(line: str) -> str:
    answer = ASKED.match(line)
    return line[answer.end() :] if answer else line.partition(": ")[2]


def letters(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def test_no_short_answer_stands_without_its_question(talks: list[Talk]):
    """One or two words are kept only behind what was asked."""
    lines = [line for talk in talks for line in talk.text.splitlines()]
    short = [line for line in lines if line.startswith(PERSON) and len(line.split()) <= 3]
    assert len(short) <= len(lines) * 0.01
    assert sum(line.startswith('Person, asked "') for line in lines) > 60


def test_it_is_short(talks: list[Talk]):
    """Of each token that left, 0.31 are kept (median); 0.12 and 0.48 at the tenths."""
    shares = sorted(talk.compression for talk in talks)
    assert 0.25 <= statistics.median(shares) <= 0.35
    assert shares[len(shares) * 9 // 10] <= 0.52


def test_what_the_client_counts_stays(talks: list[Talk]):
    """'three beers', '40 years': 0.93 of them; every one of conversations below 2,000 tokens."""
    wanted = [
        (found[0], talk.text)
        for talk in talks
        for found in {plain(m[0]): m for s in talk.client for m in COUNTED.finditer(s)}.values()
    ]
    assert len(wanted) > 100
    assert recall(wanted) >= 0.9


def test_what_the_client_wants_stays(talks: list[Talk]):
    """Sentences with 'I want', 'I will', 'my goal': 0.80 of them stay as they were said."""
    wanted = [(s, talk.text) for talk in talks for s in set(talk.client) if WISH.search(s)]
    assert len(wanted) > 200
    assert recall(wanted) >= 0.75
