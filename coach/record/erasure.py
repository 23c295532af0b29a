"""The ledger of erasures: that somebody was erased, without saying who."""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlmodel import Field as Col

from coach.record.base import Row
from coach.record.times import UtcDateTime
from coach.vocabulary.value import Value


class Erasure(Value):
    """One erasure. `digest` is an HMAC-SHA256 (hex) of the person under a `salt` of its own: it
    can be recognised by who has the id, and not be read. `sessions` and `rows` were removed."""

    id: str
    salt: str
    digest: str
    sessions: int
    rows: int
    at: datetime

    def is_of(self, user_id: str, account_id: str | None) -> bool:
        """Whether it was this person."""
        return hmac.compare_digest(self.digest, _digest(self.salt, user_id, account_id))


def erasure_of(
    user_id: str, account_id: str | None, at: datetime, *, sessions: int, rows: int
) -> Erasure:
    """The entry of a person who is being erased."""
    salt = secrets.token_hex(16)
    return Erasure(
        id=secrets.token_hex(16),
        salt=salt,
        digest=_digest(salt, user_id, account_id),
        sessions=sessions,
        rows=rows,
        at=at,
    )


class ErasureRow(Row, table=True):
    """One row per erasure; kept for ever, so that an earlier backup can be put in order."""

    __tablename__ = "coach_erasure"

    id: str = Col(primary_key=True, max_length=32)
    salt: str = Col(max_length=32)
    digest: str = Col(max_length=64)
    sessions: int
    rows: int
    at: datetime = Col(sa_type=UtcDateTime)


def _digest(salt: str, user_id: str, account_id: str | None) -> str:
    who = f"{account_id or ''}\0{user_id}".encode()
    return hmac.new(bytes.fromhex(salt), who, hashlib.sha256).hexdigest()
