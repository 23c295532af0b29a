"""The parties of a session: who talks, through whom, and whose it is."""

from dataclasses import dataclass

from coach.record.clean import check_user_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Parties:
    """`user` is the person, `caller` the application or channel that calls for them (None: the
    person themselves), `account` the tenant that the session belongs to, None for none."""

    user: str = "user"
    caller: str | None = None
    account: str | None = None

    @property
    def caller_id(self) -> str:
        return self.user if self.caller is None else self.caller

    def check(self) -> None:
        """InvalidId for one that is no id: 1 to 200 visible characters."""
        check_user_id(self.user)
        if self.caller is not None:
            check_user_id(self.caller, "caller")
        if self.account is not None:
            check_user_id(self.account, "account")
