"""A hearer that returns what was prepared: for tests, and for buttons."""

from coach.errors import InputError
from coach.vocabulary.commands import Command
from coach.vocabulary.situation import Situation


class Scripted:
    """Prepared commands, one list per message, in order; the text is not looked at.

        hear = Scripted([Set(field="goal", value="run 10k")], [Finish()])

    Raises InputError when there are more messages than prepared turns.
    """

    def __init__(self, *turns: list[Command]) -> None:
        self._turns = tuple(tuple(turn) for turn in turns)
        self._used = 0

    @property
    def left(self) -> int:
        """How many prepared turns have not been used."""
        return len(self._turns) - self._used

    def __call__(self, situation: Situation, text: str) -> list[Command]:
        """The commands of the next turn."""
        if not self.left:
            shown = text if len(text) <= 40 else f"{text[:40]}…"
            raise InputError(
                f"the script has {len(self._turns)} turns and all are used: "
                f"nothing is prepared for {shown!r} at stage {situation.stage!r}"
            )
        self._used += 1
        return list(self._turns[self._used - 1])
