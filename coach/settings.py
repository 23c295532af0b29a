"""Settings: from arguments, the environment (COACH_…), or their defaults."""

from pathlib import Path

from pydantic import Field as Setting
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from coach.errors import SettingsError
from coach.limits import MAX_MESSAGE_CHARS


class Settings(BaseSettings):
    """What an operator may choose.

    `store` is an address such as 'sqlite:///coach.db'; `states` and `prompts` are folders that
    are searched before the built-in ones; `budget` is the page's size in tokens of `encoding`.
    """

    model_config = SettingsConfigDict(env_prefix="COACH_", extra="forbid", frozen=True)

    store: str | None = None
    states: Path | None = None
    prompts: Path | None = None
    budget: int = Setting(default=2_000, ge=0)
    encoding: str = "o200k_base"
    max_message_chars: int = Setting(default=MAX_MESSAGE_CHARS, ge=1)


def read_settings() -> Settings:
    """The settings of this environment; SettingsError names each variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [
            f"COACH_{str(item['loc'][0]).upper()}={item['input']!r} cannot be used: {item['msg']}"
            for item in error.errors()
        ]
        raise SettingsError("; ".join(wrong)) from None
