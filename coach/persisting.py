"""Persisting: an application's own state of a session, kept in spite of a store that falters."""

import random
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from coach.errors import InvalidValue, StoreUnavailable
from coach.record.chat_context import as_chat_context
from coach.services import Services
from coach.update import update_session

ATTEMPTS = 5
MOST_ATTEMPTS = 20
PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds

Result = TypeVar("Result")


def persist_state(
    services: Services, session_id: str, state: Mapping[str, Any], key: str, attempts: int
) -> None:
    """Keep a state; see Session.persist_state. All attempts have one key, so that the answer of
    one that was kept may be lost."""
    given = as_chat_context({"workflow_state": dict(state)})
    retrying(
        lambda: update_session(services, session_id, lambda context: context.take(given), key),
        attempts,
        f"the state of session {session_id!r} is not kept (again with key {key!r} is safe)",
    )


def recover_state(services: Services, session_id: str, attempts: int) -> dict[str, Any] | None:
    """The state that was kept last; see Session.recover_state."""
    context = retrying(
        lambda: services.store.load(session_id),
        attempts,
        f"the state of session {session_id!r} cannot be read",
    )
    return context.workflow_state if "workflow_state" in context.given else None


def retrying(
    action: Callable[[], Result],
    attempts: int,
    failure: str,
    sleep: Callable[[float], object] = time.sleep,
) -> Result:
    """What an action returns, tried again while the store is unavailable.

    The pause between two attempts is about 0.1 s and doubles, up to 2 s. After the last attempt
    StoreUnavailable says `failure`, how often it was tried and what the store said. Any other
    error is raised at once. InvalidValue unless there are 1 to 20 attempts.
    """
    if not 1 <= attempts <= MOST_ATTEMPTS:
        raise InvalidValue(f"attempts={attempts!r}: take 1 to {MOST_ATTEMPTS}")
    for attempt in range(1, attempts):
        try:
            return action()
        except StoreUnavailable:
            pause = min(PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
        sleep(pause * (0.5 + random.random() / 2))  # noqa: S311  # jitter, not a secret
    try:
        return action()
    except StoreUnavailable as error:
        times = "once" if attempts == 1 else f"{attempts} times"
        raise StoreUnavailable(f"{failure}; tried {times}: {error}") from error
