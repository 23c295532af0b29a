"""The base of every value that travels between floors."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """Frozen, keyword-only, and closed: an unknown key is an error."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
    )
