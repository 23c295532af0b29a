"""Settings: from arguments, the environment (COACH_…), `coach.toml`, or their defaults."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic import Field as Setting
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from coach.calls.retry import PATIENT, Retry
from coach.errors import SettingsError, did_you_mean
from coach.limits import MAX_MESSAGE_CHARS
from coach.llms.limits import USUAL, LlmLimits
from coach.vocabulary import llm_policy, memory_policy
from coach.vocabulary.busy import QUEUE, QUEUE_SECONDS, Busy, Then
from coach.vocabulary.context_policy import NOTHING_SAID, ContextPolicy, WindowPolicy
from coach.vocabulary.llm_policy import LlmPolicy
from coach.vocabulary.memory_policy import MemoryPolicy
from coach.vocabulary.span import Span

FILE = "coach.toml"
SQL_STORE = "sqlite:///coach.db"
REDIS = "redis://localhost:6379/0"


class ConversationSettings(BaseModel):
    """Seed 002's block. `storage-mode` says where sessions are kept when no address is given:
    'in-memory', or 'sql' for the file coach.db; `rolling-window-size` is how many of the newest
    messages a page shows, exactly."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    storage_mode: Literal["in-memory", "sql"] | None = Setting(
        default=None, validation_alias=AliasChoices("storage-mode", "storage_mode")
    )
    rolling_window_size: Annotated[int, Setting(ge=1, le=1_000)] | None = Setting(
        default=None, validation_alias=AliasChoices("rolling-window-size", "rolling_window_size")
    )


class ManagerSettings(BaseModel):
    """What a ContextManager may do, by seed 001's names in small letters.

    `session_expiration_seconds` counts from the last write, and matters with
    `time_based_expiration`; then `garbage_collection` has a thread look for expired sessions
    every `collection_seconds`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    use_redis_caching: bool = False
    time_based_expiration: bool = False
    session_expiration_seconds: float = Setting(default=3_600.0, gt=0, le=1e9)
    garbage_collection: bool = True
    collection_seconds: float = Setting(default=60.0, gt=0, le=1e6)
    async_operations: bool = True
    event_emission: bool = True

    @model_validator(mode="before")
    @classmethod
    def _small_letters(cls, given: Any) -> Any:
        """A file may write the names as the seed does."""
        return {str(k).lower(): v for k, v in given.items()} if isinstance(given, dict) else given


class TimeSettings(BaseModel):
    """What a sweeper does to sessions; nothing of it without being asked.

    An active session to which nothing was written for `expire_after` ends as 'expired' (a flow
    may say otherwise); one that has ended is deleted whole after `delete_after`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    expire_after: Span | None = None
    delete_after: Span | None = None


