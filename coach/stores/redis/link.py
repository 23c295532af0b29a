"""The line to a Redis server: the only module that knows the library `redis`.

Whoever reads a cache uses `ask`, which answers None rather than keep a turn waiting: after a
failure nobody tries again for a while. Whoever needs the server uses `must`.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from coach.errors import StoreUnavailable
from coach.stores.redis.address import CacheAddress

if TYPE_CHECKING:
    from redis import Redis

Result = TypeVar("Result")
log = logging.getLogger("coach.redis")
MISSING = "a cache in Redis needs the library redis: pip install 'coachflow[redis]'"


class Refused(Exception):
    """The server has answered, but not what was asked: a key of another kind, no memory left."""

    @property
    def wrong_kind(self) -> bool:
        return str(self).startswith("WRONGTYPE")


class Link:
    """A pool of connections to one server. Threads may share it.

    `timeout` is how many seconds each connection and each answer may take.
    """

    def __init__(
        self,
        address: CacheAddress,
        timeout: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = address
        self._client = _client(address, address.timeout if timeout is None else timeout)
        self._clock = clock
        self._closed_until = 0.0
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Link to {self.address.url}>"

    def must(self, action: "Callable[[Redis], Result]") -> Result:
        """Do it; StoreUnavailable when the server cannot be reached, Refused when it refuses."""
        from redis.exceptions import ConnectionError, RedisError, ResponseError, TimeoutError

        try:
            found = action(self._client)
        except (ConnectionError, TimeoutError, OSError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise StoreUnavailable(
                f"cache {self.address.url!r} does not answer: {reason}"
            ) from None
        except ResponseError as error:
            raise Refused(str(error)) from None
        except (RedisError, ValueError) as error:  # no Redis speaks there
            reason = f"cache {self.address.url!r} cannot be used: {error}"
            raise StoreUnavailable(reason) from None
        self._closed_until = 0.0
        return found

    def ask(self, action: "Callable[[Redis], Result]") -> Result:
        """The same, but StoreUnavailable at once while the server is left alone."""
        if not self._may_try():
            raise Resting(f"cache {self.address.url!r} is left alone after a failure")
        try:
            return self.must(action)
        except StoreUnavailable as error:
            self._rest(error)
            raise

    def close(self) -> None:
        self._client.close()

    def script(self, source: str) -> Callable[..., Any]:
        """A Lua script, as a function of keys= and args= and client=."""
        made: Any = self._client.register_script(source)
        return made  # type: ignore[no-any-return]

    def _may_try(self) -> bool:
        """After the pause one caller tries; the others go without until it has an answer."""
        with self._lock:
            now = self._clock()
            if now < self._closed_until:
                return False
            if self._closed_until:
                self._closed_until = now + self.address.pause
            return True

    def _rest(self, error: StoreUnavailable) -> None:
        with self._lock:
            was_well = not self._closed_until
            self._closed_until = self._clock() + self.address.pause
        if was_well:
            log.warning("%s; we go on without it", error)


class Resting(StoreUnavailable):
    """The server is not asked at all: it has failed a moment ago."""


def _client(address: CacheAddress, timeout: float) -> "Redis":
    try:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        raise StoreUnavailable(MISSING) from None
    # A connection that broke while nobody used it is made anew once; a slow answer is no answer.
    again: Any = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
    try:
        client: Redis = redis.Redis.from_url(
            address.login,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=again,
            protocol=2,
        )
    except (ValueError, TypeError, redis.RedisError):
        raise StoreUnavailable(
            f"cache {address.url!r} cannot be used: look at its options"
        ) from None
    return client
