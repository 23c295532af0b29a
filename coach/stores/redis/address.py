"""Cache addresses: 'redis://localhost:6379/0'. A password is in `login` and nowhere else."""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from coach.errors import StoreUrlError, did_you_mean

EXAMPLES = "'redis://localhost:6379/0' or 'rediss://user:password@host:6379/0'"
SCHEMES = ("redis", "rediss", "unix")
TLS = ("ssl_ca_certs", "ssl_cert_reqs", "ssl_certfile", "ssl_check_hostname", "ssl_keyfile")
NAMESPACE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheAddress:
    """Where Redis is, and how it is used.

    `url` can be shown. `ttl` is how many seconds an entry lives after it was written; `timeout`
    how many a cache may keep a turn waiting, and `pause` how many it is left alone after a
    failure. Every key begins with `namespace`.
    """

    url: str
    login: str = field(repr=False)
    ttl: float = 3_600.0
    timeout: float = 0.1
    pause: float = 3.0
    namespace: str = "coach"


LIMITS = {"ttl": (1.0, 1e8), "timeout": (0.001, 60.0), "pause": (0.0, 3_600.0)}
OPTIONS = (*LIMITS, "namespace")


def parse_cache_url(url: str) -> CacheAddress:
    """The address that a URL names; StoreUrlError says what would work."""
    try:
        parts = urlsplit(url)
        shown = _shown(parts)
    except ValueError:  # the text may hold a password: it is not shown
        raise StoreUrlError(f"a cache address cannot be read: write {EXAMPLES}") from None
    if parts.scheme not in SCHEMES:
        raise StoreUrlError(f"cache scheme {parts.scheme!r} is unknown: write {EXAMPLES}")
    _check_place(parts, shown)
    ours, theirs = _options(parts, shown)
    numbers = {name: _number(name, ours[name], shown) for name in LIMITS if name in ours}
    return CacheAddress(
        url=shown,
        login=_login(parts, theirs),
        namespace=_namespace(ours.get("namespace", "coach"), shown),
        **numbers,
    )


def _shown(parts: SplitResult) -> str:
    """Without the password and the options."""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port is None else f":{parts.port}"
    who = parts.username or ""
    secret = ":***" if parts.password else ""
    login = f"{who}{secret}@" if who or secret else ""
    return f"{parts.scheme}://{login}{host}{port}{parts.path}"


def _login(parts: SplitResult, options: dict[str, str]) -> str:
    query = f"?{urlencode(options)}" if options else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}{query}"


def _check_place(parts: SplitResult, shown: str) -> None:
    if parts.scheme == "unix":
        if not parts.path:
            raise StoreUrlError(f"cache {shown!r} names no socket: write 'unix:///run/redis.sock'")
        return
    if not parts.hostname:
        raise StoreUrlError(f"cache {shown!r} names no host: write {EXAMPLES}")
    if not re.fullmatch(r"(/\d{0,5})?", parts.path):
        raise StoreUrlError(f"cache {shown!r}: after the host comes a number: write {EXAMPLES}")


def _options(parts: SplitResult, shown: str) -> tuple[dict[str, str], dict[str, str]]:
    """Ours, and those of the connection."""
    theirs = {"rediss": TLS, "unix": ("db",)}.get(parts.scheme, ())
    options: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in (*OPTIONS, *theirs):
            hint = did_you_mean(name, (*OPTIONS, *theirs))
            raise StoreUrlError(f"cache {shown!r}: unknown option {name!r}.{hint}")
        if name in options:
            raise StoreUrlError(f"cache {shown!r}: option {name!r} is there twice")
        options[name] = value
    ours = {name: value for name, value in options.items() if name in OPTIONS}
    return ours, {name: value for name, value in options.items() if name not in OPTIONS}


def _number(name: str, text: str, shown: str) -> float:
    least, most = LIMITS[name]
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not least <= value <= most:
        raise StoreUrlError(
            f"cache {shown!r}: {name} is a number of seconds from {least:g} to {most:g}, "
            f"not {text!r:.40}"
        )
    return value


def _namespace(text: str, shown: str) -> str:
    if not NAMESPACE.fullmatch(text):
        raise StoreUrlError(
            f"cache {shown!r}: namespace {text!r:.40} is not usable: take 1 to 64 letters, digits "
            "or any of _ . -"
        )
    return text
