"""Addresses of caches."""

import pytest

from coach.errors import StoreUrlError
from coach.stores.redis.address import parse_cache_url


@pytest.mark.parametrize(
    ("url", "shown", "login"),
    [
        ("redis://localhost", "redis://localhost", "redis://localhost"),
        ("redis://h:1/2?ttl=9", "redis://h:1/2", "redis://h:1/2"),
        ("redis://:pw@h/0", "redis://:***@h/0", "redis://:pw@h/0"),
        ("rediss://ada:p%40w@h:1", "rediss://ada:***@h:1", "rediss://ada:p%40w@h:1"),
        ("redis://[::1]:1/0", "redis://[::1]:1/0", "redis://[::1]:1/0"),
        ("unix:///run/r.sock?db=1", "unix:///run/r.sock", "unix:///run/r.sock?db=1"),
        (
            "rediss://h?ssl_cert_reqs=none&timeout=1",
            "rediss://h",
            "rediss://h?ssl_cert_reqs=none",
        ),
    ],
)
def test_what_may_be_shown_has_no_password(url: str, shown: str, login: str):
    """The login has it, and the options of the connection."""
    address = parse_cache_url(url)
    assert (address.url, address.login) == (shown, login)
    assert "pw" not in repr(address)


def test_the_options_are_ours():
    """In seconds."""
    address = parse_cache_url("redis://h?ttl=60&timeout=0.05&pause=1&namespace=app.1")
    assert (address.ttl, address.timeout, address.pause) == (60.0, 0.05, 1.0)
    assert address.namespace == "app.1"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("memcached://h", "'memcached' is unknown: write 'redis://localhost:6379/0'"),
        ("localhost:6379", "write 'redis://"),
        ("redis://", "names no host"),
        ("redis://h:99999", "cannot be read"),
        ("redis://h/coach", "after the host comes a number"),
        ("unix://", "names no socket"),
        ("redis://h?tll=5", "unknown option 'tll'. Did you mean 'ttl'?"),
        ("redis://h?ttl=5&ttl=6", "'ttl' is there twice"),
        ("redis://h?ttl=soon", "ttl is a number of seconds from 1 to 1e+08, not 'soon'"),
        ("redis://h?timeout=nan", "timeout is a number of seconds"),
        ("redis://h?namespace=a:b", "namespace 'a:b' is not usable"),
    ],
)
def test_what_is_no_address_is_refused(url: str, says: str):
    """With what would have worked."""
    with pytest.raises(StoreUrlError) as caught:
        parse_cache_url(url)
    assert says in str(caught.value)


@pytest.mark.parametrize("url", ["redis://:pw@h:x/0", "redis://:pw@h?q=1", "bad://:pw@h"])
def test_an_error_has_no_password_either(url: str):
    """Whatever is wrong."""
    with pytest.raises(StoreUrlError) as caught:
        parse_cache_url(url)
    assert "pw" not in f"{caught.value!r} {caught.value.__cause__!r}"
