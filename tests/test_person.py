"""A person: what is known of them, how far they are, what they have reached."""

import threading
from collections.abc import Callable

import pytest

from coach.bot import Bot
from coach.errors import InvalidId, InvalidValue, SessionNotFound
from coach.flows.flow import Flow
from coach.flows.registry import Registry
from coach.record.achievement import Achievement
from coach.record.profile import NOBODY
from coach.stores import people
from coach.stores.check import check
from coach.testing import FakeClock


def test_what_is_known_is_merged_and_comes_back(bot: Bot):
    """Three parts of plain JSON, at one revision."""
    ada = bot.person("ada")
    ada.update(profile={"name": "Ada"}, preferences={"tone": "plain"})
    ada.update(preferences={"length": "short"}, identity={"email": "ada@example.org"})
    again = bot.person("ada")
    assert dict(again.profile) == {"name": "Ada"}
    assert dict(again.preferences) == {"tone": "plain", "length": "short"}
    assert again.identity["email"] == "ada@example.org"
    assert again.known.revision == 2


def test_somebody_who_was_never_here_has_nothing(bot: Bot):
    """And looking makes nobody known."""
    bob = bot.person("bob")
    assert (bob.profile, bob.progress, bob.achievements, bob.sessions) == ({}, [], [], [])
    assert bob.known == NOBODY
    with pytest.raises(InvalidId):
        bot.person("")


def test_a_part_is_to_look_at(bot: Bot):
    """Writing to it would lead nowhere, so it cannot be done."""
    ada = bot.person("ada")
    ada.update(profile={"likes": ["tea"]})
    with pytest.raises(TypeError):
        ada.profile["name"] = "Ada"  # type: ignore[index]
    ada.profile["likes"].append("rain")  # type: ignore[union-attr]
    assert ada.profile["likes"] == ["tea"]


def test_people_are_kept_apart(bot: Bot):
    """What one is known for is nothing of the other's."""
    bot.person("ada").update(preferences={"tone": "plain"})
    bot.person("ada").achieve("first goal")
    assert bot.person("Ada").preferences == {}
    assert bot.person("Ada").achievements == []


def test_an_account_is_a_wall(bot: Bot):
    """The same id under another account is another person."""
    ada, other = bot.person("ada", account="acme"), bot.person("ada")
    talk = bot.session("ada", account="acme")
    ada.update(profile={"name": "Ada"})
    ada.achieve("first goal", session=talk.id)
    assert (other.known, other.achievements, other.progress, other.sessions) == (NOBODY, [], [], [])
    assert [line.session_id for line in ada.sessions] == [talk.id]
    assert [p.session_id for p in ada.progress] == [talk.id]
    with pytest.raises(SessionNotFound):
        other.achieve("first goal", session=talk.id)


