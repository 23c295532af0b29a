"""STAR: a stage graph that someone else drew, and real people who did not follow it."""

import json
from pathlib import Path

import pytest

from coach import Bot, Session
from coach.stores.check import check
from coach.stores.values import StoredTurn
from coach.testing import FakeClock
from coach.vocabulary.words import Role
from tests.real.place import DATA, ECHO
from tests.real.star import ASTRAY, OPENING, TASKS, Task, picks

ON_SCRIPT = {"doctor_schedule": (14, 90), "party_plan": (17, 101), "ride_book": (5, 64)}


@pytest.fixture(scope="module", params=TASKS)
def task(request: pytest.FixtureRequest) -> Task:
    return Task(DATA / "star", request.param)


@pytest.fixture(scope="module")
def bot(task: Task) -> Bot:
    """A bot in memory to which every dialogue of the task was replayed."""
    bot = Bot(task.flow, clock=FakeClock(), prompts=ECHO)
    for name in task.dialogues:
        talk = bot.session(user=name, id=name)
        for turn in range(len(task.exchanges(name))):
            step(task, talk, turn)
    return bot


def step(task: Task, talk: Session, turn: int) -> None:
    """One exchange of a dialogue, as a turn of its session."""
    exchange = task.exchanges(talk.id)[turn]
    declared = talk.flow.situation(talk.context).triggers
    talk.say(exchange.text, heard=exchange.commands(declared))


def acted(task: Task, bot: Bot) -> list[tuple[str | None, str, StoredTurn]]:
    """(label before, label, turn) of every wizard action of the task."""
    found = []
    for name in task.dialogues:
        before = None
        for exchange, turn in zip(task.exchanges(name), turns(bot, name)[1:], strict=True):
            if exchange.label is not None:
                found.append((before, exchange.label, turn))
                before = exchange.label
    return found


def turns(bot: Bot, name: str) -> list[StoredTurn]:
    return bot.session(user=name, id=name).turns()


def declared(turn: StoredTurn, label: str) -> bool:
    """Whether the turn moved by the rule that the graph declares."""
    assert turn.decision is not None
    return [move.trigger for move in turn.decision.moves] == [label]


def walk(folder: Path, name: str) -> tuple[int, int]:
    """(on script, all) wizard actions of a task, from the JSON alone."""
    graph = json.loads((folder / f"{name}.json").read_text())["graph"]
    count = {True: 0, False: 0}
    for path in folder.glob(f"{name}.[0-9]*.json"):
        before = None
        for event in json.loads(path.read_text())["Events"]:
            if event["Action"] == "pick_suggestion":
                count[graph.get(before) == event["ActionLabel"]] += 1
                before = event["ActionLabel"]
    return count[True], count[True] + count[False]


def test_the_share_on_script_is_that_of_an_independent_walk(task: Task, bot: Bot):
    """The engine calls on-script exactly what a plain previous -> next walk of the JSON does."""
    actions = acted(task, bot)
    on = sum(declared(turn, label) for _, label, turn in actions)
    assert (on, len(actions)) == walk(DATA / "star", task.name) == ON_SCRIPT[task.name]


def test_every_action_against_the_graph_is_refused_and_says_what_is_declared(task: Task, bot: Bot):
    """A move off the script stands in the log as refused, with the label that was expected."""
    for before, label, turn in acted(task, bot):
        assert turn.decision is not None
        if not declared(turn, label):
            why = turn.decision.refused[0].reason
            assert why.startswith(f"{label!r} is not declared at {before or OPENING!r}.")
            assert task.graph.get(before or "", ASTRAY) in why


def test_after_every_action_the_session_stands_at_its_label(task: Task, bot: Bot):
    """On the script or off it, the place is the label that the wizard chose."""
    for before, label, turn in acted(task, bot):
        assert turn.decision is not None
        assert turn.decision.stage == label
        assert len(turn.decision.moves) == (before != label)


def test_every_utterance_is_kept_once_and_in_order(task: Task, bot: Bot):
    """The history is the dialogue: what the user wrote as written, each wizard's line after it."""
    for name, events in task.dialogues.items():
        said = bot.session(user=name, id=name).history()[1:]
        spoken = [e for e in events if e["Action"] in ("utter", "pick_suggestion")]
        assert [m.content for m in said if m.role is Role.USER] == [
            e["Text"] for e in spoken if e["Agent"] == "User"
        ]
        assert [m.content.strip() for m in said] == [e["Text"].strip() for e in spoken]


def test_queries_become_answers(task: Task, bot: Bot):
    """After a dialogue the answers are the constraints of the last query that named them."""
    for name in task.dialogues:
        asked: dict[str, str] = {}
        for exchange in task.exchanges(name):
            for query in exchange.queries:
                asked |= query
        context = bot.session(user=name, id=name).context
        assert {field: context.value(field) for field in task.queried if context.has(field)} == {
            field: value.strip() for field, value in asked.items()
        }


def test_the_store_adds_up_after_all_dialogues(task: Task, bot: Bot):
    """Twelve finished sessions whose log folds to what the tables hold."""
    report = check(bot.store)
    assert report.sound, report.faults
    assert report.sessions == len(task.dialogues) == 12
    assert all(line.status == "finished" for line in bot.sessions())


def test_a_dialogue_goes_on_from_a_file_where_it_was_left(task: Task, bot: Bot, tmp_path):
    """Closed in the middle and opened again, a dialogue ends as it does in memory."""
    name = max(task.dialogues, key=lambda name: len(picks(task.dialogues[name])))
    length = len(task.exchanges(name))
    for half in (range(length // 2), range(length // 2, length)):
        other = Bot(
            task.flow, store=f"sqlite:///{tmp_path}/star.db", clock=FakeClock(), prompts=ECHO
        )
        talk = other.session(user=name, id=name)
        assert talk.resumed == (half.start > 0)
        for turn in half:
            step(task, talk, turn)
        end, sound = talk.context, check(other.store).sound
        other.close()
    assert sound
    assert end.to_dict() == bot.session(user=name, id=name).context.to_dict()
