"""Generated stories about places: going back, asides, triggers, the end."""

from collections.abc import Iterator
from typing import Any

from coach.testing.generated.foreseeing import foresee
from coach.testing.generated.of_answers import first_answers
from coach.testing.generated.prospect import Prospect
from coach.testing.generated.reaching import Route
from coach.testing.generated.tale import Suite, Tale
from coach.vocabulary.commands import (
    Back,
    Clarify,
    Command,
    Correct,
    Decline,
    Digress,
    Handoff,
    Resume,
    Set,
    Trigger,
    Undo,
)

ASIDES: tuple[tuple[str, str, Command, str], ...] = (
    ("digress", "by the way, the weather", Digress(topic="the weather"), "digressed: the weather"),
    ("ask back", "what do you mean?", Clarify(about="the question"), "asked back: the question"),
    (
        "ask for a person",
        "let me talk to somebody",
        Handoff(reason="asked to"),
        "asked for a person: asked to",
    ),
)


def ways_back(route: Route) -> Iterator[Tale]:
    """Back from here, and to every stage before: what was answered since is undone. The same
    answers lead forward again."""
    there = route.there
    if there.finished:
        return
    tale = _with_an_answer(Tale(Suite.BACK, f"back from {there.stage}", route))
    after = foresee(tale.now, [Back()])
    if after.refused:
        tale.name += " in vain"
        yield tale.say("back", Back(), refused={"only": ["back"]})
        return
    yield _again(tale.say("back", Back()), route)
    last = after.stage
    for stage in dict.fromkeys(stop.stage for stop in there.trail[:-1]):
        if stage not in (last, there.stage):
            tale = Tale(Suite.BACK, f"back to {stage} from {there.stage}", route)
            yield tale.say(f"back to {stage}", Back(to=stage))


def _with_an_answer(tale: Tale) -> Tale:
    """An answer to something that is asked here, if it does not lead away."""
    for name, value in first_answers(tale.now):
        command = Set(field=name, value=value)
        after = foresee(tale.now, [command])
        if not after.moves and not after.refused:
            return tale.say(f"{name}: {value}", command)
    return tale


def _again(tale: Tale, route: Route) -> Tale:
    """What was asked where one went back to, answered as before."""
    said = {name: route.answers.get(name) for name in tale.now.open_here()}
    commands = [Set(field=name, value=value) for name, value in said.items() if value is not None]
    if commands and not foresee(tale.now, commands).refused:
        tale.say("all as I said", *commands)
    return tale


def asides(route: Route) -> Iterator[Tale]:
    """A digression, a question back, the wish for a person: nothing moves, and the same question
    is put again; so it is after the person is back."""
    there = route.there
    if there.finished:
        return
    for name, text, command, event in ASIDES:
        tale = Tale(Suite.ASIDE, f"{name} at {there.stage}", route)
        tale.say(text, command, events=[event])
        yield tale.say("where were we?", Resume(), events=["resumed"])


def triggers(route: Route) -> Iterator[Tale]:
    """Every trigger of the flow from here: it leads where its rule says and, if that has a way
    back, from there to the same question; where it is not declared it moves nothing."""
    there = route.there
    if there.finished:
        return
    for name in _all_triggers(route):
        after = foresee(there, [Trigger(name=name)])
        if after.refused:
            tale = Tale(Suite.TRIGGER, f"{name} at {there.stage} in vain", route)
            yield tale.say(name, Trigger(name=name), refused={"only": [{"trigger": name}]})
            continue
        returns = [] if after.finished else [n for n in after.triggers if _leads(after, n, there)]
        for back in returns:
            tale = Tale(Suite.TRIGGER, f"{name} and {back} at {there.stage}", route)
            yield tale.say(name, Trigger(name=name)).say(back, Trigger(name=back))
        if not returns:
            tale = Tale(Suite.TRIGGER, f"{name} at {there.stage}", route)
            yield tale.say(name, Trigger(name=name))


def _leads(after: Prospect, name: str, there: Prospect) -> bool:
    """Whether a trigger leads back to where one was."""
    returned = foresee(after, [Trigger(name=name)])
    return returned.stage == there.stage and not returned.refused


def _all_triggers(route: Route) -> tuple[str, ...]:
    rules = route.there.flow.engine.machine.rules
    named = (rule.transition.trigger for own in rules.values() for rule in own)
    return tuple(dict.fromkeys(name for name in named if name is not None))


def ends(route: Route) -> Iterator[Tale]:
    """Once it has ended, nothing moves it: each command is refused."""
    there = route.there
    if not there.finished:
        return
    name = next((n for n, a in there.answers.items() if a.counts), None)
    commands: list[Command] = [Back(), Undo(), Digress(topic="the weather")]
    if name is not None:
        answer: Any = there.answers[name].value
        commands += [Correct(field=name, value=answer), Decline(field=name)]
    commands += [Trigger(name=trigger) for trigger in _all_triggers(route)]
    for command in commands:
        tale = Tale(Suite.END, f"{command.command} at {there.stage} in vain", route)
        if isinstance(command, Trigger):
            tale.name = f"{command.name} at {there.stage} in vain"
        yield tale.say(command.command, command, refused={"only": [command.command]})
