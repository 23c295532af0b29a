"""A turn: whole or not at all, once per key, one after the other."""

import contextlib
import dataclasses
import linecache
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from coach.bot import Bot
from coach.effects import Verb, drive
from coach.errors import (
    ActionError,
    IdempotencyKeyReuse,
    InputError,
    LeaseLost,
    PromptError,
    SessionBusy,
    StoreUnavailable,
)
from coach.flows.flow import Flow
from coach.flows.registry import Registry
from coach.hearing import rules
from coach.session import Session
from coach.stores import connect, statements
from coach.stores.check import check
from coach.stores.connect import Db
from coach.stores.sql import SqlStore
from coach.turn import Effects, Turn, take_turn
from coach.vocabulary.busy import REJECT
from coach.vocabulary.commands import Set, Undo

CLAIM_MARKS = ("fence", "lease_until", "last_number")
VERBS = [Verb.CLAIM, Verb.HEAR, Verb.FOLD, Verb.SPEAK, Verb.KEEP]


class Boom(Exception):
    """Something of the host's went wrong."""


def slowly(situation: Any, text: str) -> Any:
    """A hearer that may wait: the turn holds no transaction while it runs."""
    return rules.hear(situation, text)


@pytest.fixture(params=["instant", "slow"])
def either(request: pytest.FixtureRequest, make_bot: Callable[..., Bot]) -> Session:
    """A session of each way through a turn, one turn old."""
    bot = make_bot() if request.param == "instant" else make_bot(hear=slowly)
    talk = bot.session("ada", id="s")
    talk.say("run a marathon", key="first")
    return talk


@pytest.fixture
def look(dump: Any) -> Callable[[Session], Any]:
    """What must be as before when a turn failed; a slow turn's message may wait in the log."""

    def at(talk: Session) -> Any:
        if talk.services.instant:
            return dump(talk.services.store)
        tables = dump(talk.services.store, without=CLAIM_MARKS)
        return {**tables, "coach_turn": [t for t in talk.turns() if t.status == "done"]}

    return at


# -- keys ------------------------------------------------------------------------------------


def test_the_same_key_again_gives_the_same_turn(either: Session, look: Any):
    """And nothing twice, however much was said in between."""
    turn = either.say("a medal", key="k")
    either.say("9")
    before = look(either)
    again = either.say("a medal", key="k")
    assert again.repeated
    assert dataclasses.replace(again, repeated=False) == turn
    assert again.why == turn.why
    assert look(either) == before


def test_the_same_key_with_another_text_is_refused(either: Session, dump: Any):
    """Nothing is written, and the key is named."""
    before = dump(either.services.store)
    with pytest.raises(IdempotencyKeyReuse, match="key 'first' was sent before with another text"):
        either.say("climb a hill", key="first")
    assert dump(either.services.store) == before


def test_a_key_belongs_to_its_session(bot: Bot):
    """Two people may count their messages alike."""
    one, other = bot.session("ada", id="one"), bot.session("bob", id="two")
    assert one.say("run a marathon", key="1").revision == 1
    assert other.say("write a book", key="1").revision == 1


@pytest.mark.parametrize("key", ["opening", "0", " ", "ü", "x" * 128, "' OR 1=1 --"])
def test_any_printable_text_is_a_key(talk: Session, key: str):
    """None of them means something of its own."""
    assert not talk.say("run a marathon", key=key).repeated
    assert talk.say("run a marathon", key=key).repeated


@pytest.mark.parametrize("key", ["", "a\nb", "\0", "\ud800", "x" * 129, 7])
def test_what_is_no_key_is_refused(talk: Session, dump: Any, key: Any):
    """Before anything is written."""
    before = dump(talk.services.store)
    with pytest.raises(InputError, match="is not usable: take 1 to 128 printable"):
        talk.say("run a marathon", key=key)
    assert dump(talk.services.store) == before


# -- a turn that fails -----------------------------------------------------------------------


