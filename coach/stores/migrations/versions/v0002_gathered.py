"""Version 2: what gathers in a conversation gets tables, and messages know who withdrew them.

Version 1 kept a summary in the context's state, and of a message only whether it was withdrawn.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"

REWRITES = (
    "UPDATE coach_message SET withdrawn_by = revision + 1 WHERE withdrawn",
    "UPDATE coach_context SET state = json_remove(state, '$.summary')",
    "UPDATE coach_turn SET snapshot = json_remove(snapshot, '$.summary') WHERE snapshot NOTNULL",
    "UPDATE coach_turn SET patch = json_remove(patch, '$[0].value.summary') WHERE number = 0",
    "ALTER TABLE coach_message DROP COLUMN withdrawn",
)


def upgrade() -> None:
    """Only SQLite files were ever of version 1."""
    op.add_column("coach_assumption", _number("tokens"))
    op.add_column("coach_message", sa.Column("withdrawn_by", sa.Integer))
    op.add_column("coach_message", sa.Column("tool_calls", sa.Text))
    op.add_column("coach_message", sa.Column("tool_call_id", sa.String(128)))
    op.add_column("coach_turn", sa.Column("page", sa.Text))
    for sql in REWRITES:
        op.execute(sql)
    _tables()


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def _tables() -> None:
    for name, columns in GATHERED.items():
        key = columns[0]
        parts = ("session_id", key.name)
        op.create_table(
            name,
            sa.Column("session_id", sa.String(128), nullable=False),
            *columns,
            sa.PrimaryKeyConstraint(*parts),
        )
    op.create_table(
        "coach_template",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
    )
    op.create_table(
        "coach_source",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("text", sa.String, nullable=False),
    )


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(64), nullable=False)


def _text(name: str, size: int | None = None, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=nullable)


def _whole(name: str, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _json(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _truth(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _arisen() -> tuple[sa.Column[int], ...]:
    return _whole("message"), _whole("revision", nullable=False)


def _settled() -> tuple[sa.Column[int], ...]:
    return _whole("settled_message"), _whole("settled_revision")


GATHERED: dict[str, tuple[sa.Column[Any], ...]] = {
    "coach_artifact": (
        _id(),
        _text("type", 64),
        _text("name"),
        _text("status", 16),
        _whole("version", nullable=False),
        _text("definition_id", 64, nullable=True),
        _text("content"),
        *_arisen(),
        *_settled(),
        _whole("tokens", nullable=False),
    ),
    "coach_review": (
        _id(),
        _text("artifact_id", 64),
        _text("verdict", 16),
        _text("comment"),
        _text("reviewer", 200),
        _whole("version", nullable=False),
        *_arisen(),
    ),
    "coach_tool_run": (
        _id(),
        _text("tool", 128),
        _json("arguments"),
        _text("result"),
        _truth("success"),
        _text("error", nullable=True),
        *_arisen(),
    ),
    "coach_task": (
        _id(),
        _text("name"),
        _text("status", 16),
        _text("due", 10, nullable=True),
        *_arisen(),
        *_settled(),
    ),
    "coach_section": (
        _text("name", 64),
        _json("content"),
        _whole("priority", nullable=False),
        _text("formatter", 16),
        _truth("include_always"),
        _whole("max_tokens"),
        _text("title", 200),
        *_arisen(),
    ),
    "coach_transition": (
        _id(),
        _text("source", 400),
        _text("to", 400),
        _text("kind", 16),
        _text("because", nullable=True),
        *_arisen(),
    ),
    "coach_summary": (
        _id(),
        _whole("level", nullable=False),
        _whole("first_seq", nullable=False),
        _whole("last_seq", nullable=False),
        _json("lines"),
        _text("strategy", 64),
        _text("encoding", 32),
        _whole("revision", nullable=False),
        _whole("messages", nullable=False),
        _whole("source_tokens", nullable=False),
    ),
}
