"""What a flow, or a deployment, says about memory."""

from typing import Literal

from coach.vocabulary.value import Value

EntityName = Literal["name", "email", "phone", "url", "date", "amount"]
PERSONAL: tuple[EntityName, ...] = ("name", "email", "phone", "url")


class MemoryPolicy(Value):
    """`entities`: whether what messages name is kept as memories of the person. `true` is what
    stays true of somebody (name, email, phone, url); a list names the kinds; None says nothing.
    """

    entities: bool | tuple[EntityName, ...] | None = None

    def over(self, base: "MemoryPolicy") -> "MemoryPolicy":
        """This policy where it says something, else the other."""
        return base if self.entities is None else self

    @property
    def kinds(self) -> tuple[EntityName, ...]:
        """The kinds of entities that are kept."""
        if isinstance(self.entities, tuple):
            return self.entities
        return () if self.entities is False else PERSONAL


NOTHING_SAID = MemoryPolicy()
