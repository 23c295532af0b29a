"""AsyncPerson: what is kept of somebody across sessions, for asyncio."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from coach.person import Part, Person
from coach.record.achievement import Achievement
from coach.record.profile import Profile
from coach.stores.erasing import Report
from coach.stores.people import FlowProgress
from coach.stores.values import SessionLine

Result = TypeVar("Result")


class AsyncPerson:
    """One person; see Person. What is written comes to its end, whoever waits for it."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self.id = person.id

    def __repr__(self) -> str:
        return repr(self._person).replace("<Person", "<AsyncPerson", 1)

    async def known(self) -> Profile:
        """All three parts, at one revision."""
        return await _aside(lambda: self._person.known)

    async def profile(self) -> Part:
        """Who they are; see Person.profile."""
        return await _aside(lambda: self._person.profile)

    async def preferences(self) -> Part:
        """How they want to be spoken to."""
        return await _aside(lambda: self._person.preferences)

    async def identity(self) -> Part:
        """How other systems know them."""
        return await _aside(lambda: self._person.identity)

    async def update(
        self,
        *,
        profile: Mapping[str, Any] | None = None,
        preferences: Mapping[str, Any] | None = None,
        identity: Mapping[str, Any] | None = None,
    ) -> Profile:
        """Merge into what is known; see Person.update."""
        update = self._person.update
        return await _aside(
            lambda: update(profile=profile, preferences=preferences, identity=identity)
        )

    async def progress(self) -> list[FlowProgress]:
        """Of each flow: sessions begun and finished, and where the newest one stands."""
        return await _aside(lambda: self._person.progress)

    async def achievements(self) -> list[Achievement]:
        """What they have reached, in the order of time."""
        return await _aside(lambda: self._person.achievements)

    async def achieve(self, name: str, detail: str = "", session: str | None = None) -> Achievement:
        """Keep that they have reached something, once; see Person.achieve."""
        return await _aside(lambda: self._person.achieve(name, detail, session))

    async def sessions(self) -> list[SessionLine]:
        """Their sessions, the newest first."""
        return await _aside(lambda: self._person.sessions)

    async def export_to(self, path: Path | str) -> None:
        """Everything that is kept of them as a new file; see Person.export_to."""
        await _aside(lambda: self._person.export_to(path))

    async def erase(self) -> Report:
        """Remove everything that is kept of them, for good; see Person.erase."""
        return await _aside(self._person.erase)


async def _aside(work: Callable[[], Result]) -> Result:
    """In a thread; it is not broken off when nobody waits any more."""
    return await asyncio.shield(asyncio.to_thread(work))
