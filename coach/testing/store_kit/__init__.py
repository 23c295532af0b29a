"""A suite that every store has to pass, to be run on a store of your own choosing.

    import pytest
    from coach.testing.store_kit import StoreKit

    class TestOurServer(StoreKit):
        @pytest.fixture
        def url(self, tmp_path):
            return f"sqlite:///{tmp_path}/coach.db"

`url` names a store that is empty when a test begins; `options` (a dict) is what else `SqlStore`
is opened with. Needs pytest.
"""

import pytest

PARTS = ("history", "input", "sessions", "shared", "workers")
pytest.register_assert_rewrite(*(f"coach.testing.store_kit.{name}" for name in PARTS))

from coach.testing.store_kit.history import HistoryKit  # noqa: E402  # rewritten first
from coach.testing.store_kit.input import InputKit  # noqa: E402
from coach.testing.store_kit.sessions import SessionKit  # noqa: E402
from coach.testing.store_kit.shared import SharedKit  # noqa: E402
from coach.testing.store_kit.workers import WorkerKit  # noqa: E402


class StoreKit(SessionKit, HistoryKit, WorkerKit, SharedKit, InputKit):
    """Sessions, their history, several workers, shared contexts, and input that is hard to keep."""


__all__ = ["StoreKit"]
