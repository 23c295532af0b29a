"""Any callable as an llm."""

import asyncio
import functools
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from coach.errors import (
    LlmEmpty,
    LlmError,
    LlmInterrupted,
    LlmOutputInvalid,
    LlmRefused,
    LlmUnavailable,
)
from coach.llms.callables import CallableLlm
from coach.vocabulary.llm import Completion, LlmMessage, LlmRequest, Purpose, ToolCall
from coach.vocabulary.words import Role

REQUEST = LlmRequest(
    purpose=Purpose.SPEAK, messages=(LlmMessage(role=Role.USER, content="Hello."),)
)


def text(request: LlmRequest) -> str:
    return "Tell me more."


async def later(request: LlmRequest) -> str:
    await asyncio.sleep(0)
    return "Tell me more."


def pieces(request: LlmRequest) -> Iterator[str]:
    yield from ("Tell ", "me ", "", "more.")


async def pieces_later(request: LlmRequest) -> AsyncIterator[str]:
    for piece in pieces(request):
        yield piece


class WithCall:
    """An object that is called."""

    def __call__(self, request: LlmRequest) -> str:
        return "Tell me more."


class WithAsyncCall:
    """The same, asynchronous."""

    async def __call__(self, request: LlmRequest) -> AsyncIterator[str]:
        return pieces_later(request)


def whole(request: LlmRequest) -> Completion:
    return Completion(text="Tell me more.", model="mine")


WAYS = [
    text,
    later,
    pieces,
    pieces_later,
    WithCall(),
    WithAsyncCall(),
    whole,
    functools.partial(text),
    functools.partial(later),
    lambda request: later(request=request),
    lambda request: iter(["Tell me", " more."]),
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: CallableLlm(way).name)
async def test_a_callable_answers_in_any_way(way: Any) -> None:
    """And what was told is what was answered."""
    told: list[str] = []
    answer = await CallableLlm(way).answer(REQUEST, told.append)
    assert answer.text == "".join(told) == "Tell me more."
    assert (await CallableLlm(way).answer(REQUEST)).text == "Tell me more."


async def test_pieces_are_told_as_they_come() -> None:
    """One by one, the empty ones left out."""
    told: list[str] = []
    await CallableLlm(pieces).answer(REQUEST, told.append)
    assert told == ["Tell ", "me ", "more."]


async def test_a_dict_is_an_output() -> None:
    """As its JSON."""
    answer = await CallableLlm(lambda request: {"goal": "schön"}).answer(REQUEST)
    assert answer.text == '{"goal": "schön"}'


async def test_tools_may_be_asked_for_without_a_word() -> None:
    """A Completion is taken as it is."""
    given = Completion(tool_calls=(ToolCall(id="1", name="look"),))
    assert await CallableLlm(lambda request: given).answer(REQUEST) is given


async def test_what_is_not_asynchronous_does_not_block_the_loop() -> None:
    """It runs in a thread, so that others go on meanwhile."""
    released = threading.Event()

    def waits(request: LlmRequest) -> str:
        released.wait(30)
        return "Done."

    waiting = asyncio.create_task(CallableLlm(waits).answer(REQUEST))
    await asyncio.sleep(0)
    released.set()
    assert (await waiting).text == "Done."


def test_its_name_is_that_of_what_is_called() -> None:
    """Never of what is in it."""
    assert CallableLlm(text).name == "callable:text"
    assert CallableLlm(functools.partial(text)).name == "callable:text"
    assert CallableLlm(WithCall()).name == "callable:WithCall"
    assert CallableLlm(text, "mine").name == "mine"


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (KeyError("choices"), LlmError),
        (ConnectionRefusedError("no"), LlmUnavailable),
        (TimeoutError("too slow"), LlmUnavailable),
        (StopIteration(), LlmError),
        (LlmRefused("no"), LlmRefused),
    ],
)
async def test_what_it_raises_is_an_error_of_ours(raised: Exception, kind: type[LlmError]) -> None:
    """With its type, its message, and itself as the cause."""

    def fails(request: LlmRequest) -> str:
        raise raised

    with pytest.raises(LlmError) as caught:
        await CallableLlm(fails, "mine").answer(REQUEST)
    assert type(caught.value) is kind
    if kind is not LlmRefused and not isinstance(raised, StopIteration):
        assert f"'mine' raised {type(raised).__name__}: " in str(caught.value)
        assert caught.value.__cause__ is raised


async def test_no_secret_comes_through_its_message() -> None:
    """A client of somebody's own may put its key there."""

    def fails(request: LlmRequest) -> str:
        raise ValueError("sk-proj-pa55pa55pa55 was refused")

    with pytest.raises(LlmError, match="raised ValueError") as caught:
        await CallableLlm(fails).answer(REQUEST)
    assert "pa55" not in str(caught.value)


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_what_breaks_after_the_first_piece_is_an_interruption(asynchronous: bool) -> None:
    """With what was told, when somebody was told it."""

    def breaks(request: LlmRequest) -> Iterator[str]:
        yield "Tell me"
        raise OSError("gone")

    async def breaks_later(request: LlmRequest) -> AsyncIterator[str]:
        for piece in breaks(request):
            yield piece

    llm = CallableLlm(breaks_later if asynchronous else breaks)
    with pytest.raises(LlmInterrupted) as caught:
        await llm.answer(REQUEST, lambda piece: None)
    assert caught.value.partial == "Tell me"
    with pytest.raises(LlmUnavailable) as unheard:
        await llm.answer(REQUEST)
    assert not isinstance(unheard.value, LlmInterrupted)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("", LlmEmpty),
        ("  \n", LlmEmpty),
        (iter(()), LlmEmpty),
        (None, LlmOutputInvalid),
        (7, LlmOutputInvalid),
        ({"a": {1}}, LlmOutputInvalid),
    ],
)
async def test_what_is_no_answer_is_said_to_be_none(given: Any, kind: type[LlmError]) -> None:
    """Nothing, or nothing that can be used."""
    with pytest.raises(kind):
        await CallableLlm(lambda request: given).answer(REQUEST)


async def test_who_is_told_may_fail() -> None:
    """That is no fault of the llm, and the iterator is closed."""
    closed: list[bool] = []

    def watched(request: LlmRequest) -> Iterator[str]:
        try:
            yield from pieces(request)
        finally:
            closed.append(True)

    def fails(piece: str) -> None:
        raise KeyError(piece)

    with pytest.raises(KeyError, match="Tell"):
        await CallableLlm(watched).answer(REQUEST, fails)
    assert closed == [True]


async def test_it_may_be_cancelled() -> None:
    """At once, in what is asynchronous; its iterator is closed."""
    closed = asyncio.Event()

    async def endless(request: LlmRequest) -> AsyncIterator[str]:
        try:
            yield "Tell"
            await asyncio.sleep(60)
        finally:
            closed.set()

    heard = asyncio.Event()
    asking = asyncio.create_task(CallableLlm(endless).answer(REQUEST, lambda piece: heard.set()))
    await heard.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert closed.is_set()
