"""Recall: what is about a question, with what stands around it, in a budget."""

import asyncio
from collections.abc import Callable

import pytest

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.errors import InvalidValue
from coach.flows.flow import Flow
from coach.prompting.tokens import count_tokens
from coach.record.recalled import LINE_TOKENS, Recalled
from coach.session import Session
from coach.testing import FakeClock, FakeEmbedder
from coach.vocabulary.words import Role

TALE = ("my sister Ida keeps bats", "in a cave", "I like tea", "and rain", "my boat leaks", "so")


@pytest.fixture
def told(talk: Session) -> Session:
    for words in TALE:
        talk.say(words, heard=[])
    return talk


def seqs(found: tuple[Recalled, ...]) -> list[int]:
    return [item.seq for item in found if item.seq is not None]


def test_what_is_about_a_question_is_recalled(told: Session):
    """Oldest first, with the messages around it."""
    found = told.memories.recall("Who keeps bats?", 200)
    hit = next(item for item in found if item.is_hit)
    assert (hit.text, hit.role, hit.seq, hit.session_id) == (TALE[0], Role.USER, 2, "s")
    assert seqs(found) == sorted(seqs(found))
    assert {1, 2, 3} <= set(seqs(found)) <= {1, 2, 3, 4}


def test_a_budget_is_kept(told: Session):
    """Counts are the stored ones; the best stays longest."""
    for budget in range(0, 120, 7):
        found = told.memories.recall("bats boat", budget)
        assert sum(item.tokens + LINE_TOKENS for item in found) <= budget
        assert all(item.tokens == count_tokens(item.text) for item in found)
    assert told.memories.recall("bats", 12)[0].seq == 2


def test_memories_and_messages_share_the_budget(bot: Bot, told: Session):
    """Those of the person and of this session; none that were superseded or have ended."""
    told.memories.remember("Ida's bats are vampires", key="bats")
    told.memories.remember("Ida's bats are fruit bats", key="bats")
    bot.session("ada", id="other").memories.remember("bats elsewhere", "context")
    found = told.memories.recall("bats", 500)
    kept = [item for item in found if item.memory_id is not None]
    assert [(item.text, item.kind, item.said_by) for item in kept] == [
        ("Ida's bats are fruit bats", "fact", "memory")
    ]
    assert seqs(found)


def test_what_was_undone_is_not_recalled(talk: Session):
    """It has left the page for good."""
    talk.say("my sister keeps bats")
    talk.undo()
    assert "bats" not in str(talk.memories.recall("bats", 500))


def test_another_persons_words_are_not_recalled(bot: Bot, told: Session):
    """Nor by the person's own name under another account."""
    bot.session("bob", id="b").say("hello")
    bot.memories("bob").remember("bob's bats")
    assert "bats" not in str(bot.session("bob", id="b").memories.recall("what is Ida?", 500))
    assert bot.memories("ada", account="acme").recall("bats", 500) == ()
    assert "bob" not in str(told.memories.recall("bats bob", 500))


def test_a_name_says_whose_words_are_meant(talk: Session):
    """A message does not hold the name of who wrote it."""
    talk.say("the harp is out of tune", heard=[])
    talk.say("oh well", heard=[])
    names = {Role.USER: "Ada", Role.ASSISTANT: "Max"}
    found = talk.memories.recall("What did Ada say of the harp?", 16, names=names)
    assert [item.seq for item in found] == [2]


def test_a_question_without_words_recalls_nothing(told: Session):
    """One that is no text is refused."""
    assert told.memories.recall("?!", 500) == told.memories.recall("zebra", 500) == ()
    assert told.memories.recall("bats", 0) == ()
    with pytest.raises(InvalidValue):
        told.memories.recall("")


def test_words_that_mean_something_to_a_database_are_words(told: Session):
    """Quotes, operators and columns are nothing special."""
    for words in ('"bats', "bats AND (", "NEAR(bats)", "words:bats", "bats*", "-bats", "':&|!<->"):
        told.memories.recall(words, 100)
    assert 2 in seqs(told.memories.recall('"bats" OR NOT (', 200))


def test_a_word_that_is_everywhere_says_little(make_bot: Callable[..., Bot]):
    """However many messages hold it, and however few of them are read."""
    talk = make_bot().session("ada", id="s")
    talk.say("a quokka in the rain", heard=[])
    for _ in range(30):
        talk.say("rain", heard=[])
    best = max(talk.memories.recall("quokka rain", 300), key=lambda item: item.score)
    assert best.seq in (2, 3)


def long_talk(make_bot: Callable[..., Bot], monkeypatch: pytest.MonkeyPatch) -> Session:
    """One whose first messages have left the window, on pages that recall."""
    monkeypatch.setenv("COACH_CONTEXT__RECALL__MAX_TOKENS", "150")
    monkeypatch.setenv("COACH_CONTEXT__SUMMARY__STRATEGY", "none")
    talk = make_bot().session("ada", id="s")
    for words in ("my sister Ida keeps bats", *(f"rain {n}" for n in range(12))):
        talk.say(words, heard=[])
    return talk


