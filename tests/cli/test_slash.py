"""Commands inside a chat."""

import pytest

from coach.bot import Bot
from coach.cli.conversation import Conversation
from coach.cli.slash import COMMANDS, Leave


class Notes:
    """A face that takes notes."""

    def __init__(self):
        self.seen = []

    def note(self, text):
        self.seen.append(("note", text))

    def you(self, text):
        self.seen.append(("you", text))

    def coach(self, text, talk):
        self.seen.append(("coach", text))

    def show(self, text):
        self.seen.append(("show", text))

    def error(self, text):
        self.seen.append(("error", text))


@pytest.fixture
def chat() -> Conversation:
    """A talk with a goal and no more."""
    chat = Conversation(Bot("grow").session(), Notes())
    chat.hear("run more often")
    return chat


def last(chat: Conversation, line: str) -> tuple[str, str]:
    """What is shown for a line."""
    chat.hear(line)
    return chat.face.seen[-1]


def test_why_explains_the_last_turn_or_another(chat):
    """Without a number the last one; number 0 is the opening."""
    assert last(chat, "/why")[1].startswith("did set field='goal'")
    assert last(chat, "/why 0")[1].startswith("stayed at goal")


def test_prompt_shows_the_page_and_its_ledger(chat):
    """The page has the answer, the ledger its cost."""
    kind, text = last(chat, "/prompt")
    assert (kind, "run more often" in text, "tokens used" in text) == ("show", True, True)


def test_undo_takes_the_last_turn_back(chat):
    """The answer is gone, and the coach says so."""
    assert last(chat, "/undo")[0] == "coach"
    assert not chat.talk.context.has("goal")


def test_back_takes_a_stage(chat):
    """The previous one, or the one that is named."""
    chat.hear("skip")
    chat.hear("7")
    assert chat.talk.stage == "reality"
    assert last(chat, "/back goal")[0] == "coach"
    assert chat.talk.stage == "goal"


def test_help_lists_every_command(chat):
    """One line each; and the words that a conversation has besides answers."""
    lines = last(chat, "/help")[1].splitlines()
    assert [line.split()[0] for line in lines[:-3]] == [f"/{name}" for name in COMMANDS]
    assert lines[-3:] == [
        "Words of the conversation:",
        "  skip, back, undo, change FIELD: VALUE, restart, finish",
        "  pause, resume (of this flow)",
    ]


def test_quit_leaves(chat):
    """It is no error."""
    with pytest.raises(Leave):
        chat.hear("/quit")
    assert chat.failed == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/whi", "no command '/whi'. Did you mean '/why'? There are: /why"),
        ("/xyz", "no command '/xyz'. Known: /back, /help, /prompt, /quit, /retry, /undo, /why."),
        ("/why last", "/why takes the number of a turn, not 'last'"),
        ("/why 99", "has no turn 99"),
        ("/quit now", "/quit stands alone"),
        ("/back nowhere", "nowhere"),
    ],
)
def test_what_cannot_be_done_says_what_can(chat, line, words):
    """The talk stays as it was."""
    before = chat.talk.context.answers
    assert words in last(chat, line)[1]
    assert chat.talk.context.answers == before


@pytest.mark.parametrize("line", [" /why", "/usr/bin is full", "either/or", "//"])
def test_other_lines_are_messages(chat, line):
    """A space before it, or a path, is no command."""
    assert last(chat, line)[0] == "coach"
    assert chat.talk.history()[-2].content == line


def test_an_error_is_one_line(chat):
    """Even one that has several."""
    assert last(chat, "/xyz")[0] == "error"
    assert "\n" not in chat.face.seen[-1][1]
    assert chat.failed == 1