@pytest.mark.parametrize("error", [Boom, KeyboardInterrupt, GeneratorExit])
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("ran", [False, True], ids=["before", "after"])
def test_whatever_is_raised_at_an_effect_nothing_is_kept(
    either: Session, look: Any, error: type[BaseException], verb: Verb, ran: bool
):
    """Unless it comes after the commit; sent again, the turn is there once."""
    before = look(either)
    effects = either.turn("a medal", "k")
    with pytest.raises(error):
        drive(interrupted(effects, verb, ran, error))
    kept = verb is Verb.KEEP and ran
    assert (look(either) != before) is kept
    assert either.say("a medal", key="k").repeated is kept
    assert either.say("a medal", key="k").revision == 2
    assert check(either.services.store).faults == ()


def interrupted(effects: Effects, verb: Verb, ran: bool, error: type[BaseException]) -> Effects:
    """The same effects, one of which raises: before it did anything, or after."""
    effect = next(effects)
    while True:
        if effect.verb is verb:
            if ran:
                effect.run()
            effects.throw(error())
        effect = effects.send((yield effect))


@pytest.mark.parametrize("n", range(1, 5))
def test_an_action_that_raises_leaves_everything_as_it_was(
    make_bot: Callable[..., Bot], dump: Any, n: int
):
    """At whichever call: what the actions before it changed is gone too."""
    calls: list[int] = []

    def tick(context: Any) -> None:
        context.metadata["calls"] = [*context.metadata.get("calls", []), len(calls)]
        calls.append(1)
        if len(calls) == n:
            raise Boom("no")

    talk = make_bot(ticking(tick)).session("ada", id="s")
    before = dump(talk.services.store)
    with pytest.raises(ActionError, match="tick"):
        talk.say("yes", heard=[Set(field="go", value=True)])
    assert dump(talk.services.store) == before
    assert talk.say("yes", heard=[Set(field="go", value=True)]).stage == "c"
    assert talk.context.metadata["calls"] == [n, n + 1, n + 2, n + 3]


def ticking(tick: Callable[[Any], None]) -> Flow:
    """A flow whose one turn runs an action four times."""
    stages = {
        "a": {
            "collect": {"go": {"type": "yesno", "ask": "Go?"}},
            "next": [{"to": "b", "when": "go", "do": ["tick"]}],
            "exit": ["tick"],
        },
        "b": {"enter": ["tick"], "next": [{"to": "c", "do": ["tick"]}]},
        "c": {"final": True},
    }
    flow = Flow.model_validate({"flow": "ticking", "start": "a", "stages": stages})
    return flow.using(Registry(actions={"tick": tick}))


@pytest.mark.parametrize("heard", [None, "text", [7], [{"command": "fly"}], {"command": "undo"}])
def test_a_hearer_that_returns_no_commands_is_told(
    make_bot: Callable[..., Bot], look: Any, heard: Any
):
    """And the session stays as it was."""
    talk = make_bot(hear=lambda situation, text: heard).session("ada", id="s")
    before = look(talk)
    with pytest.raises(InputError, match=r"a hearer returns a list of commands|is no command"):
        talk.say("hello")
    assert look(talk) == before


def test_a_hearer_that_must_be_awaited_needs_the_other_bot(make_bot: Callable[..., Bot]):
    """Said at once, and the coroutine is closed."""

    async def hear(situation: Any, text: str) -> list[Any]:
        return []

    talk = make_bot(hear=hear).session("ada")
    with pytest.raises(InputError, match="only AsyncBot can wait for it"):
        talk.say("hello")


def test_a_voice_without_words_leaves_everything_as_it_was(
    make_bot: Callable[..., Bot], dump: Any, tmp_path: Any
):
    """An empty reply is an error of the templates, not a turn."""
    template = "{% if heard %}{% else %}What now?{% endif %}"
    (tmp_path / "grow").mkdir()
    (tmp_path / "grow" / "goal.reply.txt.jinja").write_text(template)
    talk = make_bot(prompts=tmp_path).session("ada", id="s")
    before = dump(talk.services.store)
    with pytest.raises(PromptError, match="gave an empty text"):
        talk.say("run a marathon")
    assert dump(talk.services.store) == before


