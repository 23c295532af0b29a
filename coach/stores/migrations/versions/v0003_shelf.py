"""Version 3: people, and the order in which each opened their sessions."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"

# Until now rows of one instant were told apart by the order they were written in.
NUMBERED = """
UPDATE coach_context SET ordinal = (
    SELECT count(*) FROM coach_context AS other
    WHERE other.user_id = coach_context.user_id
    AND (other.created_at, other.rowid) <= (coach_context.created_at, coach_context.rowid)
)
"""
PEOPLE = """
INSERT INTO coach_person (user_id, sessions, revision, state, created_at, updated_at)
SELECT user_id, count(*), 0, '{}', min(created_at), max(created_at)
FROM coach_context GROUP BY user_id
"""


def upgrade() -> None:
    """Only SQLite files were ever of version 2."""
    _people()
    op.drop_table("coach_schema")


def _people() -> None:
    op.create_table(
        "coach_person",
        sa.Column("user_id", sa.String(200), primary_key=True),
        sa.Column("sessions", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("updated_at", sa.String(32), nullable=False),
    )
    ordinal = sa.Column("ordinal", sa.Integer, nullable=False, server_default="0")
    op.add_column("coach_context", ordinal)
    op.execute(NUMBERED)
    op.execute(PEOPLE)
    op.drop_index("ix_coach_context_user_id", "coach_context")
    op.create_index("coach_context_of_user", "coach_context", ["user_id", "ordinal"])
    op.create_index("coach_context_by_time", "coach_context", ["updated_at"])
