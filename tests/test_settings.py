"""Settings: from the environment, or their defaults."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from coach.calls.retry import Retry
from coach.errors import SettingsError
from coach.llms.limits import LlmLimits
from coach.settings import ManagerSettings, Settings, read_manager_settings, read_settings
from coach.vocabulary.context_policy import ContextPolicy
from coach.vocabulary.llm_policy import LlmPolicy

CHAIN = ("openai:gpt-5.2", "ollama:llama3.2:1b", "offline")


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine has set."""
    for name in (*Settings.model_fields, *ManagerSettings.model_fields):
        monkeypatch.delenv(f"COACH_{name.upper()}", raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_there_is_a_default_for_everything():
    """Nothing has to be set."""
    assert Settings().model_dump() == {
        "store": None,
        "cache": None,
        "states": None,
        "prompts": None,
        "budget": None,
        "encoding": "o200k_base",
        "max_message_chars": 32_000,
        "keep_pages": True,
        "llm": (),
        "llm_key": None,
        "llm_limits": LlmLimits().model_dump(),
        "llm_retry": Retry().model_dump(),
        "llm_policy": LlmPolicy().model_dump(),
        "busy": "enqueue",
        "queue": 10,
        "queue_seconds": 120.0,
        "context": ContextPolicy().model_dump(),
        "memory": {"entities": None},
        "conversation": {"storage_mode": None, "rolling_window_size": None},
        "manager": ManagerSettings().model_dump(),
        "time": {"expire_after": None, "delete_after": None},
    }


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("STORE", "sqlite:///x.db", "sqlite:///x.db"),
        ("CACHE", "redis://:pw@h/0", "redis://:pw@h/0"),
        ("STATES", "my/states", Path("my/states")),
        ("PROMPTS", "my/prompts", Path("my/prompts")),
        ("BUDGET", "0", 0),
        ("ENCODING", "cl100k_base", "cl100k_base"),
        ("MAX_MESSAGE_CHARS", "10", 10),
        ("LLM", "openai:gpt-5.2", ("openai:gpt-5.2",)),
        ("LLM", "openai:gpt-5.2, ollama:llama3.2:1b,offline", (*CHAIN,)),
        ("LLM", "", ()),
        ("LLM_KEY", "s3cret", SecretStr("s3cret")),
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


def test_a_key_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch):
    """Neither by the settings nor by their JSON."""
    monkeypatch.setenv("COACH_LLM_KEY", "s3cret")
    shown = f"{Settings()!r} {Settings()} {Settings().model_dump_json()}"
    assert "s3cret" not in shown


def test_limits_of_an_llm_have_variables_and_a_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Each by itself; the file may name several llms."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COACH_LLM_LIMITS__SECONDS", "20")
    (tmp_path / "coach.toml").write_text(
        'llm = ["openai:gpt-5.2", "offline"]\n[llm_limits]\nmax_tokens = 300\n'
    )
    found = read_settings()
    assert found.llm == ("openai:gpt-5.2", "offline")
    assert found.llm_limits == LlmLimits(seconds=20, max_tokens=300)


def test_a_wrong_limit_is_named(monkeypatch: pytest.MonkeyPatch):
    """With its variable."""
    monkeypatch.setenv("COACH_LLM_LIMITS__SECONDS", "0")
    with pytest.raises(SettingsError, match="COACH_LLM_LIMITS__SECONDS='0' cannot be used"):
        read_settings()


FLAG = "SESSION_EXPIRATION_SECONDS"


def test_a_managers_flags_have_six_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Each comes before the ones after it: arguments, three variables, the file, the default."""
    monkeypatch.chdir(tmp_path)
    found = [read_manager_settings().manager.session_expiration_seconds]
    (tmp_path / "coach.toml").write_text(f"[manager]\n{FLAG} = 2\nGARBAGE_COLLECTION = false\n")
    found.append(read_manager_settings().manager.session_expiration_seconds)
    for value, variable in enumerate((FLAG, f"COACH_{FLAG}", f"COACH_MANAGER__{FLAG}"), start=3):
        monkeypatch.setenv(variable, str(value))
        found.append(read_manager_settings().manager.session_expiration_seconds)
    given = read_manager_settings(session_expiration_seconds=6).manager
    assert [*found, given.session_expiration_seconds] == [3600, 2, 3, 4, 5, 6]
    assert not given.garbage_collection


def test_a_coach_does_not_look_at_variables_that_may_be_anothers(monkeypatch: pytest.MonkeyPatch):
    """GARBAGE_COLLECTION may mean something else to whoever set it."""
    monkeypatch.setenv("GARBAGE_COLLECTION", "aggressive")
    assert read_settings().manager.garbage_collection
    with pytest.raises(SettingsError, match="GARBAGE_COLLECTION='aggressive' cannot be used"):
        read_manager_settings()


@pytest.mark.parametrize(
    ("flags", "wrong"),
    [
        ({"event_emissions": True}, "no setting 'event_emissions'. Did you mean 'event_emission'"),
        ({"session_expiration_seconds": 0}, "EXPIRATION_SECONDS=0 cannot be used: .* than 0"),
        ({"collection_seconds": float("inf")}, "COLLECTION_SECONDS=inf cannot be used"),
    ],
)
def test_a_managers_wrong_flag_is_named(flags: dict[str, object], wrong: str):
    """With what would have worked."""
    with pytest.raises(SettingsError, match=wrong):
        read_manager_settings(**flags)


def test_a_cache_is_chosen_by_its_address_or_by_the_flag():
    """The flag alone means the server of this machine; a password is not shown."""
    assert Settings().redis is None
    assert Settings(cache="redis://h").redis == "redis://h"
    assert Settings(manager={"use_redis_caching": True}).redis == "redis://localhost:6379/0"
    assert "pw" not in repr(Settings(cache="redis://:pw@h"))