def page_of(talk: Session, words: str) -> tuple[str, int]:
    turn = talk.say(words, heard=[])
    return str(turn.prompt), turn.revision


def test_what_left_the_window_comes_back_on_the_page(make_bot, monkeypatch):
    """When the policy says so and it is about what was said; the page can be made again."""
    talk = long_talk(make_bot, monkeypatch)
    talk.memories.remember("Ida's bats are vampires")
    about, turn = page_of(talk, "tell me about Ida's bats")
    assert "- they: my sister Ida keeps bats\n" in about
    assert "- noted: Ida's bats are vampires\n" in about
    assert str(talk.page_at(turn)) == about
    assert "my sister Ida" in str(talk.prompt)
    assert "my sister Ida" not in page_of(talk, "what a lovely evening")[0]


def test_the_persons_name_means_what_they_said(make_bot, monkeypatch):
    """Once it is known; no message of theirs holds it."""
    talk = long_talk(make_bot, monkeypatch)
    make_bot().person("ada").update(profile={"name": "Ada"})
    talk.say("good evening", heard=[])
    recalled = page_of(talk, "what did Ada say of bats?")[0].partition("Said earlier")[2]
    assert "- they: my sister Ida keeps bats" in recalled


def test_nothing_comes_back_without_a_policy(make_bot, monkeypatch):
    """Nor, with one, what still is in the window."""
    talk = long_talk(make_bot, monkeypatch)
    monkeypatch.delenv("COACH_CONTEXT__RECALL__MAX_TOKENS")
    without = make_bot().session("ada", id="s")
    assert "Said earlier" not in page_of(without, "tell me about Ida's bats")[0]
    assert "Said earlier" in page_of(talk, "tell me about Ida's bats")[0]
    monkeypatch.setenv("COACH_CONTEXT__RECALL__MAX_TOKENS", "150")
    fresh = make_bot().session("bob", id="b")
    fresh.say("bats", heard=[])
    assert "Said earlier" not in page_of(fresh, "bats?")[0]


def test_what_was_corrected_does_not_come_back(make_bot, monkeypatch):
    """Neither an answer's old value nor what a memory said before."""
    monkeypatch.setenv("COACH_CONTEXT__RECALL__MAX_TOKENS", "400")
    talk = make_bot().session("ada", id="s")
    talk.say("write about bats in Peru")
    talk.memories.remember("the cave is in Spain", key="cave")
    talk.say("the cave is in Spain, you know", heard=[])
    talk.say("change goal: write about bats in Chad")
    talk.memories.remember("the cave is in France", key="cave")
    for number in range(12):
        talk.say(f"rain {number}", heard=[])
    page = page_of(talk, "bats in a cave")[0]
    recalled = page.partition("Said earlier")[2].partition("# Where")[0]
    assert "the cave is in France" in recalled
    assert "Peru" not in recalled
    assert "Spain" not in recalled


def test_a_forgotten_memory_leaves_earlier_pages(make_bot, monkeypatch):
    """They hold its name alone."""
    talk = long_talk(make_bot, monkeypatch)
    kept = talk.memories.remember("Ida's bats are vampires")
    turn = page_of(talk, "Ida's bats")[1]
    assert "vampires" in str(talk.page_at(turn))
    talk.memories.forget(kept.id)
    assert "vampires" not in str(talk.page_at(turn))
    assert "my sister Ida" in str(talk.page_at(turn))


def test_asyncio_recalls_the_same(grow: Flow) -> None:
    """Under the same name."""

    async def main() -> None:
        bot = AsyncBot(grow, clock=FakeClock())
        talk = await bot.session("ada")
        await talk.say("my sister keeps bats")
        assert "bats" in str(await talk.memories.recall("bats", 100))
        await bot.close()

    asyncio.run(main())


def test_an_embedder_recalls_what_means_the_same(make_bot: Callable[..., Bot]):
    """Messages and memories, without a word in common; what holds the words comes as well."""
    talk = make_bot(embedder=FakeEmbedder({"lorry": "truck", "vehicle": "truck"})).session("ada")
    talk.memories.remember("her vehicle is red")
    for words in ("I drive a lorry", "so", "tea", "rain", "a truck stood there"):
        talk.say(words, heard=[])
    found = talk.memories.recall("truck", 500)
    assert {"her vehicle is red", "I drive a lorry", "a truck stood there"} <= {
        item.text for item in found if item.is_hit
    }
    best = max(found, key=lambda item: item.score)
    assert best.text == "a truck stood there"


def test_an_embedder_keeps_to_the_budget(make_bot: Callable[..., Bot]):
    """As words do."""
    talk = make_bot(embedder=FakeEmbedder()).session("ada")
    for words in TALE:
        talk.say(words, heard=[])
    for budget in range(0, 120, 13):
        found = talk.memories.recall("bats boat", budget)
        assert sum(item.tokens + LINE_TOKENS for item in found) <= budget