def test_many_writers_lose_nothing(file_url: str):
    """Each merges into what the one before has written."""
    bots = [Bot("grow", file_url, clock=FakeClock()) for _ in range(4)]

    def write(number: int, bot: Bot) -> None:
        for step in range(5):
            bot.person("ada").update(profile={f"k{number}": step, "by": {f"{number}.{step}": 1}})

    threads = [threading.Thread(target=write, args=pair) for pair in enumerate(bots)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    known = bots[0].person("ada").known
    assert known.revision == 20
    assert {known.profile[f"k{n}"] for n in range(4)} == {4}
    assert len(known.profile["by"]) == 20  # type: ignore[arg-type]
    [bot.close() for bot in bots]


def test_a_writer_that_came_too_late_merges_again(bot: Bot, monkeypatch: pytest.MonkeyPatch):
    """Into what the other has left."""
    ada, read = bot.person("ada"), people.profile
    ada.update(profile={"a": 1})
    late = [NOBODY]
    monkeypatch.setattr(people, "profile", lambda *at: late.pop() if late else read(*at))
    ada.update(profile={"b": 2})
    assert dict(ada.profile) == {"a": 1, "b": 2}


def test_progress_is_where_the_newest_session_of_each_flow_stands(make_bot: Callable[..., Bot]):
    """Begun, finished, and how far; the flow of the newest turn first."""
    clock = FakeClock()
    grow, spec = make_bot(clock=clock), make_bot(flow="requirements", clock=clock)
    grow.session("ada").say("finish")
    clock.forward(days=1)
    spec.session("ada")
    clock.forward(days=1)
    talk = grow.session("ada")
    [talk.say(words) for words in ("run a marathon", "a medal", "9")]
    found = {
        p.flow: (p.sessions, p.finished, p.session_id, p.stage) for p in grow.person("ada").progress
    }
    assert list(found) == ["grow", "requirements"]
    assert found["grow"] == (2, 1, talk.id, "reality")
    assert grow.person("ada").progress[0].progress == talk.context.progress > 0
    assert found["requirements"][:2] == (1, 0)


def test_an_achievement_is_reached_once(bot: Bot):
    """A second time changes nothing."""
    clock, ada = bot.services.clock, bot.person("ada")
    talk = bot.session("ada")
    first = ada.achieve("first goal", detail="a marathon", session=talk.id)
    clock.forward(days=1)  # type: ignore[attr-defined]
    assert ada.achieve("first goal", detail="another") == first
    ada.achieve("a week")
    assert [a.name for a in ada.achievements] == ["first goal", "a week"]
    assert (first.session, first.detail) == (talk.id, "a marathon")


def test_an_achievement_needs_words_and_a_session_of_theirs(bot: Bot):
    """Nobody reaches something in a session of somebody else."""
    talk = bot.session("ada")
    with pytest.raises(InvalidValue, match="an achievement needs words"):
        bot.person("ada").achieve(" ")
    with pytest.raises(SessionNotFound, match="there is no session"):
        bot.person("bob").achieve("first goal", session=talk.id)
    with pytest.raises(SessionNotFound, match="there is no session"):
        bot.person("bob").achieve("first goal", session="nowhere")


STAGES = {
    "wish": {
        "collect": {"goal": {"type": "text", "ask": "What would you like to achieve?"}},
        "next": [{"to": "way", "when": "has(goal)"}],
    },
    "way": {"enter": ["won"], "collect": {"step": {"type": "text", "ask": "What will you do?"}}},
}


@pytest.fixture
def winning(make_bot: Callable[..., Bot]) -> Bot:
    """A coach whose flow notes an achievement on reaching 'way'."""
    registry = Registry()

    @registry.action
    def won(context):
        context.achieve("first goal", detail=str(context.value("goal")))

    flow = Flow.model_validate({"flow": "winning", "start": "wish", "stages": STAGES})
    return make_bot(flow=flow.using(registry))


def test_an_action_can_note_an_achievement(winning: Bot):
    """In the context, and the person's from the turn's commit on."""
    talk = winning.session("ada", id="s")
    talk.say("run a marathon")
    assert talk.context.achieved == {"first goal": "run a marathon"}
    at = talk.context.updated_at
    assert winning.person("ada").achievements == [
        Achievement(name="first goal", at=at, session="s", detail="run a marathon")
    ]
    assert check(winning.store).faults == ()


def test_what_an_undone_turn_reached_was_not_reached(winning: Bot):
    """Unless it had been reached before, in another session."""
    for id in ("one", "two"):
        talk = winning.session("ada", id=id)
        talk.say("run a marathon")
    talk.undo()
    assert talk.context.achieved == {}
    assert [a.session for a in winning.person("ada").achievements] == ["one"]
    winning.session("ada", id="one").undo()
    assert winning.person("ada").achievements == []
    assert check(winning.store).faults == ()


def test_a_rewind_takes_back_what_was_reached_since(winning: Bot):
    """As undo does; to have reached it again counts."""
    talk = winning.session("ada")
    talk.say("run a marathon")
    talk.rewind(0)
    assert winning.person("ada").achievements == []
    talk.say("climb a hill")
    assert [a.detail for a in winning.person("ada").achievements] == ["climb a hill"]
    assert check(winning.store).faults == ()


def test_an_achievement_outlives_the_session(bot: Bot):
    """It is the person's."""
    talk = bot.session("ada")
    reached = bot.person("ada").achieve("first goal", session=talk.id)
    assert bot.store.delete(talk.id)
    assert bot.person("ada").achievements == [reached]
    assert bot.person("ada").progress == []
