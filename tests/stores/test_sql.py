"""The store: what was kept comes back, as often as it is asked for."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.beginning import open_session
from coach.bot import Bot
from coach.errors import SessionNotFound
from coach.flows.flow import Flow
from coach.record.context import SPENT, CoachContext
from coach.record.delta import apply
from coach.record.parties import Parties
from coach.session import Session
from coach.stores.check import check
from coach.stores.folding import fold
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.vocabulary.words import Role

LINES = ["run a marathon", "a medal", "9", "3", "skip", "no time", "walk, swim", "2", "swim daily"]

GIVEN_BACK = CoachContext.model_fields.keys() - set(SPENT)


def test_a_session_begins_with_its_opening(talk: Session, store: SqlStore):
    """Turn 0, revision 0, and the greeting as its first message."""
    context, messages, turns = store.load("s"), store.messages("s"), store.turns("s")
    assert (context.revision, context.messages, context.user_id) == (0, 1, "ada")
    assert [(m.seq, m.role, m.revision) for m in messages] == [(1, Role.ASSISTANT, 0)]
    assert [(t.number, t.status, t.reply) for t in turns] == [(0, "done", messages[0].content)]


def test_a_taken_id_is_not_taken_again(bot: Bot, talk: Session, store: SqlStore, dump: Any):
    """Nothing is written, whoever asks."""
    before = dump(store)
    assert open_session(bot.services, bot.flow, "s", Parties(user="bob")) is False
    assert dump(store) == before


def test_what_a_turn_keeps_comes_back(talk: Session, store: SqlStore):
    """Context, messages and turn, through the columns and back."""
    kept = [talk.say(line, key=line) for line in LINES]
    context, turns = store.load("s"), store.turns("s")
    assert type(context).from_dict(context.to_dict()) == context
    assert [t.reply for t in turns[1:]] == [turn.reply for turn in kept]
    assert [t.decision for t in turns[1:]] == [turn.decision for turn in kept]
    assert [t.commands for t in turns[1:]] == [turn.commands for turn in kept]
    assert [(t.key, t.text) for t in turns[1:]] == [(line, line) for line in LINES]


def test_the_counters_are_those_of_the_messages(talk: Session, store: SqlStore):
    """Nothing has to be counted when it is needed."""
    [talk.say(line) for line in [*LINES, "undo", "back"]]
    context, messages = store.load("s"), store.messages("s")
    assert context.messages == len(messages) == 1 + 2 * 11
    assert [m.seq for m in messages] == list(range(1, 24))
    assert context.tokens == sum(m.tokens for m in messages)
    assert context.revision == 11


@pytest.mark.parametrize(
    ("limit", "after", "seqs"), [(3, 0, [5, 6, 7]), (99, 0, [1, 2, 3, 4, 5, 6, 7]), (99, 5, [6, 7])]
)
def test_the_newest_messages_come_in_order(
    talk: Session, store: SqlStore, limit: int, after: int, seqs: list[int]
):
    """A window on the end of the conversation."""
    [talk.say(line) for line in LINES[:3]]
    assert [m.seq for m in store.newest_messages("s", limit, after)] == seqs
    window = store.load_with_window("s").conversation_history
    assert [m.seq for m in window] == list(range(1, 8))


def test_sessions_are_listed_the_newest_first(make_bot: Callable[..., Bot], store: SqlStore):
    """Of one user by their opening, also within one instant; of all by their last turn."""
    clock = FakeClock()
    bot = make_bot(clock=clock)
    for user, name in [("ada", "a1"), ("bob", "b1"), ("ada", "a0")]:
        bot.session(user, id=name)
        clock.forward(seconds=user == "ada")
    assert [line.session_id for line in store.sessions("ada")] == ["a0", "a1"]
    assert [line.session_id for line in store.sessions()] == ["a0", "b1", "a1"]
    clock.forward(minutes=1)
    bot.session("bob", id="b1").say("run a marathon")
    assert [line.session_id for line in store.sessions()] == ["b1", "a0", "a1"]
    assert [line.session_id for line in store.sessions(limit=1)] == ["b1"]


def test_the_newest_session_is_that_of_the_user_and_the_flow(bot: Bot, store: SqlStore):
    """Of another user or flow there is none."""
    bot.session("ada", id="one")
    newest = store.newest("ada", "grow")
    assert newest is not None
    assert (newest.session_id, newest.status, newest.revision) == ("one", "active", 0)
    assert store.newest("bob", "grow") is None
    assert store.newest("ada", "requirements") is None


@pytest.mark.parametrize("ask", ["load", "messages", "turns", "load_with_window", "claim"])
def test_a_session_that_is_not_there_is_named(store: SqlStore, ask: str):
    """With the store that was looked into."""
    more = {"load_with_window": (), "claim": ("k", "hello", FakeClock()())}
    with pytest.raises(SessionNotFound, match=re.escape(f"there is no session 'x' in {store.url}")):
        getattr(store, ask)("x", *more.get(ask, ()))


def test_a_definition_is_kept_by_its_hash(talk: Session, store: SqlStore, grow: Flow):
    """As JSON that makes an equal flow; an unknown hash has none."""
    kept = store.definition(grow.hash)
    assert kept is not None
    assert (kept.name, kept.version) == ("grow", grow.version)
    assert Flow.model_validate_json(kept.text).hash == grow.hash
    assert store.definition("0" * 64) is None


def test_the_log_can_be_read_while_the_store_is_used(talk: Session, store: SqlStore):
    """No transaction is open between two of its rows."""
    talk.say("run a marathon")
    numbers = [(row["number"], talk.stage, talk.say("a medal").revision) for row in store.log("s")]
    assert numbers == [(0, "goal", 2), (1, "goal", 3)]


def test_a_file_keeps_its_sessions(file_url: str, grow: Flow):
    """Closed and opened again, it goes on where it was."""
    first = Bot(grow, file_url)
    first.session("ada", id="s").say("run a marathon")
    context = first.store.load("s")
    first.close()
    again = Bot(grow, file_url)
    assert again.store.load("s") == context
    assert again.session("ada", id="s").say("a medal").revision == 2
    again.close()


def test_every_fiftieth_turn_holds_a_snapshot(talk: Session, store: SqlStore, log: Any):
    """So that nothing has to be folded from the beginning."""
    [talk.say(f"my goal number {n}") for n in range(101)]
    rows = log(store)
    assert [r["revision"] for r in rows if r["snapshot"] is not None] == [50, 100]
    assert rows[50]["snapshot"] == fold(rows, 50)
    assert check(store).sound


def test_storage_is_linear(file_store: SqlStore, grow: Flow):
    """The last 125 of 500 turns take as many pages as the 125 before; far from the square."""
    talk = Bot(grow, file_store, clock=FakeClock()).session("ada", id="s")
    script, pages = ["run 10 km", "a medal", "9", "3", "skip", "no time", "restart"], []
    for quarter in range(4):
        [talk.say(script[n % 7], key=f"{quarter}-{n}") for n in range(126)]
        with file_store.database.transaction(write=False) as db:
            pages.append(db.text("PRAGMA page_count")[0][0])
    steps = [after - before for before, after in pairwise(pages)]
    assert max(steps) <= 1.1 * min(steps)
    assert pages[-1] * 4096 / 504 < 8_000


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_folding_the_log_gives_the_context_of_every_revision(
    data: st.DataObject, grow: Flow, walks: Any, log: Any
):
    """Forward by the patches, and backward by their inverses, whatever the walk."""
    store = SqlStore()
    talk = Bot(grow, store, clock=FakeClock()).session("ada", id="s")
    seen = [store.load("s").to_dict()]
    for commands in data.draw(walks):
        talk.say("something", heard=commands)
        seen.append(store.load("s").to_dict())
    rows = log(store)
    assert [fold(rows, through=n) for n in range(len(seen))] == seen
    for row in reversed(rows[1:]):
        before = apply(seen.pop(), row["inverse"])
        assert {n: before[n] for n in GIVEN_BACK} == {n: seen[-1][n] for n in GIVEN_BACK}
    assert check(store).faults == ()
    store.close()
