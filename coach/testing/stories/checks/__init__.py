"""Checks: what a turn of a story expects, held against what came of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from coach.testing.stories.checks.answers import check_answers
from coach.testing.stories.checks.events import check_commands, check_events, check_refused
from coach.testing.stories.checks.gathered import (
    check_artifacts,
    check_assumptions,
    check_tasks,
)
from coach.testing.stories.checks.moves import check_finished, check_moves, check_stage, check_why
from coach.testing.stories.checks.prompt import check_prompt
from coach.testing.stories.checks.questions import check_asks, check_confirms, check_reply
from coach.testing.stories.checks.seen import Seen
from coach.testing.stories.expect import Expect
from coach.testing.stories.results import Failure

Check = Callable[[Seen, Expect], Iterator[Failure]]

CHECKS: tuple[Check, ...] = (
    *(check_stage, check_moves, check_why, check_finished),
    *(check_answers, check_asks, check_confirms),
    *(check_events, check_commands, check_refused),
    *(check_artifacts, check_tasks, check_assumptions),
    *(check_prompt, check_reply),
)


def check(seen: Seen, expect: Expect) -> list[Failure]:
    """Everything that is not as expected, each with where the story says so."""
    found = (failure for each in CHECKS for failure in each(seen, expect))
    return [replace(failure, place=("expect", *failure.place)) for failure in found]
