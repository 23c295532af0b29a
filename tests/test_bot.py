"""A coach: opens sessions, resumes them, and keeps people apart."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import (
    FlowError,
    FlowNotFound,
    FlowVersionMismatch,
    InvalidId,
    InvalidValue,
    LlmAddressError,
    SessionNotFound,
    StoreUrlError,
)
from coach.flows.flow import Flow
from coach.stores.check import check
from coach.stores.sql import SqlStore


def test_the_shortest_way_needs_no_store():
    """Each coach then remembers in a memory of its own."""
    one, other = Bot("grow"), Bot("grow")
    one.session("ada", id="s").say("run a marathon")
    assert one.store.url == "sqlite://"
    assert other.sessions() == []
    one.close()
    other.close()


def test_a_person_comes_back_to_where_she_left_off(bot: Bot):
    """Without an id the newest session of the flow is meant."""
    talk = bot.session("ada")
    talk.say("run a marathon")
    again = bot.session("ada")
    assert (talk.resumed, again.resumed) == (False, True)
    assert again.id == talk.id
    assert again.context.revision == 1


def test_a_finished_session_is_followed_by_a_new_one(bot: Bot):
    """Linked to it, also within the same instant; and that one is resumed then."""
    first = bot.session("ada")
    first.say("finish")
    second = bot.session("ada")
    assert second.id != first.id
    assert second.context.previous_session == first.id
    assert bot.session("ada").id == second.id


def test_an_id_is_begun_once_and_then_resumed(bot: Bot):
    """Several sessions of one person stand beside each other."""
    assert bot.session("ada", id="one").resumed is False
    assert bot.session("ada", id="two").resumed is False
    assert bot.session("ada", id="one").resumed is True
    assert [line.session_id for line in bot.sessions("ada")] == ["two", "one"]


def test_another_persons_session_looks_absent(bot: Bot, dump: Any):
    """By its id it is not found, in a listing it is not there, and nothing is written."""
    bot.session("ada", id="s").say("run a marathon")
    before = dump(bot.store)
    with pytest.raises(SessionNotFound, match="there is no session 's' of user 'bob'"):
        bot.session("bob", id="s")
    assert dump(bot.store) == before
    assert bot.sessions("bob") == []
    assert bot.session("bob").id != "s"


@pytest.mark.parametrize("user", ["Ada", "ada ", "äda", "a" * 200, "%", "ada' OR '1'='1", "\u202e"])
def test_a_user_id_is_opaque(bot: Bot, user: str):
    """No case folding, no trimming, no wildcard."""
    bot.session("ada", id="s")
    assert bot.session(user).id != "s"
    assert [line.user_id for line in bot.sessions(user)] == [user]


@pytest.mark.parametrize("user", ["", " ", "a\nb", "a\0", "\ud800", "a" * 201, None, 7])
def test_what_is_no_user_id_is_refused(bot: Bot, user: Any):
    """Nothing is written."""
    with pytest.raises(InvalidId, match="is not usable"):
        bot.session(user)
    assert bot.sessions() == []


@pytest.mark.parametrize("name", ["", " ", "a b", "../x", "a" * 129, "ü", "a\n"])
def test_what_is_no_session_id_is_refused(bot: Bot, name: str):
    """The message says what would be one."""
    with pytest.raises(InvalidId, match=r"take 1 to 128 letters, digits or any of _ \. : -"):
        bot.session("ada", id=name)
    assert bot.sessions() == []


@pytest.mark.parametrize("name", [None, "s"])
def test_whoever_opens_at_the_same_time_gets_the_same_session(
    make_bot: Callable[..., Bot], name: str | None
):
    """Two tabs, one conversation: it is begun once, with one greeting."""
    bot, barrier, ids = make_bot(), threading.Barrier(8), []

    def open_it() -> None:
        barrier.wait()
        ids.append(bot.session("ada", id=name).id)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(ids) == 8
    assert [line.session_id for line in bot.sessions()] == [ids[0]]
    assert check(bot.store).messages == 1


def test_sessions_of_several_flows_stand_beside_each_other(
    store: SqlStore, make_bot: Callable[..., Bot]
):
    """Each coach resumes its own, and refuses the other's."""
    grow, wizard = make_bot(), Bot("requirements", store)
    talk, form = grow.session("ada"), wizard.session("ada")
    assert talk.id != form.id
    assert grow.session("ada").id == talk.id
    assert wizard.session("ada").id == form.id
    with pytest.raises(FlowVersionMismatch, match="runs 'grow', not 'requirements'"):
        wizard.session("ada", id=talk.id)


def test_the_environment_names_the_store(monkeypatch: pytest.MonkeyPatch, file_url: str):
    """An argument comes before it; other variables of ours do no harm."""
    monkeypatch.setenv("COACH_STORE", file_url)
    monkeypatch.setenv("COACH_KILLS", "5")
    bots = [Bot("grow"), Bot("grow", "sqlite://")]
    assert [bot.store.url for bot in bots] == [file_url, "sqlite://"]
    [bot.close() for bot in bots]


