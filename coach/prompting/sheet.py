"""The sheet: the messages of a page before packing, and the candidates that they hold."""

from typing import NamedTuple

from coach.prompting.candidate import Candidate, Listing, Place, Talk, Unit
from coach.prompting.exchange import Exchange
from coach.prompting.lines import lines
from coach.prompting.section import ROLE_LINES, RawMessage, SectionSpec
from coach.prompting.tokens import Tokenizer


class _Spread(NamedTuple):
    """A section that several messages share."""

    spec: SectionSpec
    units: list[Unit]


class Sheet:
    """Candidates in the order of the page: one per section of a system message; elsewhere one
    per name, over all messages, with the settings of the first.

    An exchange is one unit of the section that it begins with. `shared` says what it costs to
    open those messages whose opening line belongs to none of their sections alone.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.messages: list[RawMessage] = []
        self.shared: dict[int, int] = {}
        self._tokenizer = tokenizer
        self._frames = {role: tokenizer.count(line) for role, line in ROLE_LINES.items()}
        self._found: list[Candidate | _Spread] = []
        self._spread: dict[str, _Spread] = {}

    def add(self, exchange: Exchange) -> None:
        """What stands on the page next."""
        at, first = len(self.messages), exchange[0]
        self.messages += exchange
        if first.role == "system":
            self._add_listings(at, first)
        elif len(exchange) > 1 or len(first.sections) == 1 or first.calls:
            self._add_exchange(at, exchange)
        else:
            self._add_sections(at, first)

    def candidates(self) -> list[Candidate]:
        return [
            Talk(each.spec, each.units, self._tokenizer) if isinstance(each, _Spread) else each
            for each in self._found
        ]

    def _add_listings(self, at: int, message: RawMessage) -> None:
        self.shared[at] = self._frames[message.role]
        for number, section in enumerate(message.sections):
            found = lines(section.text, self._tokenizer)
            self._found.append(Listing(section.spec, (at, number), found, self._tokenizer))

    def _add_exchange(self, at: int, exchange: Exchange) -> None:
        """One unit of them all."""
        if len(exchange) == 1 and not exchange[0].calls:
            unit = self._unit(at, exchange[0])
        else:
            unit = _joined([self._unit(at + i, message) for i, message in enumerate(exchange)])
        for message in exchange:
            if message.sections:
                return self._add_unit(message.sections[0].spec, unit)
        return None

    def _unit(self, at: int, message: RawMessage) -> Unit:
        """A message with the line that opens it; nothing when it says nothing."""
        places, cost, exact = [], 0, True
        for number, section in enumerate(message.sections):
            text, _, _, tokens, is_exact = lines(section.text, self._tokenizer)
            if text:
                places.append(Place(at, number, section.spec, text))
                cost += tokens
                exact = exact and is_exact
        frame = self._frames[message.role] if places else 0
        return Unit(places, cost + frame, frame, exact, len(places) == 1)

    def _add_sections(self, at: int, message: RawMessage) -> None:
        """Each section a unit of its own."""
        self.shared[at] = self._frames[message.role]
        for number, section in enumerate(message.sections):
            text, _, _, cost, exact = lines(section.text, self._tokenizer)
            places = [Place(at, number, section.spec, text)]
            self._add_unit(section.spec, Unit(places, cost, 0, exact, True))

    def _add_unit(self, spec: SectionSpec, unit: Unit) -> None:
        spread = self._spread.get(spec.name)
        if spread is None:
            spread = self._spread[spec.name] = _Spread(spec, [])
            self._found.append(spread)
        if unit.cost:
            spread.units.append(unit)


def _joined(units: list[Unit]) -> Unit:
    """The units as one, which is never cut."""
    return Unit(
        places=[place for unit in units for place in unit.places],
        cost=sum([unit.cost for unit in units]),
        frame=sum([unit.frame for unit in units]),
        exact=all(unit.exact for unit in units),
        can_cut=False,
    )
