"""The command `remember`."""

from typing import Any

import pytest

from coach.flows.flow import Flow
from coach.record.known import Origin
from coach.vocabulary import commands as c


@pytest.mark.parametrize(
    ("kind", "content", "key", "event"),
    [
        ("fact", " exams are in June ", "fact:", "remembered a fact"),
        ("Instruction", "always ask why", "instruction:", "remembered an instruction"),
        ("entity", "team  lead: Grace", "entity:team lead", "remembered an entity"),
    ],
)
def test_what_is_remembered_is_known(
    walk: Any, grow: Flow, kind: str, content: str, key: str, event: str
) -> None:
    """From this turn on, and the question is asked again."""
    here = walk(grow)(c.Remember(kind=kind, content=content))
    [item] = here.context.known.values()
    assert item.key.startswith(key)
    assert item.origin is Origin.TOLD
    assert here.decision.events == (event,)
    assert here.context.asks == "goal"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ({"kind": "fact", "content": "  "}, "there is nothing to remember: say what"),
        ({"kind": "fact", "content": "x" * 501}, "has 501 characters: remember at most 500"),
        ({"kind": "facts", "content": "x"}, "'facts' cannot be remembered. Did you mean 'fact'?"),
        ({"kind": "message", "content": "x"}, "every message is kept anyway"),
        ({"kind": "entity", "content": "ada@x.org"}, "remembered as 'subject: value'"),
        ({"kind": "fact", "content": "x", "scope": "longterm"}, "Did you mean 'long_term'?"),
    ],
)
def test_what_cannot_be_remembered_is_refused(
    walk: Any, grow: Flow, command: Any, reason: str
) -> None:
    """With a reason, and without a trace."""
    here = walk(grow)(c.Remember(**command))
    assert reason in here.reasons[0]
    assert here.context.known == {}


def test_what_is_known_is_not_remembered_twice(walk: Any, grow: Flow) -> None:
    """Taken, and said to be known."""
    here = walk(grow)(c.Remember(kind="fact", content="x"))(c.Remember(kind="fact", content=" x "))
    assert [r.reason for r in here.decision.rulings] == ["that is known already"]
    assert len(here.context.known) == 1


def test_undo_forgets_what_the_turn_remembered(walk: Any, grow: Flow) -> None:
    """As it takes back answers."""
    here = walk(grow)(c.Remember(kind="fact", content="x"))(c.Undo())
    assert here.context.known == {}
