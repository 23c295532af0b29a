"""AsyncBot: the same door for asyncio.

The work of a turn between the claim and the commit is short and synchronous while the coach is
offline, so such a turn is one hop to a thread; with a hearer that waits, every effect is
awaited on its own and no transaction is open meanwhile.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.async_person import AsyncPerson
from coach.bot import Bot
from coach.effects import adrive, drive
from coach.errors import SessionBusy
from coach.memories import Memories
from coach.past import Past
from coach.persisting import ATTEMPTS
from coach.prompting.prompt import Prompt
from coach.record.context import CoachContext
from coach.record.memory import Memory
from coach.record.message import Message
from coach.record.recalled import Recalled
from coach.session import Given, Retrieved, Session, bring, checked_key
from coach.stores.erasing import Report
from coach.stores.sql import SqlStore
from coach.streaming import AsyncReplyStream
from coach.turn import Brought, Turn
from coach.vocabulary.busy import REJECT
from coach.vocabulary.commands import Back, Command, Undo
from coach.vocabulary.words import Role

if TYPE_CHECKING:
    from coach.async_sweeper import AsyncSweeper


class AsyncMemories:
    """What is kept of a person, for asyncio; see Memories."""

    def __init__(self, find: Callable[[], Memories]) -> None:
        self._find = find

    async def remember(self, content: str, kind: str = "fact", **more: Any) -> Memory:
        """Keep something; takes what Memories.remember takes."""
        work = asyncio.to_thread(lambda: self._find().remember(content, kind, **more))
        return await asyncio.shield(work)

    async def forget(self, id_or_key: str) -> int:
        """Delete a memory and what it superseded; see Memories.forget."""
        work = asyncio.to_thread(lambda: self._find().forget(id_or_key))
        return await asyncio.shield(work)

    async def get(self, id_or_key: str) -> Memory | None:
        return await asyncio.to_thread(lambda: self._find().get(id_or_key))

    async def history(self, key: str) -> Sequence[Memory]:
        return await asyncio.to_thread(lambda: self._find().history(key))

    async def recall(
        self, query: str, budget: int = 1_000, *, names: Mapping[Role, str] | None = None
    ) -> tuple[Recalled, ...]:
        """What is about a question; see Memories.recall."""
        return await asyncio.to_thread(lambda: self._find().recall(query, budget, names=names))

    async def list(self, kind: str | None = None, scope: str | None = None) -> Sequence[Memory]:
        return await asyncio.to_thread(lambda: self._find().list(kind, scope))


class AsyncSession:
    """One conversation for asyncio; see Session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.id = session.id
        self.resumed = session.resumed

    def __repr__(self) -> str:
        return repr(self._session).replace("<Session", "<AsyncSession", 1)

    async def say(
        self,
        text: str,
        key: str | None = None,
        heard: Sequence[Command] | None = None,
        context: Given | None = None,
        documents: Iterable[Retrieved] = (),
    ) -> Turn:
        """One turn; see Session.say."""
        return await self._say(text, checked_key(key), bring(heard, context, documents))

    def stream(
        self,
        text: str,
        key: str | None = None,
        heard: Sequence[Command] | None = None,
        context: Given | None = None,
        documents: Iterable[Retrieved] = (),
    ) -> AsyncReplyStream:
        """One turn whose reply is read while it comes: `async for piece in talk.stream("…")`, then
        `await reply.turn()`; see Session.stream. Begins at once, in the running event loop."""
        brought, key = bring(heard, context, documents), checked_key(key)
        return AsyncReplyStream(lambda tap: self._say(text, key, replace(brought, tap=tap)))

    async def retry(self) -> list[Turn]:
        """Run the turns whose message was kept but never answered."""
        pending = await asyncio.to_thread(lambda: self._session.pending)
        return [await self.say(turn.text, key=turn.key) for turn in pending]

    async def _say(self, text: str, key: str, brought: Brought) -> Turn:
        if self._session.services.is_quick(brought.heard is not None):
            effects = self._session.turn(text, key, brought, REJECT)
            with contextlib.suppress(SessionBusy):
                return await asyncio.shield(asyncio.to_thread(drive, effects))
            # Who waits for another turn must not keep a thread from that very turn.
            brought = replace(brought, hold=False)
        turning = adrive(self._session.turn(text, key, brought))
        services = self._session.services
        if services.llm is not None and services.apart:
            return await services.llm.do(turning)
        return await turning

    async def cancel(self) -> bool:
        """Say stop to the turn in flight, wherever it runs; see Session.cancel."""
        return await asyncio.shield(asyncio.to_thread(self._session.cancel))

    async def back(self, to: str | None = None) -> Turn:
        return await self.say("back" if to is None else f"back to {to}", heard=[Back(to=to)])

    async def undo(self) -> Turn:
        return await self.say("undo", heard=[Undo()])

    async def update(
        self, change: Callable[[CoachContext], object], key: str | None = None
    ) -> CoachContext:
        """Write to the record outside of a turn; see Session.update."""
        work = asyncio.to_thread(self._session.update, change, key)
        return await asyncio.shield(work)

    async def persist_state(
        self, state: Mapping[str, Any], key: str | None = None, attempts: int = ATTEMPTS
    ) -> None:
        """Keep the application's own state; see Session.persist_state."""
        work = asyncio.to_thread(self._session.persist_state, state, key, attempts)
        await asyncio.shield(work)

    async def recover_state(self, attempts: int = ATTEMPTS) -> dict[str, Any] | None:
        """The state that was kept last; see Session.recover_state."""
        return await asyncio.to_thread(self._session.recover_state, attempts)

    async def rewind(self, turn: int, key: str | None = None) -> CoachContext:
        """Return to an earlier turn; see Session.rewind."""
        return await asyncio.shield(asyncio.to_thread(self._session.rewind, turn, key))

    async def fork(self, turn: int | None = None, id: str | None = None) -> "AsyncSession":
        """A new session that is this one at a turn; see Session.fork."""
        return AsyncSession(await asyncio.shield(asyncio.to_thread(self._session.fork, turn, id)))

    async def at(self, turn: int) -> Past:
        """The session as it was at the end of a turn; see Session.at."""
        return await asyncio.to_thread(self._session.at, turn)

    async def export_to(self, path: Path | str) -> None:
        """The session as a new file; see Session.export_to."""
        await asyncio.shield(asyncio.to_thread(self._session.export_to, path))

    @property
    def memories(self) -> AsyncMemories:
        """What is kept beyond the window; see Session.memories."""
        return AsyncMemories(lambda: self._session.memories)

    async def greeting(self) -> str:
        return await asyncio.to_thread(lambda: self._session.greeting)

    async def context(self) -> CoachContext:
        return await asyncio.to_thread(lambda: self._session.context)

    async def prompt(self, budget: int | None = None) -> Prompt:
        return await asyncio.to_thread(self._session.page, budget)

    async def history(self) -> list[Message]:
        return await asyncio.to_thread(self._session.history)

    async def why(self, turn: int | None = None) -> str:
        return await asyncio.to_thread(self._session.why, turn)