class Failing(Db):
    """Fails at the statement whose turn it is, COMMIT included."""

    __slots__ = ()
    left = 0

    def text(self, sql: str) -> list[Any]:
        self.count(sql)
        return super().text(sql)

    def _execute(self, prepared: Any, values: Any) -> Any:
        self.count(prepared.sql)
        return super()._execute(prepared, values)

    def count(self, sql: str) -> None:
        Failing.left -= 1
        if Failing.left == 0:
            raise StoreUnavailable(f"the disk is gone at {sql[:20]}")


def failing(n: int, action: Callable[[], Any]) -> bool:
    """Run something that fails at its n-th statement; False when it has not so many."""
    Failing.left = n
    try:
        action()
    except StoreUnavailable:
        return True
    finally:
        Failing.left = 0
    return False


def test_whichever_statement_fails_nothing_is_kept(
    either: Session, look: Any, monkeypatch: pytest.MonkeyPatch
):
    """For every statement of a turn that corrects, answers and undoes."""
    either.say("a medal")
    monkeypatch.setattr(connect, "Db", Failing)
    commands, before, failed = [Undo(), Set(field="measure", value="a cup")], look(either), 0
    either.services.__dict__["hear"] = lambda situation, text: commands
    while failing(failed + 1, lambda: either.say("take that back, a cup", key="k")):
        failed += 1
        make_free(either.services.store, either)
        assert look(either) == before
    assert failed > 10
    assert either.context.answers["measure"].value == "a cup"
    assert check(either.services.store).faults == ()


@pytest.mark.parametrize("store", ["memory", "file"], indirect=True)
@pytest.mark.parametrize("steps", [*range(1, 200, 13), 400, 800])
def test_sqlite_may_be_interrupted_within_a_statement(talk: Session, dump: Any, steps: int):
    """After so many steps of its machine, wherever that is."""
    before, database = dump(talk.services.store), talk.services.store.database
    with database.transaction() as db:
        raw = db.raw
    raw.set_progress_handler(lambda: 1, steps)
    with contextlib.suppress(StoreUnavailable):
        talk.say("run a marathon", key="k")
    raw.set_progress_handler(None, 0)
    assert dump(talk.services.store) == before or talk.context.revision == 1
    assert talk.say("run a marathon", key="k").revision == 1
    assert check(talk.services.store).faults == ()


@pytest.mark.parametrize("start", range(4))
def test_ctrl_c_at_any_line_leaves_a_turn_whole_or_not_at_all(
    make_bot: Callable[..., Bot], start: int, monkeypatch: pytest.MonkeyPatch
):
    """The store can be used at once, and the message sent again is there once."""
    monkeypatch.setattr(connect, "GIVE_UP_SECONDS", 0.1)
    bot, line = make_bot(hear=None if start % 2 else slowly), start + 1
    while True:
        talk = bot.session("ada", id=f"s{line}")
        if not struck(line, lambda talk=talk: talk.say("run a marathon", key="k")):
            break
        make_free(bot.store, talk)
        assert talk.say("run a marathon", key="k").revision == 1
        line += 28
    assert line > 250
    assert check(bot.store).faults == ()


