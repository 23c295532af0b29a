"""How patiently an llm is asked: how often, how long, and with what pauses between."""

import random
from typing import Annotated

from pydantic import Field as Setting

from coach.errors import (
    LlmEmpty,
    LlmError,
    LlmInterrupted,
    LlmOutputInvalid,
    LlmRateLimited,
    LlmUnavailable,
)
from coach.vocabulary.value import Value

PASSING = (LlmUnavailable, LlmRateLimited, LlmOutputInvalid, LlmEmpty, LlmInterrupted)
Seconds = Annotated[float, Setting(ge=0, le=3_600)]


class Retry(Value):
    """`tries` for each llm.

    The pause before the second is about `first_pause` and doubles from then on, up to
    `longest_pause`; an llm that names a time (Retry-After) is given it, unless it is more than
    `most_wait`: then it counts as gone. Pauses are drawn at random from a half to one and a half
    of that, so that many who wait do not come back together.
    """

    tries: Annotated[int, Setting(ge=1, le=20)] = 3
    first_pause: Seconds = 0.5
    longest_pause: Seconds = 8.0
    most_wait: Seconds = 30.0

    def pause(self, tried: int, error: LlmError) -> float | None:
        """Seconds to wait after that many tries; None when it is not to be tried again."""
        if tried >= self.tries or not isinstance(error, PASSING):
            return None
        asked = error.retry_after if isinstance(error, LlmRateLimited) else None
        if asked is not None:
            return asked if asked <= self.most_wait else None
        grown: float = min(self.first_pause * 2 ** (tried - 1), self.longest_pause)
        return grown * (0.5 + random.random())  # noqa: S311  # jitter, not a secret


PATIENT = Retry()
