"""Searching by pgvector, where a PostgreSQL database has it: nothing but what is near is read."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Float, String, bindparam, cast, func, select
from sqlalchemy.types import UserDefinedType

from coach.stores.connect import Db

# The schema that the extension was made in, which need not be the store's.
_PLACE = (
    "SELECT quote_ident(n.nspname) FROM pg_extension e "
    "JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'"
)


class _Vector(UserDefinedType[str]):
    cache_ok = True

    def __init__(self, place: str) -> None:
        self.place = place

    def get_col_spec(self, **_: Any) -> str:
        return f"{self.place}.vector"


def place(db: Db) -> str | None:
    """The schema that pgvector is in, as SQL writes it; None where there is none."""
    found = db.text(_PLACE) if db.dialect == "postgresql" else []
    return str(found[0][0]) if found else None


def literal(vector: Any) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{number:.9g}" for number in vector) + "]"


@lru_cache(maxsize=16)
def nearest(vectors: Any, where: str) -> Executable:
    """The items of a statement in the order of their likeness to `query`, from 1 to above 0; of
    vectors that are `size` long."""
    held, kind = vectors.subquery("held"), _Vector(where)
    wanted = cast(bindparam("query", type_=String), kind)
    negative: Any = cast(held.c.vector, kind).op(f"OPERATOR({where}.<#>)", return_type=Float)(
        wanted
    )
    found = (
        select(held.c.item, (-negative).label("likeness"))
        .where(func.cardinality(held.c.vector) == bindparam("size"))
        .subquery("found")
    )
    return (
        select(found.c.item)
        .where(found.c.likeness > 0)
        .order_by(found.c.likeness.desc(), found.c.item.desc())
        .limit(bindparam("near"))
    )
