"""The n-th thing that a database is asked fails, for every n, whatever was being done."""

from collections.abc import Callable
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import SessionNotFound, StoreUnavailable
from coach.session import Session
from coach.stores.drivers.base import ConnectionLost
from coach.stores.sql import SqlStore
from tests.faults import kill
from tests.faults.scenes import Breaking, free, slowly, sound

Action = Callable[[Bot, str], Any]


def say(bot: Bot, name: str) -> None:
    of(bot, name).say("9", key="k")


def correct(bot: Bot, name: str) -> None:
    of(bot, name).say("change goal: swim far", key="k")


def undo(bot: Bot, name: str) -> None:
    of(bot, name).say("undo", key="k")


def update(bot: Bot, name: str) -> None:
    of(bot, name).update(lambda c: c.add_assumption("has a pool"), key="k")


def rewind(bot: Bot, name: str) -> None:
    of(bot, name).rewind(1, key="k")


def create(bot: Bot, name: str) -> None:
    bot.session(f"bob of {name}", id=f"{name}-new")


def fork(bot: Bot, name: str) -> None:
    new = f"{name}-new"
    if state_of(bot.store, new) is None:
        of(bot, name).fork(1, id=new)


def delete(bot: Bot, name: str) -> None:
    bot.store.delete(name)


OWN = ("session_id", "forked_from", "user_id", "caller_id")
ACTIONS = [say, correct, undo, update, rewind, create, fork, delete]


def of(bot: Bot, name: str) -> Session:
    """The session of a user of its own: what another one settled is no part of it."""
    return bot.session(f"ada of {name}", id=name)


def state_of(store: SqlStore, name: str) -> Any:
    """Everything that a session is, but for its name; None when it is not there."""
    try:
        context = store.load(name).to_dict()
    except SessionNotFound:
        return None
    own = {key: value for key, value in context.items() if key not in OWN}
    said = [(m.seq, m.role, m.content, m.revision, m.withdrawn_by) for m in store.messages(name)]
    turns = [(t.key, t.revision, t.text, t.reply) for t in store.turns(name) if t.status == "done"]
    return own, said, turns


def both(store: SqlStore, name: str) -> Any:
    """The session and the one that an action makes of it."""
    return state_of(store, name), state_of(store, f"{name}-new")


def prepared(bot: Bot, name: str) -> str:
    """A session, two turns old."""
    talk = of(bot, name)
    talk.say("run a marathon", key="1")
    talk.say("a medal", key="2")
    return name


@pytest.mark.parametrize(
    ("store", "error"),
    [("file", StoreUnavailable), ("postgresql", ConnectionLost)],
    indirect=["store"],
)
@pytest.mark.parametrize(
    ("action", "hear"),
    [(say, slowly), *((action, None) for action in ACTIONS)],
    ids=["say-slow", *(action.__name__ for action in ACTIONS)],
)
def test_whatever_fails_it_is_done_whole_or_not_at_all(
    store: SqlStore, action: Action, hear: Any, error: type[StoreUnavailable]
):
    """And done again, it is there once. A file refuses, a connection breaks."""
    bot, nth, broke = kill.bot(store, hear=hear), 0, True
    calm = prepared(bot, "calm")
    before = both(store, calm)
    action(bot, calm)
    after = both(store, calm)
    while broke:
        nth += 1
        name = prepared(bot, f"s{nth}")
        with Breaking(store, nth, error) as breaking:
            failed = raises(lambda name=name: action(bot, name))
        broke = breaking.broke
        assert both(store, name) in ([before, after] if failed else [after])
        free(of(bot, name)) if state_of(store, name) else None
        action(bot, name)
        assert both(store, name) == after
    assert nth > 5
    sound(store)


def raises(action: Callable[[], Any]) -> bool:
    try:
        action()
    except StoreUnavailable:
        return True
    return False
