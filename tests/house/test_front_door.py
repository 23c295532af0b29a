"""The front door is short, lazy and pinned."""

import subprocess
import sys

import coach

NAMES = [
    "Answer",
    "Assumption",
    "AsyncBot",
    "AsyncSession",
    "Bot",
    "ChatContext",
    "CoachContext",
    "CoachError",
    "ContextManager",
    "Decision",
    "Flow",
    "IdentityContext",
    "Memory",
    "Message",
    "Prompt",
    "Registry",
    "Session",
    "Stage",
    "Sweeper",
    "Transition",
    "Turn",
    "count_tokens",
    "load",
    "render",
]
HEAVY = ("pydantic", "sqlalchemy", "sqlmodel", "jinja2", "tiktoken", "transitions", "typer", "yaml")


def test_the_front_door_has_exactly_these_names() -> None:
    """Adding a name to the front door is a decision, made here."""
    assert coach.__all__ == NAMES
    assert len(NAMES) <= 24


def test_every_name_of_the_front_door_can_be_had() -> None:
    """Each lazy name resolves, and `dir` shows it."""
    for name in NAMES:
        assert getattr(coach, name) is not None
        assert name in dir(coach)


def test_importing_coach_imports_no_heavy_library() -> None:
    """`import coach` costs nothing until something is used."""
    code = f"import coach, sys; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_bot_without_an_llm_imports_none_of_its_libraries() -> None:
    """`import coach.bot`, and a coach that is opened and asked, cost nothing of them."""
    libraries = ("pydantic_ai", "openai", "httpx", "httpx2")
    code = f"""
import sys, coach, coach.bot
coach.Bot("grow").session("ada").say("run a marathon")
print([n for n in {libraries!r} if n in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
