"""Rows: a registry of their own, and JSON that refuses what JSON cannot hold."""

import pytest
from sqlalchemy.dialects import sqlite
from sqlmodel import SQLModel

from coach.record.answer import AnswerRow
from coach.record.base import JsonText, RawJson, Row, dump_json

COLUMN = JsonText()
DIALECT = sqlite.dialect()


def test_our_tables_do_not_mix_with_a_hosts() -> None:
    """A host's SQLModel.metadata.create_all() does not create our tables."""
    assert "coach_answer" in Row.metadata.tables
    assert "coach_answer" not in SQLModel.metadata.tables
    assert AnswerRow.__tablename__ == "coach_answer"


@pytest.mark.parametrize("value", [{"a": [1, "é", None, True, 0.5]}, [], "x", 0, False])
def test_json_comes_back_as_it_was(value: object) -> None:
    """Plain data through a text column."""
    kept = COLUMN.process_bind_param(value, DIALECT)
    assert repr(COLUMN.process_result_value(kept, DIALECT)) == repr(value)


def test_none_is_no_json() -> None:
    """A missing value is NULL, not 'null'."""
    assert COLUMN.process_bind_param(None, DIALECT) is None
    assert COLUMN.process_result_value(None, DIALECT) is None


def test_raw_json_is_kept_without_another_pass() -> None:
    """What pydantic has written is JSON already."""
    assert COLUMN.process_bind_param(RawJson('{"a":1}'), DIALECT) == '{"a":1}'
    assert COLUMN.process_bind_param("a", DIALECT) == '"a"'


def test_nan_is_refused() -> None:
    """It is no JSON, and some stores would take it."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump_json({"score": float("nan")})
