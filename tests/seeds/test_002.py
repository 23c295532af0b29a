"""Seed 002, a rolling window: the newest N messages are in the context, everything is kept;
and the conversations' schema with its audit queries."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import coach
from coach.errors import SettingsError
from coach.prompting.window import trim, window
from coach.settings import Settings, read_settings
from coach.stores.statements import CONTEXT, MESSAGE
from coach.testing import FakeClock
from coach.vocabulary.context_policy import WindowPolicy
from coach.vocabulary.llm import ToolCall
from coach.vocabulary.words import Role

AT = datetime(2026, 5, 4, tzinfo=UTC)
SAID = [
    (Role.USER, "Hello"),
    (Role.ASSISTANT, "Hi!"),
    (Role.USER, "What's the weather?"),
    (Role.ASSISTANT, "Let me check..."),
    (Role.TOOL, "Sunny, 72°F"),
    (Role.ASSISTANT, "It's sunny"),
    (Role.USER, "Tomorrow?"),
    (Role.ASSISTANT, "Let me check..."),
    (Role.TOOL, "Rainy, 65°F"),
    (Role.ASSISTANT, "It will rain"),
]


@pytest.fixture
def history() -> list[coach.Message]:
    """The seed's ten messages; a tool answers the call of the message before it."""
    return [
        coach.Message(
            seq=seq,
            role=role,
            content=content,
            tokens=coach.count_tokens(content),
            encoding="o200k_base",
            revision=seq,
            at=AT,
            tool_calls=(ToolCall(id=f"call{seq}", name="weather"),) if "check" in content else (),
            tool_call_id=f"call{seq - 1}" if role is Role.TOOL else None,
        )
        for seq, (role, content) in enumerate(SAID, 1)
    ]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_window_of_five_holds_the_last_five(history: list[coach.Message]):
    """The seed's example: 6 to 10."""
    assert [m.seq for m in window(history, 5)] == [6, 7, 8, 9, 10]
    rolling = WindowPolicy(messages=5, trim_to=1.0)
    assert [m.seq for m in trim(history, rolling)] == [6, 7, 8, 9, 10]
    assert trim(history[:5], rolling) == tuple(history[:5])


def test_a_window_that_would_begin_with_a_tool_result_begins_later(history: list[coach.Message]):
    """Its call was left out."""
    assert [m.seq for m in window(history, 2)] == [9, 10][1:]


def test_the_window_is_twenty_unless_something_else_is_said():
    """Recommended: start with 20."""
    assert WindowPolicy().messages == 20


def test_the_configuration_block_is_read_key_by_key(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
):
    """storage-mode and rolling-window-size, from a file and from the environment."""
    (elsewhere / "coach.toml").write_text(
        '[conversation]\nstorage-mode = "sql"\nrolling-window-size = 4\n'
    )
    settings = read_settings()
    assert settings.place == "sqlite:///coach.db"
    assert settings.policy.window == WindowPolicy(messages=4, trim_to=1.0)
    monkeypatch.setenv("COACH_CONVERSATION", '{"storage-mode": "in-memory"}')
    assert read_settings().place == "sqlite://"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[conversation]\nstorage_modes = 1", "unknown setting 'conversation.storage_modes'"),
        ('[conversation]\nstorage-mode = "cloud"', "'in-memory' or 'sql'"),
        ("[conversation]\nrolling-window-size = 0", "greater than or equal to 1"),
        ("[contexts]\n", "unknown setting 'contexts' in coach.toml. Did you mean 'context'"),
        ("[conversation", "coach.toml cannot be read"),
    ],
)
def test_a_key_that_is_not_known_is_refused(elsewhere: Path, text: str, says: str):
    """Never ignored."""
    (elsewhere / "coach.toml").write_text(text)
    with pytest.raises(SettingsError, match=says.replace("[", r"\[")):
        read_settings()


def test_the_window_of_a_session_rolls_and_the_store_keeps_everything(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
):
    """sql mode: persistent, and a page shows the last N messages before the one to be answered."""
    monkeypatch.setenv("COACH_CONVERSATION", '{"storage-mode": "sql", "rolling-window-size": 5}')
    talk = coach.Bot("grow").session(user="ada", id="s")
    for number in range(12):
        turn = talk.say(f"change goal: write chapter {number} of my thesis")
    shown = [m for m in turn.prompt.messages if m.role is not Role.SYSTEM]
    assert len(shown) == 5 + 1
    assert len(talk.context.conversation_history) == 5
    assert len(talk.history()) == 1 + 2 * 12
    assert (elsewhere / "coach.db").exists()


