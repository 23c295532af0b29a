"""Cassettes: recorded once, given again, and clear about what they lack."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from coach.errors import CassetteMiss, InputError, LlmEmpty
from coach.testing import Cassette, FailingLLM, Pieces, ScriptedLLM
from coach.vocabulary.llm import Llm, LlmMessage, LlmRequest, Purpose
from coach.vocabulary.words import Role


def asking(said: str, rules: str = "You are a coach.\nBe kind.\nAsk one question.") -> LlmRequest:
    system = LlmMessage(role=Role.SYSTEM, content=rules)
    user = LlmMessage(role=Role.USER, content=said)
    return LlmRequest(purpose=Purpose.SPEAK, messages=(system, user))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "goal.json"


async def record(path: Path, *answers: Any, said: str = "I want to run.") -> None:
    cassette = Cassette(path, ScriptedLLM(*answers), mode="record")
    for _ in answers:
        await cassette.answer(asking(said))


async def test_what_was_recorded_is_given_again(path: Path) -> None:
    """Answers to the same request in their order, each of them whole."""
    llm = ScriptedLLM("Why?", {"n": 1}, "Since when?")
    recording = Cassette(path, llm, mode="record")
    asked = [asking("I want to run."), asking("Hm."), asking("I want to run.")]
    made = [await recording.answer(request) for request in asked]
    replaying: Llm = Cassette(path)
    assert [await replaying.answer(request) for request in asked] == made
    assert (recording.left, len(recording.recordings), recording.name) == (0, 2, "scripted")


async def test_a_replay_tells_word_by_word(path: Path) -> None:
    """As an llm would; while recording, its own pieces pass through."""
    told: list[str] = []
    recording = Cassette(path, ScriptedLLM(Pieces(["Tell m", "e more."])), mode="record")
    await recording.answer(asking("Hm."), told.append)
    await Cassette(path).answer(asking("Hm."), told.append)
    assert told == ["Tell m", "e more.", "Tell", " me", " more."]


async def test_a_miss_shows_the_nearest_request_and_what_differs(path: Path) -> None:
    """With its purpose and the last words of the person."""
    await record(path, "Why?")
    rules = "You are a coach.\nBe strict.\nAsk one question."
    with pytest.raises(CassetteMiss) as caught:
        await Cassette(path).answer(asking("I want to run.", rules))
    assert str(caught.value) == (
        f"{path}: no recording of a request to 'speak' after 'I want to run.'. "
        "Record it again: Cassette(path, llm, mode='record'). The nearest one differs in this:\n"
        "--- recorded\n"
        "+++ asked\n"
        "@@ -6,5 +6,5 @@\n"
        '    "content": [\n'
        '     "You are a coach.",\n'
        '-    "Be kind.",\n'
        '+    "Be strict.",\n'
        '     "Ask one question."\n'
        "    ]"
    )


async def test_a_long_difference_is_cut(path: Path) -> None:
    """It says how much there is."""
    await record(path, "Why?")
    with pytest.raises(CassetteMiss, match=r"… and \d+ more lines$"):
        await Cassette(path).answer(asking("Hm.", "\n".join(map(str, range(200)))))


async def test_a_miss_says_when_answers_are_used_up_or_nothing_is_there(path: Path) -> None:
    """Neither has anything to compare."""
    await record(path, "Why?", "How?")
    cassette = Cassette(path)
    assert cassette.left == 2
    for _ in range(2):
        await cassette.answer(asking("I want to run."))
    with pytest.raises(CassetteMiss, match="is left: all 2 are used"):
        await cassette.answer(asking("I want to run."))
    with pytest.raises(CassetteMiss, match="nothing is recorded there"):
        await Cassette(path.with_name("none.json")).answer(asking("Hm."))


async def test_auto_asks_for_what_is_missing_alone(path: Path) -> None:
    """And keeps it beside what was there."""
    await record(path, "Why?")
    llm = ScriptedLLM("How?")
    cassette = Cassette(path, llm, mode="auto")
    said = [(await cassette.answer(asking(text))).text for text in ("I want to run.", "Hm.")]
    assert (said, len(llm.requests)) == (["Why?", "How?"], 1)
    assert (await Cassette(path).answer(asking("Hm."))).text == "How?"
    with pytest.raises(CassetteMiss):
        await Cassette(path, mode="auto").answer(asking("Unheard."))


async def test_recording_begins_anew(path: Path) -> None:
    """What the file had is gone with the first answer."""
    await record(path, "Why?")
    await record(path, "How?", said="Hm.")
    assert [one.answers[0].text for one in Cassette(path).recordings] == ["How?"]


async def test_errors_are_not_recorded(path: Path) -> None:
    """They are raised as they are."""
    with pytest.raises(LlmEmpty):
        await Cassette(path, FailingLLM(LlmEmpty("nothing")), mode="record").answer(asking("Hm."))
    assert not path.exists()


async def test_tasks_may_share_a_cassette(path: Path) -> None:
    """Nothing recorded is lost."""
    recording = Cassette(path, ScriptedLLM(*map(str, range(20))), mode="record")
    asked = [asking(str(number % 5)) for number in range(20)]
    await asyncio.gather(*(recording.answer(request) for request in asked))
    replaying = Cassette(path)
    said = await asyncio.gather(*(replaying.answer(request) for request in asked))
    assert sorted(int(answer.text) for answer in said) == list(range(20))
    assert repr(replaying) == f"<Cassette {str(path)!r}, replay, 0 answers left>"


@pytest.mark.parametrize(
    ("mode", "text"), [("recrod", "Did you mean 'record'"), ("record", "needs an llm")]
)
def test_a_mode_has_to_be_possible(path: Path, mode: Any, text: str) -> None:
    """At once, not at the first request."""
    with pytest.raises(InputError, match=text):
        Cassette(path, mode=mode)
