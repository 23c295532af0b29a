"""Settings: from the environment, or their defaults."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from coach.settings import Settings
from coach.vocabulary.context_policy import ContextPolicy


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine has set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"COACH_{name.upper()}", raising=False)


def test_there_is_a_default_for_everything():
    """Nothing has to be set."""
    assert Settings().model_dump() == {
        "store": None,
        "states": None,
        "prompts": None,
        "budget": None,
        "encoding": "o200k_base",
        "max_message_chars": 32_000,
        "keep_pages": True,
        "context": ContextPolicy().model_dump(),
        "conversation": {"storage_mode": None, "rolling_window_size": None},
    }


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("STORE", "sqlite:///x.db", "sqlite:///x.db"),
        ("STATES", "my/states", Path("my/states")),
        ("PROMPTS", "my/prompts", Path("my/prompts")),
        ("BUDGET", "0", 0),
        ("ENCODING", "cl100k_base", "cl100k_base"),
        ("MAX_MESSAGE_CHARS", "10", 10),
    ],
)
def test_a_variable_of_the_environment_sets_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, found: object
):
    """COACH_ and its name."""
    monkeypatch.setenv(f"COACH_{name}", value)
    assert getattr(Settings(), name.lower()) == found


@pytest.mark.parametrize(("name", "value"), [("BUDGET", "-1"), ("MAX_MESSAGE_CHARS", "0")])
def test_what_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    """With the name of the setting."""
    monkeypatch.setenv(f"COACH_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_settings_do_not_change():
    """They are read when a coach is made."""
    with pytest.raises(ValidationError, match="frozen"):
        Settings().budget = 5
