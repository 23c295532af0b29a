"""PostgreSQL through psycopg 3. Whoever wants to write a session locks its row."""

from typing import Any, ClassVar

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import QueuePool

from coach.stores.drivers.base import Driver

# A transaction is never held over a call: one that idles this long is ended by the server.
IDLE_MS = 10_000
LOCK_MS = 60_000
POOL = 5
SCHEMA_LOCK = 0x636F616368  # 'coach': what a process holds while it makes or changes tables


class PostgresqlDriver(Driver):
    """One database, or one schema of it."""

    foreign: ClassVar[tuple[type[Exception], ...]] = (psycopg.Error, UnicodeError, OverflowError)
    now_ms: ClassVar[str] = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
    table_names: ClassVar[str] = (
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
    )
    column_names: ClassVar[str] = (
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = '{table}'"
    )
    table_bytes: ClassVar[str] = (
        "SELECT tablename, pg_total_relation_size(format('%I.%I', schemaname, tablename)) "
        "FROM pg_tables WHERE schemaname = current_schema()"
    )
    lock_schema: ClassVar[str | None] = f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})"

    def engine(self) -> Engine:
        return create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=POOL,
            max_overflow=2 * POOL,
        )

    def _connect(self) -> psycopg.Connection[Any]:
        settings = {
            "idle_in_transaction_session_timeout": str(IDLE_MS),
            "lock_timeout": str(LOCK_MS),
            "timezone": "UTC",
        }
        if self.address.schema is not None:
            settings["search_path"] = f'"{self.address.schema}"'
        raw = psycopg.connect(
            **self.address.login,
            options=" ".join(f"-c {name}={value}" for name, value in settings.items()),
            autocommit=True,
            client_encoding="utf-8",
        )
        if self.address.schema is not None:
            raw.execute(f'CREATE SCHEMA IF NOT EXISTS "{self.address.schema}"')
        return raw

    def begin(self, raw: Any, write: bool) -> None:
        """READ COMMITTED for writing, which sees what it waited for; a snapshot for reading."""
        raw.execute("BEGIN" if write else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def scrub(self, raw: Any) -> bool:
        """Dead rows leave their pages now, and not when the server gets round to it."""
        for (name,) in raw.execute(self.table_names).fetchall():
            raw.execute(f'VACUUM "{name}"')
        return True

    def is_lost(self, error: BaseException) -> bool:
        """Broken off, ended by the server, or the server is going down or coming up."""
        if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return isinstance(error, psycopg.errors.IdleInTransactionSessionTimeout)
        state = getattr(error, "sqlstate", None)
        return state is None or state.startswith(("08", "57P"))