def struck(line: int, action: Callable[[], Any]) -> bool:
    """Run something with Ctrl-C at its n-th line; False when it has not so many."""
    left = line

    def trace(frame: Any, event: str, arg: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith(OURS):
            return None
        if event == "line" and can_be_struck(frame) and (left := left - 1) == 0:
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return left <= 0


def can_be_struck(frame: Any) -> bool:
    """Not at the end of a `with`, where Python looks for no signals, nor within a `__del__`."""
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    while frame is not None and frame.f_code.co_name != "__del__":
        frame = frame.f_back
    return frame is None and not line.strip().startswith("with ")


OURS = (
    "coach/turn.py",
    "coach/effects.py",
    "coach/session.py",
    "stores/sql.py",
    "stores/claims.py",
    "stores/keeping.py",
    "stores/connect.py",
)


def make_free(store: SqlStore, talk: Session) -> None:
    """The lease of a slow turn that was struck down ends in a minute; do not wait for it."""
    with store.database.transaction() as db:
        db.text(f"UPDATE coach_context SET lease_until = NULL WHERE session_id = '{talk.id}'")


# -- a turn that waits -----------------------------------------------------------------------


@pytest.fixture
def deaf(make_bot: Callable[..., Bot]) -> Session:
    """A session whose hearer fails after the message is durable."""

    def hear(situation: Any, text: str) -> Any:
        raise Boom("no connection")

    return make_bot(hear=hear).session("ada", id="s")


def test_a_message_is_durable_before_it_is_heard(deaf: Session):
    """It waits in the log; the conversation does not know it yet."""
    with pytest.raises(Boom):
        deaf.say("run a marathon", key="k")
    pending = deaf.pending
    assert [(t.key, t.text, t.status) for t in pending] == [("k", "run a marathon", "pending")]
    assert (pending[0].reply, pending[0].revision, pending[0].decision) == (None, None, None)
    assert (len(deaf.history()), deaf.context.revision) == (1, 0)
    assert check(deaf.services.store).faults == ()


@pytest.mark.parametrize("hear", [None, slowly], ids=["instant", "slow"])
def test_a_pending_turn_can_be_run_later(
    deaf: Session, make_bot: Callable[..., Bot], hear: Any, dump: Any
):
    """By any coach on the store, after what was said meanwhile, and undone like any other."""
    with pytest.raises(Boom):
        deaf.say("a medal", key="k")
    talk = make_bot(hear=hear).session("ada", id="s")
    talk.say("run a marathon")
    assert [turn.revision for turn in talk.retry()] == [2]
    assert (talk.pending, talk.retry()) == ([], [])
    assert talk.context.value("measure") == "a medal"
    assert talk.say("undo").revision == 3
    assert talk.context.value("measure") is None
    assert talk.say("a cup").revision == 4
    assert check(talk.services.store).faults == ()


def test_a_turn_that_fails_again_stays_pending(deaf: Session):
    """Once, however often it is tried."""
    for _ in range(3):
        with pytest.raises(Boom):
            deaf.say("run a marathon", key="k")
    with pytest.raises(Boom):
        deaf.retry()
    assert len(deaf.pending) == 1


def test_no_transaction_is_open_while_a_slow_hearer_works(file_store: SqlStore, grow: Flow):
    """Another process writes meanwhile, without waiting."""
    place, wrote = str(file_store.address.path), []
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None);"
        "c.execute('BEGIN IMMEDIATE');"
        "c.execute(\"INSERT INTO coach_source VALUES ('other', '1')\"); c.execute('COMMIT')"
    )

    def hear(situation: Any, text: str) -> Any:
        command = [sys.executable, "-c", script, place]
        wrote.append(subprocess.run(command, capture_output=True).returncode)
        return rules.hear(situation, text)

    talk = Bot(grow, file_store, hear=hear).session("ada", id="s")
    assert talk.say("run a marathon").revision == 1
    assert wrote == [0]