def test_a_message_carries_role_content_calls_and_count(make_bot: Callable[..., coach.Bot]):
    """And the conversation adds them up."""
    talk = make_bot().session("ada", id="s")
    talk.say("write my thesis")
    [hello, asked, answered] = talk.history()
    assert (asked.role, asked.content) == (Role.USER, "write my thesis")
    assert asked.tokens == coach.count_tokens("write my thesis")
    assert (asked.tool_calls, asked.tool_call_id) == ((), None)
    assert talk.context.tokens == hello.tokens + asked.tokens + answered.tokens
    assert Settings(store="sqlite:///x.db").place == "sqlite:///x.db"


def test_conversations_and_messages_have_the_seed_s_columns():
    """Each under its name here; nothing of the schema is missing."""
    ours = {"conversation_id": "session_id", "message_count": "messages"}
    ours |= {"tool_calls_count": "tool_calls", "total_tokens": "tokens"}
    ids = ("conversation_id", "caller_id", "user_id", "account_id", "status")
    times, counts = ("created_at", "updated_at", "last_message_at"), tuple(ours)[1:]
    assert {ours.get(name, name) for name in (*ids, *times, *counts)} <= set(CONTEXT.c.keys())
    columns = {"session_id", "seq", "role", "content", "tool_call_id", "at", "tokens"}
    assert columns <= set(MESSAGE.c.keys())
    assert {"token_count", "created_at"} <= set(dir(coach.Message))


@pytest.fixture
def audited(make_bot: Callable[..., coach.Bot]) -> coach.Bot:
    """A conversation of nine days ago and one of now through one caller, and one of another's."""
    clock = FakeClock(AT)
    bot = make_bot(clock=clock)
    bot.session("ada", id="old", caller="user@example.com").say("write my thesis")
    clock.forward(days=9)
    bot.session("ben", id="own").say("run a marathon")
    clock.forward(minutes=1)
    bot.session("cyd", id="new", caller="user@example.com", account="acme")
    return bot


def test_recent_conversations_by_caller(audited: coach.Bot):
    """WHERE caller_id = … AND created_at > seven days ago ORDER BY created_at DESC."""
    now = AT + timedelta(days=9, hours=1)
    caller = "user@example.com"
    found = audited.audit.recent(caller_id=caller, since=now - timedelta(days=7))
    assert [(line.session_id, line.account_id, line.status) for line in found] == [
        ("new", "acme", "active")
    ]
    assert [line.session_id for line in audited.audit.recent(caller_id=caller)] == ["new", "old"]


def test_message_history(audited: coach.Bot):
    """SELECT role, content, created_at … ORDER BY created_at ASC."""
    said = audited.audit.history("old")
    assert [(m.role, m.created_at) for m in said] == [
        (Role.ASSISTANT, AT),
        (Role.USER, AT),
        (Role.ASSISTANT, AT),
    ]
    assert said[1].content == "write my thesis"


def test_usage_stats_by_caller(audited: coach.Bot):
    """COUNT(*), SUM(message_count), SUM(total_tokens) GROUP BY caller_id."""
    found = {u.key: (u.conversations, u.messages, u.tokens) for u in audited.audit.usage()}
    old, new, own = (audited.store.load(id).total_tokens for id in ("old", "new", "own"))
    assert found == {"user@example.com": (2, 4, old + new), "ben": (1, 3, own)}


def test_rag_results_are_on_the_page_with_their_source(make_bot: Callable[..., coach.Bot]):
    """ "Add RAG results": from outside, so they forge nothing; before the message they are for."""
    found = [{"source": "kb/42", "title": "Deadlines", "content": "Plan back.\n# Rules"}]
    page = make_bot().session("ada").say("When do I start?", documents=found).prompt
    assert 'From kb/42, "Deadlines":\nPlan back.\n\\# Rules' in page
    assert page.text.index("kb/42") < page.text.rindex("When do I start?")
    assert [e.got > 0 for e in page.ledger.entries if e.section == "document_0001"] == [True]
