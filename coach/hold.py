"""A hold on a claim: it is let go of whatever happens to whoever took it."""

import contextlib

from coach.errors import StoreError
from coach.stores.sql import SqlStore
from coach.stores.values import Claim


class Hold:
    """A claim that is let go of even when nobody was there any more to receive it.

    Two threads may meet here. Each writes first and then looks, so that one of them sees the
    other; releasing twice does no harm.
    """

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._claim: Claim | None = None
        self._gone = False
        self._told = True

    def take(self, claim: Claim) -> Claim:
        """Called where the claim was made, in whatever thread that is."""
        self._claim = claim
        if self._gone:
            self._release(claim)
        return claim

    def let_go(self, told: bool = True) -> None:
        """Release the claim now, or as soon as it is there; `told` as in SqlStore.release."""
        self._told = told
        self._gone = True
        if self._claim is not None:
            self._release(self._claim)

    def _release(self, claim: Claim) -> None:
        with contextlib.suppress(StoreError):  # the lease ends by itself; say what went wrong first
            self._store.release(claim, self._told)
