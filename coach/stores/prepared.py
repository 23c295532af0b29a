"""Core statements, compiled once and then run on the driver's own connection.

SQLAlchemy writes the SQL and knows the column types; running the compiled text directly saves
most of its cost per execution, which would be the larger part of a turn.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Executable, Float
from sqlalchemy.sql.compiler import SQLCompiler

from coach.stores.damage import readable

Convert = Callable[[Any], Any]
Values = Mapping[str, Any]


class Prepared:
    """One statement for one dialect: its SQL text, and how values go in and rows come out."""

    __slots__ = ("_bind", "_columns", "_fixed", "_names", "_positional", "_results", "sql")

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)  # noqa: S101  # DDL is not prepared
        self.sql = str(compiled)
        self._positional = bool(compiled.positional)
        self._names = tuple(compiled.positiontup or compiled.binds)
        self._fixed = {n: b.value for n, b in compiled.binds.items() if not b.required}
        self._bind = _bind_processors(compiled, dialect, self._names)
        self._columns, self._results = _result_processors(statement, dialect)

    def parameters(self, values: Values) -> Any:
        """Values as the driver takes them: a list, or a dict where the driver wants names."""
        known = {**self._fixed, **values} if self._fixed else values
        converted = [
            known[name] if convert is None else convert(known[name]) for name, convert in self._bind
        ]
        return converted if self._positional else dict(zip(self._names, converted, strict=True))

    @readable
    def row(self, raw: Sequence[Any]) -> dict[str, Any]:
        """A driver's row as values by column name."""
        return {
            name: value if convert is None or value is None else convert(value)
            for name, value, convert in zip(self._columns, raw, self._results, strict=True)
        }


def _bind_processors(
    compiled: SQLCompiler, dialect: Dialect, names: tuple[str, ...]
) -> tuple[tuple[str, Convert | None], ...]:
    kinds = [compiled.binds[name].type.dialect_impl(dialect) for name in names]
    return tuple(
        (name, kind.bind_processor(dialect)) for name, kind in zip(names, kinds, strict=True)
    )


def _result_processors(
    statement: Any, dialect: Dialect
) -> tuple[tuple[str, ...], tuple[Convert | None, ...]]:
    columns = getattr(statement, "selected_columns", None)
    if columns is None:
        return (), ()
    names = tuple(column.name for column in columns)
    return names, tuple(_result_processor(column.type, dialect) for column in columns)


def _result_processor(kind: Any, dialect: Dialect) -> Convert | None:
    """Drivers give floats as floats; what SQLAlchemy would do depends on codes of the driver."""
    if isinstance(kind, Float):
        return None
    found: Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return found
