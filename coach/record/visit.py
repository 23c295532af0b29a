"""A visit: one stay in a stage, with what `back` needs to undo it."""

from coach.record.answer import Answer
from coach.vocabulary.value import Value


class Visit(Value):
    """One entry on the visit stack.

    `revision` is the turn that entered the stage; `before` holds, for every field answered
    during the visit, the answer as it was when the visit began (None: there was none).
    """

    stage: str
    revision: int
    before: dict[str, Answer | None] = {}
