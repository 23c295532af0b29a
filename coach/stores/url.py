"""Store addresses: 'sqlite://' (in memory), 'sqlite:///coach.db', with options after '?'."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from coach.errors import StoreUnavailable, StoreUrlError, did_you_mean

MEMORY = "sqlite://"
SYNCHRONOUS = ("full", "normal")
EXAMPLES = "'sqlite://' (in memory) or 'sqlite:///coach.db'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a store is: `path` is None in memory. `synchronous=normal` risks the last turns
    at a power cut; the default 'full' does not."""

    url: str
    path: Path | None
    synchronous: str = "full"


def parse_url(url: str) -> Address:
    """The address that a URL names; StoreUrlError says what would work."""
    scheme, found, rest = url.partition("://")
    if not found:
        raise StoreUrlError(f"store {url!r} is not an address: write {EXAMPLES}")
    if scheme.startswith(("postgresql", "postgres", "redis")):
        raise StoreUrlError(f"{scheme!r} stores are not part of this version: use {EXAMPLES}")
    if scheme != "sqlite":
        raise StoreUrlError(f"store scheme {scheme!r} is unknown: use {EXAMPLES}")
    place, _, query = rest.partition("?")
    options = _options(url, query)
    if place in ("", "/", "/:memory:"):
        return Address(url=url, path=None, **options)
    if not place.startswith("/"):
        raise StoreUrlError(f"store {url!r} needs three slashes before the path: {EXAMPLES}")
    return Address(url=url, path=Path(place[1:]), **options)


def _options(url: str, query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name, value in options.items():
        if name != "synchronous":
            hint = did_you_mean(name, ["synchronous"])
            raise StoreUrlError(f"store {url!r}: unknown option {name!r}.{hint}")
        if value not in SYNCHRONOUS:
            raise StoreUrlError(f"store {url!r}: synchronous is 'full' or 'normal', not {value!r}")
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