class Settings(BaseSettings):
    """What an operator may choose.

    `store` is an address such as 'sqlite:///coach.db', and `cache` that of a Redis in front of
    it; `states` and `prompts` are folders that
    are searched before the built-in ones; `budget` is the page's size in tokens of `encoding`;
    `context` says what goes on it, `memory` what is kept of a
    person, and a flow may say otherwise; `keep_pages` has every turn
    render its page and keep the ledger.

    `llm` are addresses such as 'openai:gpt-5.2', tried in order; in a variable commas part them.
    `llm_key` is the key for a server by its URL, and `llm_limits` say how long an llm is waited
    for and how much it may say, `llm_retry` how patiently it is asked; `llm_policy` says what it
    does, and a flow may say otherwise.

    `busy` says what becomes of a message that comes while another turn of its session is in
    flight; at most `queue` wait, each for at most `queue_seconds`.
    """

    model_config = SettingsConfigDict(
        env_prefix="COACH_", env_nested_delimiter="__", extra="forbid", frozen=True, toml_file=FILE
    )

    store: str | None = None
    cache: str | None = Setting(default=None, repr=False)
    states: Path | None = None
    prompts: Path | None = None
    budget: int | None = Setting(default=None, ge=0)
    encoding: str = "o200k_base"
    max_message_chars: int = Setting(default=MAX_MESSAGE_CHARS, ge=1)
    keep_pages: bool = True
    llm: Annotated[tuple[str, ...], NoDecode] = Setting(default=(), repr=False)
    llm_key: SecretStr | None = None
    llm_limits: LlmLimits = USUAL
    llm_retry: Retry = PATIENT
    llm_policy: LlmPolicy = llm_policy.NOTHING_SAID
    busy: Then = "enqueue"
    queue: Annotated[int, Setting(ge=1, le=1_000)] = QUEUE
    queue_seconds: Annotated[float, Setting(gt=0, le=86_400)] = QUEUE_SECONDS
    context: ContextPolicy = NOTHING_SAID
    memory: MemoryPolicy = memory_policy.NOTHING_SAID
    conversation: ConversationSettings = ConversationSettings()
    manager: ManagerSettings = ManagerSettings()
    time: TimeSettings = TimeSettings()

    @field_validator("llm", mode="before")
    @classmethod
    def _addresses(cls, given: Any) -> Any:
        """One address as text, or several with commas between them."""
        if not isinstance(given, str):
            return given
        return tuple(part.strip() for part in given.split(",") if part.strip())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # named by the caller
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before the environment, and that before the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def place(self) -> str:
        """The address of the store."""
        if self.store is not None:
            return self.store
        return SQL_STORE if self.conversation.storage_mode == "sql" else "sqlite://"

    @property
    def when_busy(self) -> Busy:
        """What is said about messages that come while a turn is in flight."""
        return Busy(then=self.busy, queue=self.queue, seconds=self.queue_seconds)

    @property
    def redis(self) -> str | None:
        """The address of the cache; None without one."""
        return self.cache or (REDIS if self.manager.use_redis_caching else None)

    @property
    def policy(self) -> ContextPolicy:
        """What is said about the page, with seed 002's window in it."""
        size = self.conversation.rolling_window_size
        if size is None:
            return self.context
        return self.context.model_copy(update={"window": WindowPolicy(messages=size, trim_to=1.0)})


class FlagSource(PydanticBaseSettingsSource):
    """A manager's flags from variables of their own: COACH_<FLAG>, or <FLAG> as in the seed."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: _variable(name.upper()) for name in ManagerSettings.model_fields}
        flags = {name: text for name, text in found.items() if text is not None}
        return {"manager": flags} if flags else {}


class ManagerEnvironment(Settings):
    """The settings as a ContextManager reads them. Nobody else looks at variables without
    COACH_, which may be meant for another program."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *args: Any, **sources: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The flags' own variables after COACH_MANAGER__…, and before the file."""
        *first, file = super().settings_customise_sources(settings_cls, *args, **sources)
        return *first, FlagSource(settings_cls), file


def _variable(name: str) -> str | None:
    return os.environ.get(f"COACH_{name}", os.environ.get(name))


def read_manager_settings(**flags: Any) -> Settings:
    """All settings, with a manager's flags from the arguments first; SettingsError."""
    for name in flags.keys() - ManagerSettings.model_fields.keys():
        known = ManagerSettings.model_fields
        raise SettingsError(f"a manager has no setting {name!r}.{did_you_mean(name, known)}")
    return _read(lambda: ManagerEnvironment(manager=flags))  # type: ignore[arg-type]


def read_settings() -> Settings:
    """The settings of this environment; SettingsError names each one that is wrong."""
    return _read(Settings)


def _read(make: Callable[[], Settings]) -> Settings:
    try:
        return make()
    except ValidationError as error:
        raise SettingsError("; ".join(map(_wrong, error.errors()))) from None
    except ValueError as error:  # no TOML
        raise SettingsError(f"{FILE} cannot be read: {error}") from None


def _wrong(item: Any) -> str:
    where = [str(part) for part in item["loc"]]
    name = f"COACH_{'__'.join(where).upper()}"
    if item["type"] == "extra_forbidden":
        return f"unknown setting {'.'.join(where)!r} in {FILE}.{_hint(where)}"
    return f"{name}={item['input']!r} cannot be used: {item['msg']}"


def _hint(where: list[str]) -> str:
    model: Any = Settings
    for part in where[:-1]:
        field = model.model_fields.get(part)
        if field is None or not isinstance(field.default, BaseModel):
            return ""
        model = type(field.default)
    known = [_shown(name, field) for name, field in model.model_fields.items()]
    return did_you_mean(where[-1], known)


def _shown(name: str, field: Any) -> str:
    alias = field.validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else name
