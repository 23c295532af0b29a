"""Store addresses: 'sqlite://' (in memory), 'sqlite:///coach.db', 'postgresql+psycopg://…'.

A password never leaves this module but for the login itself: `url` is what may be shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from coach.errors import StoreUnavailable, StoreUrlError, did_you_mean

MEMORY = "sqlite://"
SYNCHRONOUS = ("full", "normal")
EXAMPLES = (
    "'sqlite://' (in memory), 'sqlite:///coach.db' "
    "or 'postgresql+psycopg://user:password@host/database'"
)
POSTGRESQL = ("postgresql+psycopg", "postgresql", "postgres")
SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# What libpq takes from an address; everything else is ours or a mistake.
LIBPQ = (
    "application_name",
    "connect_timeout",
    "host",
    "keepalives",
    "keepalives_idle",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
)


class Kind(StrEnum):
    """Which kind of database."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a store is.

    `url` can be shown: it has no password. SQLite: `path` is None in memory, and
    `synchronous=normal` risks the last turns at a power cut, where the default 'full' does not.
    PostgreSQL: `login` is what the driver connects with, `schema` where the tables are.
    """

    url: str
    kind: Kind = Kind.SQLITE
    path: Path | None = None
    synchronous: str = "full"
    schema: str | None = None
    login: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def place(self) -> str:
        """The path, or the address where there is none."""
        return str(self.path or self.url)

    @property
    def in_memory(self) -> bool:
        """True when the store is gone with this process."""
        return self.kind is Kind.SQLITE and self.path is None


def parse_url(url: str) -> Address:
    """The address that a URL names; StoreUrlError says what would work."""
    scheme, found, rest = url.partition("://")
    if not found:
        raise StoreUrlError(f"store {url!r} is not an address: write {EXAMPLES}")
    if scheme in POSTGRESQL:
        return _postgresql(url)
    if scheme.startswith(POSTGRESQL):
        raise StoreUrlError(f"store scheme {scheme!r}: the driver is psycopg, {EXAMPLES}")
    if scheme.startswith("redis"):
        raise StoreUrlError(f"{scheme!r} is no store but a cache in front of one: use {EXAMPLES}")
    if scheme != "sqlite":
        raise StoreUrlError(f"store scheme {scheme!r} is unknown: use {EXAMPLES}")
    return _sqlite(url, rest)


def _sqlite(url: str, rest: str) -> Address:
    place, _, query = rest.partition("?")
    options = _options(url, query, ("synchronous",))
    synchronous = options.get("synchronous", "full")
    if synchronous not in SYNCHRONOUS:
        raise StoreUrlError(
            f"store {url!r}: synchronous is 'full' or 'normal', not {synchronous!r}"
        )
    if place in ("", "/", "/:memory:"):
        return Address(url=url, synchronous=synchronous)
    if not place.startswith("/"):
        raise StoreUrlError(f"store {url!r} needs three slashes before the path: {EXAMPLES}")
    return Address(url=url, path=Path(place[1:]), synchronous=synchronous)


def _postgresql(url: str) -> Address:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the text may hold a password: it is not shown
        raise StoreUrlError(f"a postgresql address cannot be read: write {EXAMPLES}") from None
    shown = parsed.render_as_string(hide_password=True)
    if not parsed.database:
        raise StoreUrlError(f"store {shown!r} names no database: write {EXAMPLES}")
    options = _options(shown, url.partition("?")[2], (*LIBPQ, "schema"))
    schema = options.pop("schema", None)
    if schema is not None and not SCHEMA.fullmatch(schema):
        raise StoreUrlError(
            f"store {shown!r}: schema {schema!r} is not usable: take 1 to 63 of a-z, 0-9 and _"
        )
    login = {
        "host": parsed.host,
        "port": parsed.port,
        "user": parsed.username,
        "password": parsed.password,
        "dbname": parsed.database,
    }
    known = {name: value for name, value in login.items() if value is not None}
    return Address(url=shown, kind=Kind.POSTGRESQL, schema=schema, login=known | options)


def _options(shown: str, query: str, known: tuple[str, ...]) -> dict[str, str]:
    options: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            raise StoreUrlError(
                f"store {shown!r}: unknown option {name!r}.{did_you_mean(name, known)}"
            )
        if name in options:
            raise StoreUrlError(f"store {shown!r}: option {name!r} is there twice")
        options[name] = value
    return options


def check_place(path: Path) -> None:
    """StoreUnavailable, with the reason in words, when no database can be at this path."""
    try:
        _check_place(path)
    except (OSError, ValueError) as error:  # not to be entered, too long, U+0000
        reason = getattr(error, "strerror", None) or str(error)
        raise StoreUnavailable(f"{str(path)!r} cannot be used: {reason}") from error


def _check_place(path: Path) -> None:
    if "\0" in str(path):
        raise ValueError("U+0000 in a path")
    if path.is_dir():
        raise StoreUnavailable(f"{str(path)!r} is a folder: name a file in it, such as coach.db")
    parent = path.absolute().parent
    for folder in reversed([parent, *parent.parents]):
        if folder.exists() and not folder.is_dir():
            raise StoreUnavailable(
                f"{str(folder)!r} is a file, so {str(path)!r} cannot be below it"
            )
    if not parent.exists():
        raise StoreUnavailable(f"folder {str(parent)!r} does not exist: create it first")