def test_the_clock_stamps_what_is_kept(make_bot: Callable[..., Bot]):
    """In UTC, whatever its zone."""
    talk = make_bot().session("ada")
    talk.say("run a marathon")
    assert {m.at for m in talk.history()} == {datetime(2026, 1, 5, 9, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"flow": "gorw"}, FlowNotFound, "Did you mean 'grow'"),
        ({"flow": "grow", "store": "oracle://h/d"}, StoreUrlError, "scheme 'oracle' is unknown"),
        ({"flow": "grow", "llm": "opnai:gpt"}, LlmAddressError, "Did you mean 'openai'"),
        ({"flow": "grow", "llm": ["offline", print]}, LlmAddressError, "'offline' stands last"),
    ],
)
def test_what_cannot_be_used_is_said_at_once(options: Any, error: type[Exception], says: str):
    """Not at the first message."""
    with pytest.raises(error, match=says):
        Bot(**options)


def test_a_flow_that_cannot_run_is_refused_at_once():
    """With every reason."""
    stages = {"a": {"next": [{"to": "b"}]}}
    flow = Flow.model_validate({"flow": "broken", "start": "a", "stages": stages})
    with pytest.raises(FlowError, match="flow 'broken' cannot run"):
        Bot(flow)


def test_a_new_session_may_begin_beside_an_unfinished_one(bot: Bot):
    """Linked to it; from then on it is the one that is resumed."""
    first = bot.session("ada")
    second = bot.session("ada", new=True)
    assert (second.resumed, second.context.previous_session) == (False, first.id)
    assert bot.session("ada").id == second.id
    assert bot.session("ada", id=first.id).resumed


def test_a_new_session_takes_an_id_that_is_free(bot: Bot):
    """A taken one is refused, and another person's looks absent."""
    assert bot.session("ada", id="s", new=True).resumed is False
    with pytest.raises(InvalidId, match="session 's' is there already"):
        bot.session("ada", id="s", new=True)
    with pytest.raises(SessionNotFound, match="there is no session 's' of user 'bob'"):
        bot.session("bob", id="s", new=True)


def test_new_sessions_at_the_same_time_are_all_begun(make_bot: Callable[..., Bot]):
    """Each asked for one of its own, and each follows another."""
    bot, barrier, ids = make_bot(), threading.Barrier(4), []

    def open_it() -> None:
        barrier.wait()
        ids.append(bot.session("ada", new=True).id)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(set(ids)) == 4
    assert len({line.previous_session for line in bot.sessions()}) == 4


def test_a_coach_and_a_session_say_what_they_are(file_url: str):
    """In a line that holds nothing of what was said, and asks the store nothing."""
    bot = Bot("grow", f"{file_url}?synchronous=normal")
    talk = bot.session("ada", id="s")
    assert repr(bot) == f"<Bot grow@1, store {file_url.removeprefix('sqlite:///')!r}>"
    bot.close()
    assert repr(talk) == "<Session 's' of flow 'grow', new>"
    assert repr(Bot("grow")) == "<Bot grow@1, store in memory>"


def test_a_session_knows_its_caller_and_account(bot: Bot):
    """Those that it began with; a later caller does not change them."""
    talk = bot.session("ada", caller="web", account="acme")
    again = bot.session("ada", caller="app", account="acme")
    assert again.id == talk.id
    assert (again.context.caller_id, again.context.account_id) == ("web", "acme")
    assert bot.session("ada", id="own").context.caller_id == "ada"


def test_accounts_are_kept_apart(bot: Bot):
    """What began under one is not resumed, linked or found under another, or without."""
    first = bot.session("ada", account="acme")
    for account in (None, "other"):
        talk = bot.session("ada", account=account)
        assert talk.id != first.id
        assert talk.context.previous_session is None
        with pytest.raises(SessionNotFound, match="of user 'ada'"):
            bot.session("ada", id=first.id, account=account)
        with pytest.raises(SessionNotFound, match="of user 'ada'"):
            bot.session("ada", id=first.id, account=account, new=True)
    assert bot.session("ada", account="acme").id == first.id


def test_the_audit_is_at_the_bot_s_door(bot: Bot):
    """recent, history and usage of its store."""
    talk = bot.session("ada", caller="web")
    talk.say("run a marathon")
    [line] = bot.audit.recent(caller_id="web")
    assert (line.session_id, line.messages) == (talk.id, 3)
    assert [m.seq for m in bot.audit.history(talk.id)] == [1, 2, 3]
    assert [used.key for used in bot.audit.usage(by="caller")] == ["web"]


def test_a_cache_goes_with_an_address(file_url: str, redis_url: str, monkeypatch: Any):
    """By argument or by setting; an open store has its own, or none."""
    monkeypatch.delenv("COACH_CACHE", raising=False)
    bots = [Bot("grow", file_url, cache=redis_url), Bot("grow", file_url)]
    with pytest.raises(InvalidValue, match="cache= goes with an address"):
        Bot("grow", bots[0].store, cache=redis_url)
    monkeypatch.setenv("COACH_CACHE", redis_url)
    bots += [Bot("grow", file_url), Bot("grow", bots[1].store)]
    assert [bot.store.cache is not None for bot in bots] == [True, False, True, False]
    [bot.close() for bot in bots]
