"""What share of the evidence is on the page? Long talks, with questions whose answers are in them.

Each talk is a session in a store. A question is asked, and a page of 500, 1,000 or 2,000 tokens is
filled: with the newest messages (window), with what recall brings back, with half of each, and with
what SQLite's FTS5 ranks highest by bm25 (porter stemming, the words of the question joined by OR).
A message costs its words and 6 tokens for its line, the same for all. The share is that of the
messages named as evidence, over all questions.

The data is LoCoMo's (Maharana et al., ACL 2024), which is not part of coachflow: a folder with one
JSON file a talk, its `session_N` lists of {speaker, dia_id, text} and its `qa`.

    python benchmarks/recall.py FOLDER          (or LOCOMO=FOLDER; --store URL for another store)
"""

import argparse
import json
import os
import re
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coach
from coach.record.recalled import LINE_TOKENS
from coach.stores import statements
from coach.vocabulary.words import Role

BUDGETS = (500, 1_000, 2_000)
NEVER = 10_000_000  # tokens
Rank = Callable[[str, int], Iterable[int]]  # the question and the budget -> messages by number


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One talk: who takes part, what was said, and the questions with their evidence (seq)."""

    name: str
    names: dict[Role, str]
    said: list[tuple[Role, str]]
    questions: list[tuple[str, list[int]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("LOCOMO"))
    parser.add_argument("--store", default="sqlite://")
    options = parser.parse_args()
    if options.folder is None:
        parser.error("name the folder of the talks, or set LOCOMO")
    files = sorted(Path(options.folder).glob("*.json"))
    talks = [read(path) for path in files]
    bot = coach.Bot("grow", store=options.store, keep_pages=False)
    ways: dict[str, list[Rank]] = {}
    taken: list[float] = []
    for talk in talks:
        for name, rank in ways_of(bot, talk, taken).items():
            ways.setdefault(name, []).append(rank)
    report(talks, ways)
    print(f"a recall takes {statistics.median(taken) * 1e3:.1f} ms (median of {len(taken):,})")


def read(path: Path) -> Talk:
    """A file of the data. What a picture shows is part of what was said."""
    data = json.loads(path.read_text())
    first, second = data["speaker_a"], data["speaker_b"]
    said: list[tuple[Role, str]] = []
    numbers: dict[str, int] = {}
    for key in sorted(
        (k for k in data if re.fullmatch(r"session_\d+", k)), key=lambda k: int(k[8:])
    ):
        for turn in data[key]:
            caption = turn.get("blip_caption")
            shown = f" [shows {caption}]" if caption else ""
            said.append(
                (Role.USER if turn["speaker"] == first else Role.ASSISTANT, turn["text"] + shown)
            )
            numbers[turn["dia_id"]] = len(said)
    questions = [(qa["question"], evidence(qa, numbers)) for qa in data["qa"]]
    return Talk(
        name=path.stem,
        names={Role.USER: first, Role.ASSISTANT: second},
        said=said,
        questions=[(question, found) for question, found in questions if found],
    )


def evidence(qa: dict[str, Any], numbers: dict[str, int]) -> list[int]:
    named = re.findall(r"D\d+:\d+", " ".join(qa["evidence"]))
    return sorted({numbers[name] for name in named if name in numbers})


# -- ways to fill a page ---------------------------------------------------------------------


def ways_of(bot: coach.Bot, talk: Talk, taken: list[float]) -> dict[str, Rank]:
    session = told(bot, talk)
    plain = [f"{talk.names[role]}: {text}" for role, text in talk.said]
    cost = {n: coach.count_tokens(text) + LINE_TOKENS for n, (_, text) in enumerate(talk.said, 1)}
    newest = sorted(cost, reverse=True)

    def window(_: str, budget: int) -> list[int]:
        return filled(newest, cost, budget, whole=False)

    def recall(question: str, budget: int) -> list[int]:
        began = time.perf_counter()
        found = session.memories.recall(question, budget, names=talk.names)
        taken.append(time.perf_counter() - began)
        numbers = [item.seq for item in found if item.seq is not None]
        assert sum(cost[n] for n in numbers) <= budget
        return numbers

    def both(question: str, budget: int) -> list[int]:
        shown = window(question, budget // 2)
        rest = budget - sum(cost[n] for n in shown)
        return [*shown, *(n for n in recall(question, rest) if n not in shown)]

    return {
        "plain window": window,
        "recall": recall,
        "window + recall": both,
        "FTS5 bm25": bm25([text for _, text in talk.said], cost),
        "FTS5 bm25, names in the text": bm25(plain, cost),
    }


def told(bot: coach.Bot, talk: Talk) -> coach.Session:
    """A session in which everything was said, on one day."""
    session = bot.session(user=f"reader of {talk.name}", id=f"talk-{talk.name}")
    (opening,) = session.history()
    rows = [
        {
            **opening.__dict__,
            "session_id": session.id,
            "seq": seq,
            "role": str(role),
            "content": text,
            "tokens": coach.count_tokens(text),
            "tool_calls": None,
            "absences": None,
        }
        for seq, (role, text) in enumerate(talk.said, 1)
    ]
    counted = (
        statements.CONTEXT.update()
        .where(statements.CONTEXT.c.session_id == session.id)
        .values(messages=len(rows), tokens=sum(row["tokens"] for row in rows))
    )
    with bot.store.database.transaction() as db:
        db.run(statements.delete_session[statements.MESSAGE.name], {"session": session.id})
        db.run_many(statements.insert_message, rows)
        db.run(counted, {})
    return session


def bm25(texts: list[str], cost: dict[int, int]) -> Rank:
    """What SQLite does by itself."""
    index = sqlite3.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE said USING fts5(text, tokenize = 'porter unicode61')")
    index.executemany("INSERT INTO said (rowid, text) VALUES (?, ?)", enumerate(texts, 1))

    def rank(question: str, budget: int) -> list[int]:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        found = index.execute("SELECT rowid FROM said WHERE said MATCH ? ORDER BY rank", (words,))
        return filled([row[0] for row in found], cost, budget)

    return rank


def filled(
    order: Iterable[int], cost: dict[int, int], budget: int, whole: bool = True
) -> list[int]:
    """What fits, in that order; what is too large is passed over, or ends it."""
    shown: list[int] = []
    for number in order:
        if cost[number] <= budget:
            budget -= cost[number]
            shown.append(number)
        elif not whole:
            break
    return shown


def report(talks: list[Talk], ways: dict[str, list[Rank]]) -> None:
    asked = sum(len(talk.questions) for talk in talks)
    said = sum(len(talk.said) for talk in talks)
    print(f"{len(talks)} talks, {said:,} messages, {asked} questions; share of the evidence")
    print(f"{'':30}" + "".join(f"{budget:>8,}" for budget in BUDGETS) + "  tokens")
    for name, ranks in ways.items():
        shares = [share(talks, ranks, budget) for budget in BUDGETS]
        print(f"{name:30}" + "".join(f"{one:>8.1%}" for one in shares))


def share(talks: list[Talk], ranks: list[Rank], budget: int) -> float:
    found = wanted = 0
    for talk, rank in zip(talks, ranks, strict=True):
        for question, seqs in talk.questions:
            shown = set(rank(question, budget))
            found += len(shown.intersection(seqs))
            wanted += len(seqs)
    return found / wanted


if __name__ == "__main__":
    main()
