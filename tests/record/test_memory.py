"""A memory: its words, and what may be attached to it."""

from collections.abc import Callable
from typing import Any

import pytest

from coach.errors import InvalidValue
from coach.record.memory import (
    LONGEST,
    MemoryContext,
    MemoryKind,
    MemoryScope,
    clean_content,
    clean_contexts,
    clean_name,
    kind_of,
    scope_of,
)


def test_kinds_and_scopes_are_those_of_seed_003() -> None:
    """Six kinds, three scopes."""
    assert [*MemoryKind] == ["message", "entity", "fact", "context", "summary", "instruction"]
    assert [*MemoryScope] == ["working", "short_term", "long_term"]


def test_what_is_about_the_person_is_kept_for_long() -> None:
    """Everything else is the session's."""
    long = {kind for kind in MemoryKind if kind.scope is MemoryScope.LONG_TERM}
    assert long == {"entity", "fact", "instruction"}
    assert {kind.scope for kind in MemoryKind} == {"long_term", "short_term"}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: kind_of("facts"), "there is no kind 'facts' of memories. Did you mean 'fact'?"),
        (lambda: scope_of("ever"), "there is no scope 'ever'"),
        (lambda: clean_content(" \u200b\n"), "a memory without content"),
        (lambda: clean_content("x" * (LONGEST + 1)), "take at most 100,000"),
        (lambda: clean_content(7), "is text, not 7"),  # type: ignore[arg-type]
        (lambda: clean_name("a\nb", "key"), r"key 'a\\nb' is not usable"),
        (lambda: clean_name("", "source"), "source '' is not usable"),
        (lambda: clean_contexts([{"kind": "x"}]), "a context of a memory is"),
        (lambda: clean_contexts([{"type": "x", "data": {"a": object()}}]), "only plain JSON"),
    ],
)
def test_what_cannot_be_kept_is_named(make: Callable[[], Any], says: str) -> None:
    """With what would have worked."""
    with pytest.raises(InvalidValue, match=says):
        make()


def test_words_are_kept_as_written_but_for_what_no_store_holds() -> None:
    """NUL is dropped, a lone surrogate is replaced."""
    assert clean_content(" a\0b\ud800 ") == " ab\ufffd "


def test_a_context_may_be_a_mapping() -> None:
    """Or a value, which stays as it is."""
    given = [{"type": "relation", "data": {"of": "Ada"}}, MemoryContext(type="source")]
    assert clean_contexts(given)[0].data == {"of": "Ada"}
    assert clean_contexts(given)[1] == given[1]