def test_an_instant_turn_holds_its_transaction(file_store: SqlStore, grow: Flow):
    """One transaction in all: another writer waits."""
    talk = Bot(grow, file_store).session("ada", id="s")
    claim = file_store.claim("s", "k", "run a marathon", talk.services.clock())
    other = sqlite3.connect(str(file_store.address.path), timeout=0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    file_store.release(claim)
    other.execute("BEGIN IMMEDIATE")
    other.close()


# -- leases and fences -----------------------------------------------------------------------


class Workers:
    """Turns of one session that stop where they are told to."""

    def __init__(self, talk: Session) -> None:
        self.services = dataclasses.replace(talk.services, instant=False)
        self.store = talk.services.store

    def begin(self, text: str, key: str) -> tuple[Effects, Any]:
        """A turn up to its commit: (the turn, its commit)."""
        effects = take_turn(self.services, "s", text, key, busy=REJECT)
        effect = next(effects)
        while effect.verb is not Verb.KEEP:
            effect = effects.send(effect.run())
        return effects, effect

    def end(self, begun: tuple[Effects, Any]) -> Turn:
        """Commit it."""
        effects, effect = begun
        try:
            value = effect.run()
        except BaseException as error:
            effects.throw(error)
            raise
        with pytest.raises(StopIteration) as done:
            effects.send(value)
        turn: Turn = done.value.value
        return turn

    def kill_lease(self) -> None:
        """As if the minute were over."""
        with self.store.database.transaction() as db:
            db.text("UPDATE coach_context SET lease_until = lease_until - 60000")


@pytest.fixture
def workers(talk: Session) -> Workers:
    """Several workers on the session 's'."""
    return Workers(talk)


def test_while_a_lease_lives_the_session_is_busy(workers: Workers, talk: Session, dump: Any):
    """For any other turn, held or not, and for the same key; then it goes on."""
    begun = workers.begin("run a marathon", "k1")
    before = dump(talk.services.store)
    for key, hold in [("k2", True), ("k2", False)]:
        with pytest.raises(SessionBusy, match="session 's' is busy: another turn is in flight"):
            workers.store.claim("s", key, "a medal", talk.services.clock(), hold=hold, wait=0.05)
    with pytest.raises(SessionBusy):
        workers.begin("run a marathon", "k1")
    assert dump(talk.services.store) == before
    assert workers.end(begun).revision == 1
    assert workers.end(workers.begin("a medal", "k2")).revision == 2


@pytest.mark.parametrize("key", ["k1", "k2"], ids=["the same message", "another message"])
@pytest.mark.parametrize("commits", [False, True], ids=["in flight", "done"])
def test_a_zombie_keeps_nothing(workers: Workers, talk: Session, key: str, commits: bool):
    """A worker whose lease died was overtaken: its commit raises, and leaves no trace."""
    zombie = workers.begin("run a marathon", "k1")
    workers.kill_lease()
    second = workers.begin("run a marathon" if key == "k1" else "climb a hill", key)
    if commits:
        workers.end(second)
    with pytest.raises(LeaseLost, match="session 's': another worker was faster"):
        workers.end(zombie)
    if not commits:
        workers.end(second)
    assert [t.key for t in talk.turns() if t.revision == 1] == [key]
    assert len(talk.history()) == 3
    assert check(talk.services.store).faults == ()


def test_a_zombie_is_overtaken_by_a_held_turn_too(workers: Workers, talk: Session):
    """Which takes no lease: the revision tells."""
    zombie = workers.begin("run a marathon", "k1")
    workers.kill_lease()
    talk.say("climb a hill")
    with pytest.raises(LeaseLost, match="another worker was faster"):
        workers.end(zombie)
    assert talk.context.value("goal") == "climb a hill"
    assert [turn.revision for turn in talk.retry()] == [2]


@pytest.mark.parametrize("guard", ["revision", "fence"])
def test_each_fence_is_needed(
    guard: str, workers: Workers, talk: Session, monkeypatch: pytest.MonkeyPatch
):
    """Without the revision, or without the fence, one of the two zombies is not noticed."""
    monkeypatch.setattr(statements, "update_context", without(guard))
    zombie = workers.begin("run a marathon", "k1")
    workers.kill_lease()
    if guard == "revision":
        talk.say("climb a hill")
    else:
        workers.begin("climb a hill", "k2")
    if guard == "revision":
        with pytest.raises(StoreUnavailable, match=r"(?i)unique constraint.+coach_message"):
            workers.end(zombie)
    else:
        assert workers.end(zombie).revision == 1


def without(guard: str) -> Any:
    """The update of a context with one of its conditions missing."""
    whole = statements.update_context
    kept = [part for part in whole.whereclause.clauses if part.left.name != guard]
    assert len(kept) == 2
    names = [c.name for c in statements.CONTEXT.c if c.name not in statements.FENCED]
    new = {name: statements.bindparam(f"new_{name}") for name in names}
    return statements.update(statements.CONTEXT).where(*kept).values(new)


def test_a_lease_can_be_renewed_until_it_is_lost(workers: Workers, talk: Session):
    """And a renewal comes too late once another worker has the session."""
    now = talk.services.clock()
    claim = workers.store.claim("s", "k1", "run a marathon", now, hold=False)
    workers.kill_lease()
    workers.store.renew(claim)
    with pytest.raises(SessionBusy):
        workers.store.claim("s", "k2", "a medal", now, wait=0)
    workers.store.renew(claim, seconds=-1)
    workers.store.claim("s", "k2", "a medal", now, hold=False, wait=0)
    with pytest.raises(LeaseLost, match="another worker took over"):
        workers.store.renew(claim)


def test_a_zombie_does_not_release_the_lease_of_another(workers: Workers, talk: Session):
    """Only one's own claim is let go of."""
    now = talk.services.clock()
    zombie = workers.store.claim("s", "k1", "run a marathon", now, hold=False)
    workers.kill_lease()
    claim = workers.store.claim("s", "k2", "a medal", now, hold=False)
    workers.store.release(zombie)
    with pytest.raises(SessionBusy):
        workers.begin("9", "k3")
    workers.store.release(claim)
    assert workers.end(workers.begin("climb a hill", "k3")).revision == 1


def test_a_message_waits_while_another_is_in_flight(make_bot: Callable[..., Bot]):
    """And is answered after it."""
    going, go = threading.Event(), threading.Event()

    def hear(situation: Any, text: str) -> Any:
        going.set()
        assert go.wait(10)
        return rules.hear(situation, text)

    talk = make_bot(hear=hear).session("ada", id="s")
    replies: dict[str, Turn] = {}
    threads = [threading.Thread(target=lambda t=t: replies.update({t: talk.say(t)})) for t in AB]
    threads[0].start()
    assert going.wait(10)
    threads[1].start()
    go.set()
    [thread.join() for thread in threads]
    assert [replies[text].revision for text in AB] == [1, 2]


AB = ["run a marathon", "a medal"]


# -- many at once ----------------------------------------------------------------------------


def in_threads(jobs: list[Callable[[], Any]]) -> None:
    """All at once; what one raises is raised here."""
    errors: list[BaseException] = []

    def run(job: Callable[[], Any]) -> None:
        try:
            job()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert errors == []


def test_eight_threads_take_their_turns_on_one_session(talk: Session):
    """160 turns in strict order, each thread's own in the order it said them."""

    def speaker(name: int) -> Callable[[], None]:
        return lambda: [talk.say(f"goal {n} of {name}", key=f"{name}-{n}") for n in range(20)]

    in_threads([speaker(name) for name in range(8)])
    kept = [turn.key.split("-") for turn in sorted(talk.turns()[1:], key=lambda t: t.revision)]
    assert len(kept) == talk.context.revision == 160
    for name in range(8):
        assert [int(n) for who, n in kept if who == str(name)] == list(range(20))
    assert check(talk.services.store).faults == ()


SCRIPT = ["run a marathon", "a medal", "9", "3", "change goal: swim {n} km", "undo", "no time"]


def test_sessions_side_by_side_do_not_touch_each_other(
    make_bot: Callable[..., Bot], grow: Flow, either: Session
):
    """Each ends as it would have alone."""
    bot = make_bot(hear=None if either.services.instant else slowly)

    def tell(bot: Bot, n: int) -> dict[str, Any]:
        talk = bot.session(f"user {n}", id=f"s{n}")
        [talk.say(line.format(n=n)) for line in SCRIPT]
        return talk.context.to_dict()

    found: dict[int, Any] = {}
    in_threads([lambda n=n: found.update({n: tell(bot, n)}) for n in range(8)])
    alone = {n: tell(make_bot(on=SqlStore()), n) for n in range(8)}
    assert found == alone
    assert check(bot.store).faults == ()


@pytest.fixture(autouse=True)
def _nothing_left_open(store: SqlStore) -> Iterator[None]:
    """Whatever a test did, the next transaction can begin."""
    yield
    store.database.begin().rollback()
