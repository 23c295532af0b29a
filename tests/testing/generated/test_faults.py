"""Generated stories notice faults of the engine: each is planted, and told by its kind."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from coach import load
from coach.flows import answers, engine, patterns
from coach.flows.engine import HANDLERS, Engine
from coach.flows.machine import FlowMachine
from coach.flows.walker import Walker
from coach.testing.generated.flight import play
from coach.testing.generated.generate import generate
from coach.testing.generated.tale import Suite
from coach.testing.stories.player import Player
from coach.testing.stories.results import Kind
from coach.vocabulary.commands import Command, Decline

Plant = Callable[[pytest.MonkeyPatch], None]
STEP = Engine.step


def nothing(*given: Any) -> str:
    return ""


def correct_without_staleness(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answers, "_mark_stale", lambda walker, name: [])


def correct_without_walking_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(patterns, "revisit", nothing)


def correct_that_keeps_the_old_value_on_the_page(patch: pytest.MonkeyPatch) -> None:
    def correct(engine: Engine, walker: Walker, command: Any) -> str:
        walker.context.add_section("before", str(walker.context.value(command.field)))
        return answers.correct(engine, walker, command)

    patch.setitem(HANDLERS, "correct", correct)  # type: ignore[arg-type]


def back_without_undoing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(patterns, "_restore", nothing)


def back_to_the_very_start(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(patterns, "_earlier", lambda walker, to: 0)


def decline_that_does_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(HANDLERS, "decline", nothing)  # type: ignore[arg-type]


def decline_of_what_is_needed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answers, "may_skip", lambda *given: True)


def one_command_a_message(patch: pytest.MonkeyPatch) -> None:
    def step(self: Engine, context: Any, commands: Sequence[Command], *rest: Any) -> Any:
        return STEP(self, context, commands[:1] if context.messages else commands, *rest)

    patch.setattr(Engine, "step", step)


def each_message_on_the_opening(patch: pytest.MonkeyPatch) -> None:
    def step(self: Engine, context: Any, *rest: Any) -> Any:
        if context.revision > 0:
            context = context.fork()
            context.answers = {n: a for n, a in context.answers.items() if a.revision < 1}
        return STEP(self, context, *rest)

    patch.setattr(Engine, "step", step)


def undo_that_does_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(HANDLERS, "undo", nothing)  # type: ignore[arg-type]


def a_digression_that_skips_the_question(patch: pytest.MonkeyPatch) -> None:
    def digress(engine: Engine, walker: Walker, command: Any) -> str:
        if walker.context.asks is not None:
            answers.put_declined(walker, Decline(field=walker.context.asks).field)
        return ""

    patch.setitem(HANDLERS, "digress", digress)  # type: ignore[arg-type]


def a_pause_that_forgets_the_place(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Walker, "remembered", lambda walker, rule: rule.fallback or walker.flow.start)


def triggers_that_nobody_hears(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FlowMachine, "triggers", lambda machine, leaf: ())


def a_session_that_never_ends(patch: pytest.MonkeyPatch) -> None:
    handle = lambda self, walker, command: HANDLERS[command.command](self, walker, command)  # noqa: E731
    patch.setattr(engine.Engine, "_handle", handle)


@pytest.mark.parametrize(
    ("fault", "suite", "kind"),
    [
        (correct_without_staleness, Suite.CORRECT, Kind.NOT_STALE),
        (correct_without_walking_again, Suite.CORRECT, Kind.MISSING_MOVE),
        (correct_that_keeps_the_old_value_on_the_page, Suite.CORRECT, Kind.PROMPT_FORBIDDEN),
        (back_without_undoing, Suite.BACK, Kind.WRONG_VALUE),
        (back_to_the_very_start, Suite.BACK, Kind.WRONG_STAGE),
        (decline_that_does_nothing, Suite.DECLINE, Kind.MISSING_VALUE),
        (decline_of_what_is_needed, Suite.DECLINE, Kind.WRONG_VALUE),
        (one_command_a_message, Suite.TOGETHER, Kind.MISSING_VALUE),
        (each_message_on_the_opening, Suite.FLIGHT, Kind.MISSING_VALUE),
        (undo_that_does_nothing, Suite.UNDO, Kind.WRONG_VALUE),
        (a_digression_that_skips_the_question, Suite.ASIDE, Kind.WRONG_QUESTION),
        (a_pause_that_forgets_the_place, Suite.TRIGGER, Kind.MISSING_MOVE),
        (triggers_that_nobody_hears, Suite.TRIGGER, Kind.MISSING_MOVE),
        (a_session_that_never_ends, Suite.END, Kind.MISSING_VALUE),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_fault_fails_its_kind(
    fault: Plant, suite: Suite, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the engine does, the same is expected of it; what it does wrong is named."""
    flow = load("grow")
    told = generate(flow, [suite]).stories
    fault(monkeypatch)
    assert generate(load("grow"), [suite]).stories == told
    player = Player(flows={flow.name: flow})
    kinds = {each for story in told for each in play(player, story).kinds}
    assert kind in kinds, kinds
    assert Kind.HARNESS_ERROR not in kinds
