"""Played stories: what they went through, and which parts of templates their turns are made from.

A story's pages are rendered only where it looks at them, so they are rendered once more here, with
templates that tell.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from coach.errors import PromptError
from coach.flows.flow import Flow
from coach.prompting.template import Templates
from coach.record.context import CoachContext
from coach.testing.coverage.hits import Sight
from coach.testing.stories.results import StoryResult
from coach.views import Occasion
from coach.voice import Voice

WALKED = ("stage:", "rule:", "guard:")


def story_hits(sight: Sight, result: StoryResult) -> Counter[str]:
    """The items that a story was at. The way to where it starts in the middle of a flow counts
    as moves; what is answered and skipped there is nobody's doing."""
    found: Counter[str] = Counter()
    before = None
    for decision in result.opening.decisions if result.opening is not None else ():
        hits = sight.hits(decision, before)
        before = decision.stage
        for key, times in hits.items():
            if result.story.start is None or key.startswith(WALKED):
                found[key] += times
    for turn in result.turns:
        if turn.played is not None:
            found += sight.hits(turn.played.decision, turn.played.before.stage)
    return found


def render(flow: Flow, result: StoryResult, templates: Templates) -> None:
    """Render the greeting, and the reply and the page of every turn."""
    voice = Voice(templates)
    for context, occasion, at in _moments(result):
        try:
            view = voice.view(flow, context, at, occasion)
            voice.reply(flow, view)
            voice.page(flow, view)
        except PromptError:  # the story itself tells, if it looks at it
            continue


def _moments(result: StoryResult) -> Iterator[tuple[CoachContext, Occasion, datetime]]:
    """What was to be said, each with what had been said before."""
    if result.opening is not None:
        opening, *_ = result.opening.decisions[-1:]
        resumed = result.story.start is not None
        occasion = Occasion(resumed=True) if resumed else Occasion.of(opening, None)
        yield _without(result.opening.context, 1), occasion, result.story.begins
    for turn in result.turns:
        if turn.played is not None:
            occasion = Occasion.of(turn.played.decision, turn.turn.user)
            yield _without(turn.played.context, 2), occasion, turn.played.at


def _without(context: CoachContext, last: int) -> CoachContext:
    """The context before the last messages were said."""
    twin = context.fork()
    twin.show_window(twin.conversation_history[:-last])
    return twin
