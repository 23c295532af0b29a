"""How much a store holds."""

from coach.session import Session
from coach.stores.sizes import sizes


def test_each_table_has_its_rows_and_bytes(talk: Session):
    """Indexes included; a table of nothing has no rows."""
    talk.say("run a marathon")
    found = {table.name: table for table in sizes(talk.services.store.database)}
    assert found["coach_message"].rows == 3
    assert found["coach_artifact"].rows == 0
    assert all(table.bytes is None or table.bytes >= 0 for table in found.values())
