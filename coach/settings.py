"""Settings: from arguments, the environment (COACH_…), `coach.toml`, or their defaults."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, ValidationError
from pydantic import Field as Setting
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from coach.errors import SettingsError, did_you_mean
from coach.limits import MAX_MESSAGE_CHARS
from coach.vocabulary.context_policy import NOTHING_SAID, ContextPolicy, WindowPolicy

FILE = "coach.toml"
SQL_STORE = "sqlite:///coach.db"


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


class Settings(BaseSettings):
    """What an operator may choose.

    `store` is an address such as 'sqlite:///coach.db'; `states` and `prompts` are folders that
    are searched before the built-in ones; `budget` is the page's size in tokens of `encoding`;
    `context` says what goes on it, and a flow may say otherwise; `keep_pages` has every turn
    render its page and keep the ledger.
    """

    model_config = SettingsConfigDict(
        env_prefix="COACH_", env_nested_delimiter="__", extra="forbid", frozen=True, toml_file=FILE
    )

    store: str | None = None
    states: Path | None = None
    prompts: Path | None = None
    budget: int | None = Setting(default=None, ge=0)
    encoding: str = "o200k_base"
    max_message_chars: int = Setting(default=MAX_MESSAGE_CHARS, ge=1)
    keep_pages: bool = True
    context: ContextPolicy = NOTHING_SAID
    conversation: ConversationSettings = ConversationSettings()

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
    def policy(self) -> ContextPolicy:
        """What is said about the page, with seed 002's window in it."""
        size = self.conversation.rolling_window_size
        if size is None:
            return self.context
        return self.context.model_copy(update={"window": WindowPolicy(messages=size, trim_to=1.0)})


def read_settings() -> Settings:
    """The settings of this environment; SettingsError names each one that is wrong."""
    try:
        return Settings()
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
