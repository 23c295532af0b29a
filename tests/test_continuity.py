"""Continuity: a new session knows what the one before has settled, and nobody else's does."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.bot import Bot
from coach.continuity import came_to, last_time
from coach.record.answer import Answer
from coach.record.context import CoachContext
from coach.record.last_time import LastTime, Open, Settled
from coach.record.parties import Parties
from coach.stores.check import check
from coach.stores.connect import Database
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.vocabulary.words import AnswerStatus

SAID = ("run a marathon", "a medal", "9")


def test_a_new_session_knows_what_the_last_one_settled(bot: Bot):
    """It says so, its page does, and nothing of it is an answer in the new one."""
    first = bot.session("ada")
    [first.say(words) for words in SAID]
    talk = bot.session("ada", new=True)
    assert '"run a marathon"; how to tell it is reached: "a medal"' in talk.greeting
    turn = talk.say("climb a hill")
    assert "# Last time" in turn.prompt.text
    assert "- the goal: run a marathon\n" in turn.prompt.text
    assert turn.prompt.ledger["last_time"].reason == "whole"
    assert talk.context.value("goal") == "climb a hill"
    assert talk.context.last_time is not None
    assert talk.context.last_time.session == first.id


def test_the_first_session_has_no_last_time(bot: Bot):
    """Nor has one under another account, of another flow, or of somebody else."""
    [bot.session("ada", id="s").say(words) for words in SAID]
    assert bot.store.load("s").last_time is None
    assert bot.session("ada", account="acme").context.last_time is None
    assert bot.session("bob").context.last_time is None
    assert last_time(bot.store, Parties(user="ada"), "requirements") is None


def test_a_session_of_somebody_else_tells_nothing(bot: Bot):
    """Whatever name it is asked for by."""
    bot.session("ada", id="s").say("run a marathon")
    assert last_time(bot.store, Parties(user="bob"), "grow", "s") is None
    assert last_time(bot.store, Parties(user="ada", account="acme"), "grow", "s") is None
    assert last_time(bot.store, Parties(user="ada"), "grow", "nowhere") is None


def test_several_active_sessions_each_know_the_one_before(bot: Bot):
    """Also those that the application names."""
    one = bot.session("ada", id="one")
    one.say("run a marathon")
    two = bot.session("ada", id="two")
    one.say("a medal")
    assert two.context.last_time is not None
    assert two.context.last_time.settled == (Settled(field="goal", text="run a marathon"),)
    assert (one.finished, two.finished) == (False, False)
    assert bot.session("ada", id="one").context.value("measure") == "a medal"


def test_it_is_the_newest_under_the_same_account(bot: Bot):
    """Though one under another was opened since."""
    for account in ("acme", None):
        bot.session("ada", account=account).say(f"run for {account}")
    last = bot.session("ada", id="own", account="acme").context.last_time
    assert last is not None
    assert last.settled == (Settled(field="goal", text="run for acme"),)


def test_where_nothing_was_settled_the_one_before_that_counts(bot: Bot):
    """Opening a session and leaving does not wipe out what was."""
    [bot.session("ada", id="s").say(words) for words in SAID]
    bot.session("ada", new=True)
    third = bot.session("ada", new=True)
    assert third.context.last_time is not None
    assert third.context.last_time.session == "s"


def test_only_what_is_sure_counts_as_settled():
    """Not what was assumed, declined or no longer holds."""
    context = CoachContext(session_id="s")
    context.set("sure", "yes, this")
    for name, change in {
        "doubtful": {"value": "x", "status": AnswerStatus.UNCONFIRMED},
        "declined": {"value": None, "status": AnswerStatus.DECLINED},
        "stale": {"value": "y", "stale": True},
    }.items():
        context.set_answer(Answer.model_validate({"field": name, **change}))
    context.settle_task(context.add_task("done").id, "done")
    context.add_task("buy shoes", due="2026-06-01")
    found = came_to(context)
    assert found.settled == (Settled(field="sure", text="yes, this"),)
    assert found.tasks == (Open(name="buy shoes", due="2026-06-01"),)


def test_it_is_small_whatever_was_said():
    """Twelve answers and five tasks at most, each cut."""
    context = CoachContext(session_id="s")
    for number in range(40):
        context.set(f"f{number}", f"{number} " + "ä" * 10_000)
        context.add_task(f"{number} " + "ü" * 190)
    found = came_to(context)
    assert [one.field for one in found.settled] == [f"f{number}" for number in range(28, 40)]
    assert len(found.tasks) == 5
    assert len(found.model_dump_json()) < 4_000


def test_it_stays_as_it_was_and_pages_can_be_made_again(bot: Bot):
    """When that session goes on, and when it is removed."""
    [bot.session("ada", id="s").say(words) for words in SAID]
    talk = bot.session("ada", id="t")
    first, page = talk.greeting, talk.say("climb a hill").prompt.text
    bot.session("ada", id="s").say("a lot")
    bot.store.delete("s")
    assert talk.page_at(1).text == page
    talk.undo()
    assert (talk.greeting, talk.page_at(1).text) == (first, page)
    assert check(bot.store).faults == ()


def test_the_page_has_what_is_known_of_the_person_at_each_turn(bot: Bot):
    """As it was then, also when it is made again; identity is on none."""
    talk = bot.session("ada", id="s")
    ada = bot.person("ada")
    ada.update(preferences={"tone": "plain"}, identity={"email": "ada@example.org"})
    pages = [talk.say("run a marathon").prompt.text]
    assert "- tone: plain" in bot.session("ada", new=True).page_at(0).text
    ada.update(preferences={"tone": "warm"}, profile={"name": "Ada"})
    pages.append(talk.say("a medal").prompt.text)
    assert ["- tone: plain" in pages[0], "- tone: warm" in pages[1]] == [True, True]
    assert [talk.page_at(n).text for n in (1, 2)] == pages
    assert "- name: Ada" in talk.prompt.text
    assert "# About the person" not in talk.page_at(0).text
    assert "ada@example.org" not in "".join(pages)


def test_actions_and_applications_can_look_at_it(bot: Bot):
    """In the context that they are given."""
    bot.person("ada", account="acme").update(profile={"name": "Ada"})
    talk = bot.session("ada", account="acme")
    seen = []
    talk.update(lambda context: seen.append(context.person.profile))
    assert seen == [{"name": "Ada"}]
    assert talk.context.person.profile == {"name": "Ada"}
    assert bot.session("ada").context.person.profile == {}


def test_each_look_has_its_own(bot: Bot):
    """What one holds does not change when another looks later."""
    talk, ada = bot.session("ada"), bot.person("ada")
    talk.say("run a marathon")
    looks = [bot.store.at_hand(talk.id) for n in (1, 2) if ada.update(profile={"n": n})]
    assert [look.person.revision for look in looks] == [1, 2]


def test_a_hearer_that_waits_has_it_too(make_bot: Callable[..., Bot]):
    """Its turn is claimed in another transaction than it is kept in."""
    bot = make_bot(hear=lambda situation, text: [])
    bot.person("ada").update(preferences={"tone": "plain"})
    assert "- tone: plain" in bot.session("ada").say("hello").prompt.text


def test_a_turn_costs_the_same_after_many_sessions(bot: Bot, monkeypatch: pytest.MonkeyPatch):
    """The same statements and the same page."""
    bot.person("ada").update(preferences={"tone": "plain"})
    ran: list[str] = []
    prepared = Database.prepared

    def counted(database: Database, statement: Any) -> Any:
        ran.append(str(statement))
        return prepared(database, statement)

    def cost() -> tuple[list[str], int]:
        talk = bot.session("ada", new=True)
        ran.clear()
        monkeypatch.setattr(Database, "prepared", counted)
        tokens = talk.say("run a marathon").prompt.tokens
        monkeypatch.setattr(Database, "prepared", prepared)
        return ran.copy(), tokens

    cost()
    once = cost()
    [cost() for _ in range(10)]
    assert cost() == once


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["say", "new", "know"])), max_size=12))
def test_nobody_sees_anything_of_somebody_else(acts: list[tuple[int, str]]):
    """Whoever does what in which order; two of the four have the same id."""
    bot = Bot("grow", SqlStore("sqlite://"), clock=FakeClock())
    people = (("ada", None), ("ada", "acme"), ("bob", None), ("cyd", "acme"))
    for number, act in acts:
        user, account = people[number]
        talk, mark = bot.session(user, account=account, new=act == "new"), f"secret{number}"
        if act == "know":
            bot.person(user, account).update(profile={"motto": mark})
        text = talk.say(f"write {mark}").prompt.text + talk.greeting
        assert not any(f"secret{other}" in text for other in range(4) if other != number)
    bot.close()


def test_it_round_trips():
    """As a part of the context's plain data."""
    last = came_to(CoachContext(session_id="s"))
    context = CoachContext(session_id="t", last_time=last)
    assert CoachContext.from_dict(context.to_dict()).last_time == last
    assert isinstance(last, LastTime)
