"""Shared contexts in Redis alone: what a ContextManager without a database keeps for its nodes.

One hash per session, and one sorted set of when each was last written. A write is a
compare-and-swap on the session's birth and revision, in one script. Nothing here has a lifetime
of its own, so the server has to keep what it was given: an append-only file, and no eviction.
"""

import random
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

from pydantic_core import from_json

from coach.errors import FeatureOff, SessionBusy, StoreUnavailable
from coach.record.base import dump_json
from coach.record.times import to_utc
from coach.stores.damage import readable
from coach.stores.redis import scripts
from coach.stores.redis.cache import opened
from coach.stores.redis.feed import Feed
from coach.stores.redis.link import Link, Refused
from coach.stores.redis.seal import Seal
from coach.stores.shared import Change, Shared

ANSWER_SECONDS = 5.0
SETTLE_SECONDS = 15.0
WAIT_SECONDS = 30.0
MARK_MS = 120_000  # longer than anybody tries to settle
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIELDS = ("born", "user", "values", "revision", "at")

Result = TypeVar("Result")
Found = tuple[str, Shared]  # the session's birth, and what it is now


class Refusal(StoreUnavailable):
    """An answer, but no context can be kept there: to ask again would not help."""


class RedisShared:
    """The shared contexts of one namespace; see SharedContexts. None of them is lasting."""

    def __init__(self, link: Link, settle: float = SETTLE_SECONDS) -> None:
        self._link = link
        self._settle_seconds = settle
        self._prefix = f"{link.address.namespace}:shared"
        self._times = f"{self._prefix}:times"
        sources = (scripts.CREATE, scripts.SWAP, scripts.REMOVE)
        self._create, self._swap, self._remove = (link.script(source) for source in sources)
        self.feed = Feed(link, f"{self._prefix}:events", Seal(self._prefix.encode()))

    @classmethod
    def open(cls, url: str) -> Self:
        """StoreUnavailable when the server is not there; FeatureOff when it may lose contexts."""
        link = opened(url, timeout=ANSWER_SECONDS)
        try:
            check_keeps(link)
        except BaseException:
            link.close()
            raise
        return cls(link)

    def __repr__(self) -> str:
        return repr(self._link.address.url)

    def create(self, session_id: str, user_id: str, now: datetime) -> bool:
        at = to_utc(now)
        values = [session_id, uuid.uuid4().hex, user_id, at.isoformat(), _micros(at)]
        return self._done(self._create, [self._place(session_id), self._times], values)

    def read(self, session_id: str) -> Shared | None:
        found = self._found(session_id)
        return None if found is None else found[1]

    def write(self, session_id: str, change: Change, now: datetime) -> Shared | None:
        deadline, at = time.monotonic() + WAIT_SECONDS, to_utc(now)
        while (found := self._found(session_id)) is not None:
            born, old = found
            text = dump_json(change(old))
            values = [
                *(session_id, uuid.uuid4().hex, born, old.revision),
                *(text, at.isoformat(), _micros(at)),
            ]
            if self._done(self._swap, [self._place(session_id), self._times], values):
                return _shared(session_id, (born, old.user_id, text, old.revision + 1, at))[1]
            if time.monotonic() > deadline:
                raise SessionBusy(
                    f"session {session_id!r} is busy: others write to it all the time"
                )
            time.sleep(0.01 * random.random())  # noqa: S311  # jitter, not a secret
        return None

    def delete(self, seen: Shared) -> bool:
        mark = f"{self._prefix}:gone:{uuid.uuid4().hex}"
        keys = [self._place(seen.session_id), self._times, mark]
        at = to_utc(seen.updated_at).isoformat()
        values = [seen.session_id, seen.revision, at, MARK_MS]
        return self._done(self._remove, keys, values)

    def expired(self, before: datetime, limit: int) -> list[Shared]:
        last = f"({_micros(to_utc(before))}"
        ids: Any = self._surely(
            lambda r: r.zrangebyscore(self._times, "-inf", last, start=0, num=limit)
        )
        found = (self.read(name.decode()) for name in ids)
        return [shared for shared in found if shared is not None and shared.updated_at < before]

    def close(self) -> None:
        self._link.close()

    # -- inside ----------------------------------------------------------------------------

    def _place(self, session_id: str) -> str:
        return f"{self._prefix}:s:{session_id}"

    def _found(self, session_id: str) -> Found | None:
        fields: Any = self._surely(lambda r: r.hmget(self._place(session_id), list(FIELDS)))
        return None if fields[0] is None else _read(session_id, fields)

    def _must(self, action: Callable[[Any], Result]) -> Result:
        try:
            return self._link.must(action)
        except Refused as refusal:
            where = self._link.address.url
            raise Refusal(f"cache {where!r} refuses a context: {refusal}") from None

    def _done(self, script: Callable[..., Any], keys: list[str], values: list[Any]) -> bool:
        return bool(self._surely(lambda r: script(keys=keys, args=values, client=r)))

    def _surely(self, action: Callable[[Any], Result]) -> Result:
        """When the answer is lost it is asked for again: nothing here is done twice."""
        deadline, pause = time.monotonic() + self._settle_seconds, 0.05
        while True:
            try:
                return self._must(action)
            except StoreUnavailable as error:
                if isinstance(error, Refusal) or time.monotonic() > deadline:
                    raise
            time.sleep(pause * (0.5 + random.random()))  # noqa: S311  # jitter, not a secret
            pause = min(pause * 2, 1.0)


def check_keeps(link: Link) -> None:
    """FeatureOff, with what to do, unless the server keeps all that it is given."""
    try:
        told: Any = link.must(lambda r: {**r.info("persistence"), **r.info("memory")})
    except Refused as refusal:
        raise FeatureOff(f"{_why(link)} does not tell whether it keeps it: {refusal}") from None
    if not told.get("aof_enabled"):
        raise FeatureOff(
            f"{_why(link)} has no append-only file, so that a crash of it would lose them: "
            "'redis-cli config set appendonly yes' (and in redis.conf), or name a database"
        )
    policy = str(told.get("maxmemory_policy", ""))
    if policy.startswith("allkeys"):
        raise FeatureOff(
            f"{_why(link)} throws keys away when its memory is full (maxmemory-policy {policy}): "
            "set it to noeviction, or name a database"
        )


def _why(link: Link) -> str:
    return (
        "USE_REDIS_CACHING with a database in memory makes Redis the place where contexts are "
        f"kept, but {link.address.url!r}"
    )


@readable
def _read(session_id: str, fields: list[bytes]) -> Found:
    born, user, values, revision, at = (field.decode() for field in fields)
    return _shared(session_id, (born, user, values, int(revision), datetime.fromisoformat(at)))


def _shared(session_id: str, of: tuple[str, str, str, int, datetime]) -> Found:
    born, user, text, revision, at = of
    values = from_json(text)
    return born, Shared(
        session_id=session_id, user_id=user, values=values, revision=revision, updated_at=at
    )


def _micros(at: datetime) -> int:
    """Whole microseconds since 1970: they are exact in a score, which is a double."""
    return (at - EPOCH) // timedelta(microseconds=1)
