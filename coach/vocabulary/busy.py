"""What becomes of a message that comes while another turn of its session is in flight."""

from typing import Annotated, Literal

from pydantic import Field as Setting

from coach.vocabulary.value import Value

QUEUE = 10
QUEUE_SECONDS = 120.0

Then = Literal["enqueue", "reject", "interrupt"]


class Busy(Value):
    """`enqueue` has it wait its turn, in the order in which messages came; `reject` refuses it at
    once; `interrupt` stops the turn in flight, as if somebody had said stop, and goes next.

    At most `queue` messages wait, each for at most `seconds`.
    """

    then: Then = "enqueue"
    queue: Annotated[int, Setting(ge=1, le=1_000)] = QUEUE
    seconds: Annotated[float, Setting(gt=0, le=86_400)] = QUEUE_SECONDS

    @property
    def room(self) -> int:
        """How many may wait."""
        return 0 if self.then == "reject" else self.queue


USUAL = Busy()
REJECT = Busy(then="reject")
