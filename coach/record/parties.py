"""The parties of a session: who talks, through whom, and whose it is."""

from dataclasses import dataclass
from typing import Protocol, Self

from coach.record.clean import check_user_id


class Owned(Protocol):
    """A session, or a line that tells of one."""

    @property
    def user_id(self) -> str: ...

    @property
    def account_id(self) -> str | None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Parties:
    """`user` is the person, `caller` the application or channel that calls for them (None: the
    person themselves), `account` the tenant that the session belongs to, None for none."""

    user: str = "user"
    caller: str | None = None
    account: str | None = None

    @classmethod
    def of(cls, session: Owned) -> Self:
        """Whose a session is."""
        return cls(user=session.user_id, account=session.account_id)

    @property
    def caller_id(self) -> str:
        return self.user if self.caller is None else self.caller

    def own(self, session: Owned) -> bool:
        """Whether a session is this person's, under this very account."""
        return (session.user_id, session.account_id) == (self.user, self.account)

    def check(self) -> None:
        """InvalidId for one that is no id: 1 to 200 visible characters."""
        check_user_id(self.user)
        if self.caller is not None:
            check_user_id(self.caller, "caller")
        if self.account is not None:
            check_user_id(self.account, "account")
