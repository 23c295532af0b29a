"""A first story for a flow: somebody answers the first question, and what comes of it."""

from coach.errors import InputError
from coach.flows.flow import Flow
from coach.testing.stories.player import Player
from coach.testing.stories.story import Story, StoryTurn
from coach.testing.stories.writing import write_story
from coach.vocabulary.fields import BaseField, ChoiceField, ListField, NumberField, RatingField

LONGEST = 200
WORDS = {
    "yesno": "yes",
    "date": "tomorrow",
    "email": "ada@example.org",
    "text": "something that matters to me",
}
NOTES = """\
Play it:  coach story run   or   pytest
What a turn may expect: stage, moves, answers, asks, events, commands, why, prompt, reply, …
See 'coach story schema' for all of it."""


def new_story(flow: Flow, name: str, player: Player) -> str:
    """The text of a story file that passes as it is. InputError for what is no name of one."""
    check_name(name)
    turn = StoryTurn(user=_words(flow))
    story = Story(story=name, flow=flow.name, turns=(turn,))
    played = player.play(story).turns[0].played
    expect: dict[str, object] = {}
    if played is not None:
        answers = {n: a.value for n, a in played.context.answers.items() if a.counts}
        expect = {"stage": played.stage, "answers": answers, "asks": played.decision.asks}
    return write_story(story, [expect], NOTES)


def check_name(name: str) -> None:
    """InputError for what is no name of a story."""
    if not name.strip() or not name.isprintable() or len(name) > LONGEST:
        raise InputError(
            f"{name!r:.40} is no name for a story: one line of at most {LONGEST} characters"
        )


def _words(flow: Flow) -> str:
    """What could be said to the first question."""
    asks = flow.begin().decision.asks
    return _example(flow.fields[asks]) if asks is not None else "hello"


def _example(field: BaseField) -> str:
    if field.examples:
        return field.examples[0]
    match field:
        case ChoiceField(choices=(first, *_)):
            return first
        case RatingField(highest=highest):
            return str(highest)
        case NumberField(minimum=minimum):
            return str(max(minimum or 0, 3))
        case ListField(at_least=least):
            return ", ".join(f"thing {number + 1}" for number in range(max(least, 2)))
    return WORDS.get(str(getattr(field, "type", "text")), WORDS["text"])
