"""The audit's door: which conversations there were, what was said, and what it came to."""

from datetime import datetime
from typing import Literal

from coach.record.message import Message
from coach.stores import audit
from coach.stores.audit import Usage, Which
from coach.stores.llm_usage import LlmUsage
from coach.stores.sql import SqlStore
from coach.stores.values import SessionLine

By = Literal["caller", "user", "account", "flow", "day", "month"]


class Audit:
    """`Audit("sqlite:///coach.db")`, or `bot.audit`: questions about all conversations of a store.

    For whoever runs the store: it sees every user's. Conversations are told by when they began;
    `since` is part of the range and `until` is not, both aware datetimes.
    """

    def __init__(self, store: SqlStore | str) -> None:
        self.store = store if isinstance(store, SqlStore) else SqlStore(store)

    def recent(
        self,
        *,
        caller_id: str | None = None,
        user_id: str | None = None,
        account_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        status: str | None = None,
        limit: int = 50,
    ) -> list[SessionLine]:
        """The conversations that began last, the newest first; at most `limit`."""
        which = Which(
            caller_id=caller_id,
            user_id=user_id,
            account_id=account_id,
            since=since,
            until=until,
            status=status,
        )
        return audit.recent(self.store, which, limit)

    def history(self, session_id: str) -> list[Message]:
        """Every message in order, also those that were taken back; SessionNotFound."""
        return audit.history(self.store, session_id)

    def usage(
        self,
        by: By = "caller",
        *,
        caller_id: str | None = None,
        user_id: str | None = None,
        account_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Usage]:
        """Conversations, messages, tool calls and tokens, and what llms were asked, summed up by
        caller, user, account, flow, day or month; those with most tokens first, days and months in
        their order."""
        which = Which(
            caller_id=caller_id, user_id=user_id, account_id=account_id, since=since, until=until
        )
        return audit.usage(self.store, by, which)

    def llms(
        self,
        *,
        caller_id: str | None = None,
        user_id: str | None = None,
        account_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[LlmUsage]:
        """What each llm was asked, by purpose: calls, tokens, latency, and how far the provider's
        count of tokens is from ours; those with most input tokens first."""
        which = Which(
            caller_id=caller_id, user_id=user_id, account_id=account_id, since=since, until=until
        )
        return audit.llms(self.store, which)
