"""Random walks through a flow, and the rows behind a session."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from coach.stores import statements
from coach.stores.sql import SqlStore
from coach.vocabulary import commands as c

Rows = list[dict[str, Any]]
NAMES = ["goal", "measure", "importance", "rating", "obstacle", "options", "chosen", "action"]
VALUES: list[c.Answerable] = ["run 10k", "be fit", 3, 9, 0, True, ["walk", "swim"], "swim", "no"]

names, values = st.sampled_from(NAMES), st.sampled_from(VALUES)
commands = st.one_of(
    st.builds(c.Set, field=names, value=values, confidence=st.sampled_from([1.0, 0.4])),
    st.builds(c.Correct, field=names, value=values),
    st.builds(c.Decline, field=names),
    st.builds(c.Assume, content=st.just("evenings are free"), related_to=st.none() | names),
    st.builds(c.Confirm, what=st.sampled_from(["a1", "a2", *NAMES])),
    st.builds(c.Reject, what=st.sampled_from(["a1", "a2", *NAMES])),
    st.builds(c.Back, to=st.sampled_from([None, "goal", "reality"])),
    st.builds(c.Trigger, name=st.sampled_from(["pause", "resume"])),
    st.just(c.Undo()),
    st.just(c.Undo()),
    st.just(c.Restart()),
    st.just(c.SayNothing()),
)


@pytest.fixture(scope="session")
def walks() -> st.SearchStrategy[list[list[c.Command]]]:
    """Up to 20 turns of up to three commands each."""
    return st.lists(st.lists(commands, max_size=3), min_size=1, max_size=20)


@pytest.fixture
def log() -> Callable[[SqlStore, str], Rows]:
    """The rows of a session's turn log."""

    def read(store: SqlStore, session: str = "s") -> Rows:
        with store.database.transaction(write=False) as db:
            return db.rows(statements.turns_of, session=session)

    return read
