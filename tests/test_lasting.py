"""What a session learns lasts: memories of its person, written with the turn, known to the next."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from coach.bot import Bot
from coach.errors import StoreError
from coach.flows.flow import Flow
from coach.lasting import recall_known
from coach.record.chat_context import ChatContext
from coach.record.context import CoachContext
from coach.record.known import MOST, MOST_CHARS, Known, Origin
from coach.session import Session
from coach.stores.check import check
from coach.testing import FakeClock
from coach.vocabulary.commands import Remember
from coach.vocabulary.context_policy import RecallPolicy

Dump = Callable[..., dict[str, list]]


def known(talk: Session) -> set[str]:
    return {item.content for item in talk.context.known.values()}


def words(bot: Bot, **whose: str) -> set[str]:
    return {memory.content for memory in bot.memories("ada", **whose).list()}


def statements(talk: Session, text: str, **more) -> list[str]:
    """The SQL of one turn."""
    told: list[str] = []
    database = talk.services.store.database
    database.watcher = lambda what, sql: told.append(sql) if what == "run" else None
    talk.say(text, **more)
    database.watcher = None
    return told


def test_what_a_turn_learns_is_a_memory_and_the_next_session_knows_it(bot: Bot, talk: Session):
    """Entities under their subject, facts and instructions; on its pages from the greeting on."""
    talk.say("my email is ada@x.org")
    talk.say("Remember that my exams are in June.")
    talk.say("Remember that you should always answer briefly.")
    (mail, exams, brief) = talk.memories.list()
    assert (mail.kind, mail.key, mail.source) == ("entity", "email", "message")
    assert (mail.learned.session, mail.learned.message, mail.session_id) == ("s", 2, None)
    assert (exams.kind, brief.kind) == ("fact", "instruction")
    new = bot.session("ada", new=True)
    assert known(new) == known(talk)
    assert {item.origin for item in new.context.known.values()} == {Origin.RECALLED}
    assert new.context.known["entity:email"].memory_id == mail.id
    assert "- email: ada@x.org" in new.page_at(0)
    assert "- my exams are in June" in new.say("write my thesis").prompt
    assert check(bot.store).sound


def test_a_correction_supersedes_in_every_later_session(bot: Bot, talk: Session):
    """The old value is history, and on no page of theirs."""
    talk.say("my email is ada@x.org")
    second = bot.session("ada", new=True)
    turn = second.say("my email is ada@y.org now")
    assert "- email: ada@y.org" in turn.prompt
    third = bot.session("ada", new=True)
    assert "- email: ada@y.org" in third.prompt
    assert "ada@x.org" not in third.prompt.text
    old, new = bot.memories("ada").history("email")
    assert (old.content, old.superseded_by, new.content) == ("ada@x.org", new.id, "ada@y.org")
    assert check(bot.store).sound


def test_what_is_known_already_is_kept_once(bot: Bot, talk: Session):
    """Said again, retried, or said in another session."""
    talk.say("my email is ada@x.org", key="k")
    talk.say("my email is ada@x.org", key="k")
    before = bot.session("ada", new=True)
    before.say("so my email is ada@x.org")
    bot.session("bob", id="other").say("my email is ada@x.org")
    assert len(bot.memories("ada").history("email")) == 1


def test_walls_hold(bot: Bot, talk: Session):
    """Another user knows nothing of it, nor the same name under another account."""
    talk.say("my email is ada@x.org")
    for other in (bot.session("bob"), bot.session("ada", account="acme")):
        assert known(other) == set()
        assert "ada@x.org" not in other.prompt.text
    bot.session("ada", id="a", account="acme", new=True).say("my email is ada@acme.org")
    assert words(bot) == {"ada@x.org"}
    assert words(bot, account="acme") == {"ada@acme.org"}


def test_what_was_for_one_session_stays_in_it(bot: Bot, talk: Session):
    """And ends with it; a working one after an hour."""
    talk.say("so", heard=[Remember(kind="fact", content="tired", scope="short_term")])
    talk.say("so", heard=[Remember(kind="fact", content="at the desk", scope="working")])
    tired, desk = talk.memories.list()
    assert (tired.session_id, tired.expires_at) == ("s", None)
    assert desk.expires_at == desk.created_at + timedelta(hours=1)
    assert known(bot.session("ada", new=True)) == set()
    bot.store.delete("s")
    assert words(bot) == set()


def test_undo_takes_the_memory_back_too(bot: Bot, talk: Session):
    """What stood before stands again; what the application gave stays."""
    talk.say("my email is ada@x.org")
    first = bot.memories("ada").history("email")
    talk.say("my email is ada@y.org", context=ChatContext(entity_memory={"tier": "A"}))
    talk.undo()
    assert words(bot) == known(talk) == {"ada@x.org", "A"}
    assert bot.memories("ada").history("email") == first
    talk.undo()
    assert words(bot) == known(talk) == {"A"}
    assert check(bot.store).sound


def test_a_rewind_does_the_same_and_the_undo_of_it_brings_it_back(bot: Bot, talk: Session):
    """Several turns at once."""
    for number in range(3):
        talk.say(f"my email is ada@x{number}.org")
    talk.rewind(0)
    assert words(bot) == known(talk) == set()
    talk.services.store.hot.drop("s")
    talk.undo()
    assert words(bot) == known(talk) == {"ada@x2.org"}
    talk.rewind(2)
    assert known(talk) == {"ada@x1.org"}
    assert check(bot.store).sound


def test_undo_leaves_alone_what_another_session_has_said_since(bot: Bot, talk: Session):
    """Or before; so do a rewind, and the undo of it."""
    other = bot.session("ada", id="other", new=True)
    talk.say("my email is ada@x.org")
    other.say("my email is ada@x.org")
    other.undo()
    assert words(bot) == {"ada@x.org"}
    other.say("my email is ada@y.org")
    talk.rewind(0)
    assert words(bot) == {"ada@y.org"}
    talk.undo()
    assert (known(talk), words(bot)) == ({"ada@x.org"}, {"ada@y.org"})
    talk.undo()
    assert words(bot) == {"ada@y.org"}


def test_a_turn_that_learns_nothing_costs_what_it_did(bot: Bot, talk: Session):
    """However much is known of its person."""
    other = bot.session("bob", id="other")
    talk.say("my email is ada@x.org")
    other.say("hello")
    plain = statements(talk, "write my thesis")
    assert plain == statements(other, "write my thesis")
    assert not [sql for sql in plain if "coach_memory" in sql or "coach_person" in sql]


def fails(talk: Session, text: str, nth: int) -> bool:
    """Whether the n-th statement of a turn was reached, and refused."""
    left, database = iter(range(nth)), talk.services.store.database

    def refuse(what: str, sql: str) -> None:
        if what == "run" and sql != "ROLLBACK" and next(left, None) is None:
            raise StoreError("no")

    database.watcher = refuse
    try:
        talk.say(text, key="k")
    except StoreError:
        return True
    finally:
        database.watcher = None
    return False


def test_no_statement_that_fails_leaves_half_of_it(talk: Session, dump: Dump):
    """Neither the turn nor the memory, for every one of them; then the same key keeps both."""
    talk.say("my email is ada@x.org")
    store, passing = talk.services.store, ("fence", "lease_until")
    before, nth = dump(store, without=passing), 0
    while fails(talk, "my email is ada@y.org", nth):
        assert dump(store, without=passing) == before
        nth += 1
    assert nth > 8
    assert [m.content for m in talk.memories.history("email")] == ["ada@x.org", "ada@y.org"]
    assert check(store).sound


def test_sessions_of_one_person_learn_side_by_side(bot: Bot):
    """Nothing is lost, one of them stands, and nobody waits for another for ever."""

    def run(name: str) -> None:
        talk = bot.session("ada", id=name)
        for number in range(4):
            talk.say(f"my email is {name}{number}@x.org")

    with ThreadPoolExecutor() as pool:
        list(pool.map(run, "abc"))
    history = bot.memories("ada").history("email")
    assert len(history) == 12
    assert [memory.superseded_by for memory in history] == [m.id for m in history[1:]] + [None]
    assert check(bot.store).sound


def test_what_is_forgotten_is_not_there_in_the_next_session(bot: Bot, talk: Session):
    """With its history."""
    talk.say("my email is ada@x.org")
    talk.say("my email is ada@y.org")
    assert talk.memories.forget("email") == 2
    assert known(bot.session("ada", new=True)) == set()


def test_what_an_application_remembers_is_known_as_well(bot: Bot):
    """And counts more than an address in passing, in this session or a later one."""
    bot.memories("ada").remember("ada@work.org", "entity", key="email")
    bot.memories("ada").remember("Ada is a nurse", key="job")
    bot.memories("ada").remember("We spoke of rest", "summary", "long_term")
    talk = bot.session("ada")
    assert known(talk) == {"ada@work.org", "Ada is a nurse"}
    talk.say("write to ada@y.org")
    assert talk.context.entity_memory == {"email": "ada@work.org"}
    talk.say("my email is ada@y.org")
    assert bot.memories("ada").get("email").content == "ada@y.org"


def test_a_value_that_is_no_text_comes_back_as_it_was(bot: Bot, talk: Session):
    """And how sure a name was: one that is no worse takes its place."""
    talk.say("I'm Ada.", context={"entity_memory": {"order": {"id": 7, "items": [1, 2]}}})
    assert talk.memories.get("order").source == "application"
    new = bot.session("ada", new=True)
    assert new.context.entity_memory == {"name": "Ada", "order": {"id": 7, "items": [1, 2]}}
    new.say("my name is Eve")
    assert bot.memories("ada").get("name").content == "Eve"


def test_a_new_session_has_as_much_in_hand_as_any(bot: Bot):
    """The newest of it."""
    for number in range(MOST + 5):
        bot.memories("ada").remember(f"fact {number}")
    found = [item.content for item in bot.session("ada").context.known.values()]
    assert found == [f"fact {number}" for number in range(5, MOST + 5)]


def test_what_is_too_long_for_a_session_hides_nothing(bot: Bot):
    """What there is room for is known beside it."""
    for content in ("old", "x" * MOST_CHARS, "y" * (MOST_CHARS + 1), "z" * (MOST_CHARS - 99)):
        bot.memories("ada").remember(content)
    assert {text[:3] for text in known(bot.session("ada"))} == {"old", "zzz"}


def test_what_the_beginning_itself_has_learned_stays(bot: Bot):
    """It is newer than any memory."""
    bot.memories("ada").remember("old@x.org", "entity", key="email")
    context = CoachContext(session_id="c", user_id="ada")
    context.learn(Known(kind="entity", subject="email", content="new@x.org"))
    recall_known(bot.store, context, bot.services.clock())
    assert context.entity_memory == {"email": "new@x.org"}


def test_what_is_over_is_not_known(
    make_bot: Callable[..., Bot],
):
    """Its time counts when the session begins."""
    clock = FakeClock()
    bot = make_bot(clock=clock)
    bot.memories("ada").remember("on holiday", expires_at=clock() + timedelta(days=1))
    assert known(bot.session("ada")) == {"on holiday"}
    clock.forward(days=2)
    assert known(bot.session("ada", new=True)) == set()


def test_erasing_the_person_leaves_nothing(bot: Bot, talk: Session):
    """Of what was learned either."""
    talk.say("my email is ada@x.org")
    talk.say("my email is ada@y.org")
    report = bot.person("ada").erase()
    assert report.proven
    assert report.before["coach_memory"] == 2
    assert known(bot.session("ada")) == set()


def test_forks_and_pages_of_then_are_exact(bot: Bot, talk: Session):
    """A fork's undo takes nothing of the first session's back."""
    talk.say("my email is ada@x.org")
    new = bot.session("ada", id="new", new=True)
    pages = [new.page_at(0), new.say("my email is ada@y.org").prompt]
    fork = new.fork(id="fork")
    fork.undo()
    bot.memories("ada").forget("email")
    assert [new.page_at(0), new.page_at(1)] == pages
    assert known(fork) == {"ada@x.org"}
    assert check(bot.store).sound


def test_an_application_learns_between_turns(bot: Bot, talk: Session):
    """By `update`; what is of a kind or a scope of its own stays in the session."""

    def learn(context) -> None:
        context.learn(Known(kind="fact", content="paid"))
        context.learn(Known(kind="mood", content="good"))
        context.learn(Known(kind="fact", content="odd", scope="galaxy"))

    talk.update(learn)
    assert known(talk) == {"paid", "good", "odd"}
    assert words(bot) == {"paid"}


def test_a_slow_turn_keeps_its_memory_with_its_commit(make_bot: Callable[..., Bot], grow: Flow):
    """The claim was made in a transaction before."""
    bot = make_bot(hear=lambda situation, text: [])
    talk = bot.session("ada")
    talk.say("my email is ada@x.org")
    assert words(bot) == {"ada@x.org"}


def test_what_is_known_is_not_recalled_besides(make_bot: Callable[..., Bot], grow: Flow):
    """It stands on the page once."""
    policy = grow.context.model_copy(update={"recall": RecallPolicy(max_tokens=400)})
    bot = make_bot(grow.model_copy(update={"context": policy}))
    bot.memories("ada").remember("My exams are in June")
    new = bot.session("ada", new=True)
    page = new.say("When are my exams in June?").prompt
    assert page.text.count("My exams are in June") == 1