class AsyncBot:
    """A coach for asyncio; takes what Bot takes, and `hear` may be a coroutine function."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._bot = Bot(*args, **kwargs)
        self.flow = self._bot.flow

    def __repr__(self) -> str:
        return repr(self._bot).replace("<Bot", "<AsyncBot", 1)

    @property
    def store(self) -> SqlStore:
        return self._bot.store

    async def session(
        self,
        user: str = "user",
        id: str | None = None,
        new: bool = False,
        *,
        caller: str | None = None,
        account: str | None = None,
    ) -> AsyncSession:
        """Open or resume a session; see Bot.session."""
        work = asyncio.to_thread(self._bot.session, user, id, new, caller=caller, account=account)
        return AsyncSession(await work)

    def memories(self, user: str = "user", account: str | None = None) -> AsyncMemories:
        """What is kept of a person; see Bot.memories."""
        return AsyncMemories(lambda: self._bot.memories(user, account))

    def person(self, user: str = "user", account: str | None = None) -> AsyncPerson:
        """What is kept of a person across sessions; see Bot.person."""
        return AsyncPerson(self._bot.person(user, account))

    def sweeper(self) -> "AsyncSweeper":
        """What looks after this bot's sessions while nobody talks; see Bot.sweeper."""
        from coach.async_sweeper import AsyncSweeper

        return AsyncSweeper(self._bot.sweeper())

    async def import_session(self, path: Path | str, id: str | None = None) -> AsyncSession:
        """Put an exported session in place; see Bot.import_session."""
        work = asyncio.to_thread(self._bot.import_session, path, id)
        return AsyncSession(await asyncio.shield(work))

    async def export_user_to(self, path: Path | str, user: str, account: str | None = None) -> None:
        """Everything that is kept of a person as a file; see Person.export_to."""
        person = self._bot.person(user, account)
        await asyncio.shield(asyncio.to_thread(person.export_to, path))

    async def erase_user(self, user: str, account: str | None = None) -> Report:
        """Remove everything that is kept of a person; see Person.erase."""
        person = self._bot.person(user, account)
        return await asyncio.shield(asyncio.to_thread(person.erase))

    async def close(self) -> None:
        """Give back what is held; see Bot.close."""
        await asyncio.to_thread(self._bot.rewriter.close)
        if self._bot.services.llm is not None:
            await self._bot.services.llm.aclose()
        await asyncio.to_thread(self._bot.close)
