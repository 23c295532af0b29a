"""Taking a session off the shelf: every row that names it."""

from coach.stores import statements
from coach.stores.connect import Db


def session(db: Db, session_id: str) -> bool:
    """Delete the rows of a session in every table; False when there was none."""
    gone = {
        name: db.run(statement, {"session": session_id})
        for name, statement in statements.delete_session.items()
    }
    return gone[statements.CONTEXT.name] == 1
