"""At, fork and rewind: the past is there, can be gone on from, and can be returned to."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.errors import IdempotencyKeyReuse, InvalidId, SessionError, SessionNotFound
from coach.flows.flow import Flow
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.vocabulary.context_policy import ContextPolicy, WindowPolicy

OWN = ("session_id", "forked_from", "forked_at", "created_at")
COUNTERS = ("revision", "messages", "tokens", "turns", "updated_at")
STEPS = st.lists(
    st.one_of(
        st.sampled_from(["write my thesis", "9", "3", "change goal: run", "undo", "undo", "back"]),
        st.sampled_from(["a walk, a swim", "restart", "skip", "a medal"]),
        st.integers(min_value=0, max_value=30),
    ),
    max_size=18,
)


@pytest.fixture(scope="module")
def small(grow: Flow) -> Flow:
    """A window that moves soon, so that summaries are made."""
    policy = ContextPolicy(window=WindowPolicy(messages=6))
    return grow.model_copy(update={"context": policy})


def walked(flow: Flow, steps: list[str | int]) -> tuple[Session, list[dict[str, Any]]]:
    """A session, and its context after every turn: a number is a rewind."""
    return taken(Bot(flow, clock=FakeClock()).session("ada", id="s"), steps)


def taken(talk: Session, steps: list[str | int]) -> tuple[Session, list[dict[str, Any]]]:
    past = [talk.context.to_dict()]
    for step in steps:
        if isinstance(step, str):
            talk.say(step)
        elif len(past) > 1:
            talk.rewind(step % (len(past) - 1))
        else:
            continue
        past.append(talk.context.to_dict())
    return talk, past


def without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}


@given(steps=STEPS)
@settings(max_examples=30)
def test_a_fork_is_the_session_as_it_was(small: Flow, steps: list[str | int]):
    """At every turn, with its messages and pages; and the log of each adds up."""
    talk, past = walked(small, steps)
    for turn, was in enumerate(past):
        fork, then = talk.fork(turn), talk.at(turn)
        assert without(fork.context.to_dict(), *OWN) == without(was, *OWN)
        assert then.context.to_dict() == was
        assert tuple(fork.history()) == then.messages
        assert [t.key for t in fork.turns()] == [t.key for t in talk.turns()][: turn + 1]
        assert fork.page_at(turn).messages == then.page.messages
    assert check(talk.services.store).faults == ()


def test_the_past_is_the_same_on_every_store(talk: Session):
    """Rewinds of rewinds, some of them undone."""
    words = ("write my thesis", "a medal", "9", 1, "on time", 2, "undo", "7", "back", 0, "undo")
    _, past = taken(talk, list(words))
    for turn, was in enumerate(past):
        fork = talk.fork(turn)
        assert without(fork.context.to_dict(), *OWN) == without(was, *OWN)
        assert tuple(fork.history()) == talk.at(turn).messages
    assert check(talk.services.store).faults == ()


@given(steps=STEPS, more=STEPS)
@settings(max_examples=20)
def test_a_fork_that_goes_on_leaves_its_origin_alone(small: Flow, steps: Any, more: Any):
    """And the fork takes back the turns that it has inherited, as the origin would."""
    talk, past = walked(small, steps)
    before = list(talk.export())
    fork = talk.fork(len(past) // 2)
    twin = talk.fork(len(past) // 2)
    for step in [line for line in more if isinstance(line, str)] + ["undo"] * 3:
        assert fork.say(step).reply == twin.say(step).reply
    assert list(talk.export()) == before
    assert check(talk.services.store).faults == ()


@given(steps=STEPS, at=st.integers(min_value=0, max_value=30))
@settings(max_examples=30)
def test_a_rewind_is_the_turn_again_and_can_be_undone(small: Flow, steps: Any, at: int):
    """But for what is spent; the page is that of the turn, and undo gives everything back."""
    talk, past = walked(small, [*steps, "so"])
    turn, last = at % (len(past) - 1), talk.context
    stood, page = talk.at(turn), talk.prompt
    new = talk.rewind(turn)
    marks = (*COUNTERS, "undo_head", "rewound", "transitions")
    assert without(new.to_dict(), *marks) == without(past[turn], *marks)
    standing = [m.seq for m in talk.history() if not m.withdrawn]
    assert standing == [m.seq for m in stood.messages if not m.withdrawn]
    if last.finished or new.finished:
        return
    talk.undo()
    spent = (*COUNTERS, "asked", "transitions")
    assert (
        without(talk.fork().context.to_dict(), *spent, *OWN)["answers"] == last.to_dict()["answers"]
    )
    assert page.messages[0].content.split("\n")[0] in talk.prompt.text
    standing = [m.seq for m in talk.history() if not m.withdrawn][:-2]
    assert standing == [m.seq for m in talk.at(last.revision).messages if not m.withdrawn]
    assert check(talk.services.store).faults == ()


def test_the_past_knows_which_messages_stood(talk: Session):
    """At each turn those that stood then, however often they went and came back."""
    stood = []
    for step in ("write my thesis", "a medal", "9", 1, "undo", "undo", "7", 2, "undo", 0, "undo"):
        talk.say(step) if isinstance(step, str) else talk.rewind(step)
        stood.append([m.seq for m in talk.history() if not m.withdrawn])
    for turn, seqs in enumerate(stood, 1):
        assert [m.seq for m in talk.at(turn).messages if not m.withdrawn] == seqs


def test_a_rewind_to_an_undo_withdraws_again(talk: Session):
    """A message that an undo withdrew, a rewind brought back, and the next one takes away."""
    for step in ("write my thesis", "a medal", "undo", 2, 3):
        talk.say(step) if isinstance(step, str) else talk.rewind(step)
    withdrawn = [m.content for m in talk.history() if m.withdrawn]
    assert "a medal" in withdrawn
    assert withdrawn == [m.content for m in talk.at(3).messages if m.withdrawn]


def test_the_page_of_who_rewinds_is_that_of_who_reads(small: Flow):
    """Window and summaries in hand are those on the shelf, also when the rewind is undone."""
    talk = Bot(small, clock=FakeClock()).session("ada", id="s")
    lines = ["write my thesis", "a medal", "9", "3", *["?"] * 6]
    for step in [*lines, 2, "undo", "undo", 5, "on time", "undo", "undo", "?"]:
        talk.say(step) if isinstance(step, str) else talk.rewind(step)
        hot = talk.page()
        talk.services.store.hot.drop("s")
        assert talk.page() == hot


def test_an_undone_rewind_sums_up_nothing_anew(small: Flow):
    """The summaries come back as they were: a language model may have written them."""
    calls: list[int] = []

    def summarise(*said: Any) -> str:
        calls.append(1)
        return "they spoke"

    talk = Bot(small, clock=FakeClock(), summarise=summarise).session("ada", id="s")
    for line in ["write my thesis", "a medal", "9", "3", *["?"] * 8]:
        talk.say(line)
    before, made = talk.context, len(calls)
    talk.rewind(2)
    talk.undo()
    assert len(calls) == made > 0
    assert talk.context.summaries == before.summaries


def test_a_rewind_is_undone_after_other_summaries(small: Flow):
    """The window has moved meanwhile, and what was summed up is another story."""
    talk = Bot(small, clock=FakeClock()).session("ada", id="s")
    for line in ["write my thesis", "a medal", "9", "3", *["?"] * 6]:
        talk.say(line)
    before = talk.context
    talk.rewind(2)
    for _ in range(14):
        talk.say("change goal: swim")
    for _ in range(15):
        talk.undo()
    now = talk.context
    assert (now.answers, now.stage) == (before.answers, before.stage)
    spans = sorted((s.first_seq, s.last_seq) for s in now.summaries.values())
    assert [first for first, _ in spans] == [1, *(last + 1 for _, last in spans[:-1])]
    assert spans[-1][1] == now.window_start - 1
    assert check(talk.services.store).faults == ()


def test_a_rewind_is_said_in_the_log(talk: Session):
    """With the move it made."""
    for line in ("write my thesis", "a medal", "9", "3"):
        talk.say(line)
    talk.rewind(1)
    assert (talk.stage, talk.asks) == ("goal", "measure")
    assert "moved reality -> goal: rewound to turn 1" in talk.why()
    assert "9" not in [m.content for m in talk.context.conversation_history]


def test_a_rewind_reads_the_turns_it_takes_back(talk: Session, monkeypatch: Any):
    """And not the log before them."""
    for line in ["?", "write my thesis", "a medal", "9", "3"] * 6:
        talk.say(line)
    seen: list[int] = []
    rows = type(talk.services.store.database.begin(write=False))
    real = rows.rows
    monkeypatch.setattr(rows, "rows", lambda db, *a, **k: _noted(seen, real(db, *a, **k)))
    talk.rewind(27)
    assert sum(seen) < 40


def _noted(seen: list[int], found: list[Any]) -> list[Any]:
    seen.append(sum("patch" in row or "content" in row for row in found))
    return found


def test_the_same_key_rewinds_once(talk: Session):
    """And another turn under it is refused."""
    talk.say("write my thesis")
    talk.say("a medal")
    talk.rewind(1, key="r")
    assert talk.rewind(1, key="r").revision == 3
    with pytest.raises(IdempotencyKeyReuse):
        talk.rewind(0, key="r")


@pytest.mark.parametrize("turn", [-1, 2, 99])
def test_a_turn_that_is_no_earlier_one_is_said(talk: Session, turn: int):
    """With those there are; the session stays as it was."""
    talk.say("so")
    talk.say("so")
    with pytest.raises(SessionError, match="rewind to one of 0 to 1"):
        talk.rewind(turn)
    assert talk.context.revision == 2


def test_a_finished_session_goes_on_after_a_rewind(talk: Session):
    """Its end is taken back as well."""
    talk.say("write my thesis")
    talk.say("enough", heard=[{"command": "finish", "reason": "tired"}])  # type: ignore[list-item]
    assert talk.finished
    talk.rewind(1)
    assert not talk.finished
    assert talk.say("a medal").revision == 4


def test_what_cannot_be_forked_is_said(bot: Bot, talk: Session):
    """An id that is taken, one that is none, a turn that is not there, a session that is not."""
    with pytest.raises(InvalidId, match="is there already"):
        talk.fork(id="s")
    with pytest.raises(InvalidId):
        talk.fork(id="../s")
    with pytest.raises(SessionError, match="has no turn 7; it has 0 to 0"):
        talk.fork(7)
    with pytest.raises(SessionError, match="has no turn 7"):
        talk.at(7)
    with pytest.raises(SessionNotFound):
        Session(bot.services, "none", resumed=True).fork()


def test_a_fork_is_the_newest_session_of_its_person(make_bot: Callable[..., Bot]):
    """So that is the one she resumes; nobody else can."""
    clock = FakeClock()
    bot = make_bot(clock=clock)
    talk = bot.session("ada", id="s")
    clock.forward(days=1)
    talk.fork(id="f")
    assert bot.session("ada").id == "f"
    with pytest.raises(SessionNotFound):
        bot.session("ben", id="f")


def test_the_same_for_asyncio(file_store: SqlStore, grow: Flow):
    """Fork, rewind and at are awaited."""

    async def main() -> None:
        talk = await AsyncBot(grow, file_store).session("ada", id="s")
        await talk.say("write my thesis")
        fork = await talk.fork(id="f")
        assert (await fork.rewind(0)).revision == 2
        assert (await talk.at(1)).turn.text == "write my thesis"
        assert (await talk.context()).revision == 1

    asyncio.run(main())
