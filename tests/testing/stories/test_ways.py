"""Ways of playing: reloaded after each turn, and replayed from the log."""

from datetime import UTC, datetime
from typing import Any

import pytest

from coach.flows.load import parse_flow
from coach.flows.registry import Registry
from coach.record.context import CoachContext
from coach.stores.sql import SqlStore
from coach.stores.values import Claim, Kept
from coach.testing.stories.player import Player
from coach.testing.stories.playing import How
from coach.testing.stories.results import Kind
from coach.testing.stories.ways import differences
from tests.testing.stories.tell import tell

TURNS = "- {user: run far}\n- {user: skip}\n- {user: '9'}\n"
HOWS = [How(reload=True), How(replay=True), How(reload=True, replay=True)]


@pytest.mark.parametrize("how", HOWS, ids=str)
def test_what_passes_goes_on_passing(how: How) -> None:
    """However it is played."""
    result = Player(how=how).play(tell(TURNS, flow="grow"))
    assert result.passed, result.all_failures


@pytest.mark.parametrize("how", HOWS, ids=str)
def test_a_store_that_loses_something_is_found_out(
    how: How, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the name of what is another."""
    commit = SqlStore.commit

    def lossy(store: SqlStore, claim: Claim, kept: Kept) -> None:
        commit(store, claim, kept)
        kept.new.metadata["lost"] = "only here"

    monkeypatch.setattr(SqlStore, "commit", lossy)
    result = Player(how=how).play(tell(TURNS))
    assert result.kinds == (Kind.HARNESS_ERROR,)
    assert result.all_failures[0].message.endswith(": metadata")


def test_a_flow_that_does_not_repeat_itself_is_found_out() -> None:
    """Its commands again lead to another decision."""
    registry, calls = Registry(), []

    @registry.guard
    def by_chance(context: Any) -> bool:
        calls.append(1)
        return len(calls) == 4

    text = "flow: grow\nstart: a\nstages:\n  a: {next: [{to: b, when: by_chance()}]}\n"
    flow = parse_flow(text + "  b: {final: true}\n", registry=registry)
    story = tell("- {user: x, heard: [say_nothing]}\n- {user: y, heard: [say_nothing]}\n")
    result = Player(flows={"grow": flow}, how=How(replay=True)).play(story)
    assert "its commands again lead to another decision" in str(result.all_failures[0])


def test_differences_are_named() -> None:
    """What is the same is not."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    one = CoachContext(session_id="s", created_at=at, updated_at=at)
    other = one.fork()
    assert list(differences(one, other, "it is another")) == []
    other.stage = "x"
    (found,) = differences(one, other, "it is another")
    assert found.message == "it is another: stage"


RECALLS = """\
flow: grow
start: a
context: {window: {messages: 4}, recall: {max_tokens: 400}}
stages:
  a: {next: [{to: b, when: turns_in_stage > 50}]}
  b: {final: true}
"""


def test_a_flow_that_recalls_finds_what_was_said() -> None:
    """Though it has left the window."""
    flow = parse_flow(RECALLS)
    turns = "- {user: my dog is called Bruno, heard: [say_nothing]}\n"
    turns += "".join(f"- {{user: word {n}, heard: [say_nothing]}}\n" for n in range(12))
    turns += "- user: what was my dog called?\n  heard: [say_nothing]\n"
    turns += "  expect: {prompt: {sections: [recalled], has: Bruno}}\n"
    result = Player(flows={"grow": flow}).play(tell(turns))
    assert result.passed, result.all_failures
