"""Version 3: people, the order in which they opened sessions, who called, the store's name."""

import sqlalchemy as sa
from alembic import op

from coach.stores.search.ddl import SQLITE as SEARCH  # a version that changes it keeps this one

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
INSERT INTO coach_person (user_id, sessions, memories, created_at)
SELECT user_id, count(*), 0, min(created_at)
FROM coach_context GROUP BY user_id
"""
PARTIES = (
    "UPDATE coach_context SET caller_id = user_id",
    "UPDATE coach_context SET progress = coalesce(json_extract(state, '$.progress'), 0)",
    "UPDATE coach_context SET state = json_remove(state, '$.progress')",
)
INDEXES = {
    "coach_context_of_user": ["user_id", "ordinal"],
    "coach_context_of_caller": ["caller_id", "created_at"],
    "coach_context_of_account": ["account_id", "created_at"],
    "coach_context_by_begin": ["created_at"],
    "coach_context_by_time": ["updated_at"],
    "coach_context_by_age": ["flow", "status", "updated_at"],
}
SUMS = ("llm_calls", "input_tokens", "cached_tokens", "output_tokens", "llm_ms")
MEMORY_INDEXES = {
    "memory_in_order": ["user_id", "account_id", "number"],
    "memory_of_key": ["user_id", "account_id", "kind", "key"],
    "memory_of_session": ["session_id"],
    "memory_by_end": ["expires_at"],
}


def upgrade() -> None:
    """Only SQLite files were ever of version 2."""
    _people()
    _parties()
    op.drop_index("ix_coach_context_user_id", "coach_context")
    for name, columns in INDEXES.items():
        op.create_index(name, "coach_context", columns)
    _absences()
    _erasures()
    _identity()
    _retries()
    _calls()
    _line()
    _intents()
    _due()
    _memories()
    _vectors()
    op.drop_table("coach_schema")


def _people() -> None:
    op.create_table(
        "coach_person",
        sa.Column("user_id", sa.String(200), primary_key=True),
        sa.Column("sessions", sa.Integer, nullable=False),
        sa.Column("memories", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
    )
    ordinal = sa.Column("ordinal", sa.Integer, nullable=False, server_default="0")
    op.add_column("coach_context", ordinal)
    op.execute(NUMBERED)
    op.execute(PEOPLE)
    op.create_table(
        "coach_profile",
        *_whose(),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_table(
        "coach_achievement",
        *_whose(),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("session", sa.String(128)),
        sa.Column("detail", sa.String, nullable=False),
    )


def _whose() -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(n, sa.String(200), primary_key=True) for n in ("user_id", "account_id"))


def _parties() -> None:
    """Whom a session is with, and what it comes to, as columns."""
    for column in (
        sa.Column("caller_id", sa.String(200), nullable=False, server_default=""),
        sa.Column("account_id", sa.String(200)),
        sa.Column("tool_calls", sa.Integer, nullable=False, server_default="0"),
        sa.Column("progress", sa.Float, nullable=False, server_default="0"),
        sa.Column("last_message_at", sa.String(32)),
    ):
        op.add_column("coach_context", column)
    for sql in PARTIES:
        op.execute(sql)


def _absences() -> None:
    """What tells which messages stood at an earlier turn; few rows have any of it."""
    op.add_column("coach_message", sa.Column("absences", sa.Text))
    _where("message_withdrawn", "withdrawn_by", "withdrawn_by")
    _where("message_absent", "seq", "absences")


def _retries() -> None:
    """When a turn that nobody finished is tried again, and what came of it."""
    for column in (
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("retry_at", sa.BigInteger),
        sa.Column("problem", sa.String),
    ):
        op.add_column("coach_turn", column)
    only = sa.text("status = 'pending'")
    op.create_index(
        "turn_pending", "coach_turn", ["retry_at"], sqlite_where=only, postgresql_where=only
    )


def _calls() -> None:
    """What a turn's llm was asked, how many messages a turn has, and which was broken off."""
    op.add_column("coach_message", sa.Column("partial", sa.Boolean))
    for name in ("said", *SUMS):
        op.add_column("coach_turn", sa.Column(name, sa.Integer))
    only = sa.text("llm_ms IS NOT NULL")
    op.create_index(
        "turn_asked",
        "coach_turn",
        ["at", "session_id", *SUMS],
        sqlite_where=only,
        postgresql_where=only,
    )
    op.add_column("coach_turn", sa.Column("calls", sa.Text))
    op.execute("UPDATE coach_turn SET said = 1 WHERE number = 0 AND first_seq IS NOT NULL")


def _line() -> None:
    """Messages that wait for other turns of their session, and turns that are to stop."""
    op.add_column("coach_turn", sa.Column("waits_until", sa.BigInteger))
    op.add_column("coach_turn", sa.Column("fence", sa.Integer))
    op.add_column("coach_context", sa.Column("stop", sa.Integer))
    only = sa.text("waits_until IS NOT NULL")
    op.create_index(
        "turn_in_line",
        "coach_turn",
        ["session_id", "number"],
        sqlite_where=only,
        postgresql_where=only,
    )


def _intents() -> None:
    """What a turn is about to ask of tools, until it is kept."""
    op.create_table(
        "coach_tool_intent",
        sa.Column("session_id", sa.String(128), primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("said", sa.String, nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
    )


def _due() -> None:
    op.add_column("coach_context", sa.Column("due_at", sa.String(32)))
    only = sa.text("due_at IS NOT NULL")
    op.create_index(
        "coach_context_due",
        "coach_context",
        ["flow", "due_at"],
        sqlite_where=only,
        postgresql_where=only,
    )


def _memories() -> None:
    op.create_table(
        "coach_memory",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(200), nullable=False),
        sa.Column("account_id", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("session_id", sa.String(128)),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("key", sa.String(200)),
        sa.Column("content", sa.String, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("contexts", sa.Text, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("encoding", sa.String(32), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("expires_at", sa.String(32)),
        sa.Column("superseded_by", sa.String(64)),
        sa.Column("superseded_at", sa.String(32)),
    )
    for name, columns in MEMORY_INDEXES.items():
        op.create_index(name, "coach_memory", columns)
    for sql in SEARCH:
        op.execute(sql)


def _vectors() -> None:
    op.create_table(
        "coach_message_vector",
        sa.Column("session_id", sa.String(128), primary_key=True),
        sa.Column("embedder", sa.String(64), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id", "seq"],
            ["coach_message.session_id", "coach_message.seq"],
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "coach_memory_vector",
        sa.Column("memory_id", sa.String(64), primary_key=True),
        sa.Column("embedder", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(200), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["memory_id"], ["coach_memory.id"], ondelete="CASCADE"),
    )
    op.create_index("memory_vector_of_user", "coach_memory_vector", ["user_id"])


def _where(name: str, column: str, there: str) -> None:
    only = sa.text(f"{there} IS NOT NULL")
    op.create_index(
        name, "coach_message", ["session_id", column], sqlite_where=only, postgresql_where=only
    )


def _erasures() -> None:
    op.create_table(
        "coach_erasure",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sessions", sa.Integer, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )


def _identity() -> None:
    op.create_table(
        "coach_store",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
    )
