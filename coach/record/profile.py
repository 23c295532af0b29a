"""What is known of a person across sessions: profile, preferences, identity."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlmodel import Field as Col

from coach.errors import InvalidValue
from coach.record.base import JsonText, Row, dump_json
from coach.record.clean import clean_json
from coach.record.times import UtcDateTime
from coach.vocabulary.value import Value

PARTS = ("profile", "preferences", "identity")
LONGEST = 32_000


class Profile(Value):
    """What is known of a person, at one revision of it; each part is plain JSON.

    `profile` is who they are, `preferences` how they want to be spoken to, `identity` how other
    systems know them: `email`, `roles`, `customer_id` and the like. Revision 0 knows nothing.
    """

    revision: int = 0
    profile: dict[str, JsonValue] = {}
    preferences: dict[str, JsonValue] = {}
    identity: dict[str, JsonValue] = {}

    @property
    def parts(self) -> dict[str, dict[str, JsonValue]]:
        """The parts by name, as they are kept."""
        return {name: getattr(self, name) for name in PARTS}

    def merged(self, changes: Mapping[str, Mapping[str, Any] | None]) -> "Profile":
        """The next revision: the changes merged into the parts they are for, key by key, through
        all levels; None takes a key away. Itself when nothing is new. InvalidValue for what
        cannot be kept, or is more than 32,000 characters of JSON altogether.
        """
        parts = self.parts
        for name, change in changes.items():
            if change is not None:
                parts[name] = _merge(parts[name], clean_json(_mapping(name, change), name))
        if parts == self.parts:
            return self
        _check_identity(parts["identity"])
        if (size := len(dump_json(parts))) > LONGEST:
            raise InvalidValue(
                f"what is known of a person has {size:,} characters: take at most {LONGEST:,}"
            )
        return Profile(revision=self.revision + 1, **parts)


class ProfileRow(Row, table=True):
    """One row per revision of what is known of a person, so that an earlier page can be made
    again; `state` has the three parts. The same user id under another account (`""` for none) is
    another person."""

    __tablename__ = "coach_profile"

    user_id: str = Col(primary_key=True, max_length=200)
    account_id: str = Col(primary_key=True, max_length=200)
    revision: int = Col(primary_key=True)
    state: dict[str, Any] = Col(sa_type=JsonText)
    at: datetime = Col(sa_type=UtcDateTime)


NOBODY = Profile()


def _mapping(name: str, change: Any) -> dict[str, Any]:
    if not isinstance(change, Mapping):
        raise InvalidValue(f"{name} is merged key by key: give a mapping, not {change!r:.60}")
    return dict(change)


def _merge(old: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """JSON Merge Patch (RFC 7396)."""
    merged = dict(old)
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            before = merged.get(key)
            merged[key] = _merge(before if isinstance(before, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def _check_identity(identity: Mapping[str, Any]) -> None:
    """The names that everybody uses mean the same everywhere."""
    email, roles = identity.get("email", "a@b"), identity.get("roles", [])
    if not isinstance(email, str) or email.strip("@").count("@") != 1 or " " in email:
        raise InvalidValue(f"identity.email is an address such as 'ada@example.org', not {email!r}")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise InvalidValue(f"identity.roles is a list of texts, not {roles!r}")
    if not isinstance(identity.get("customer_id", ""), str | int):
        raise InvalidValue("identity.customer_id is a text or a whole number")
