"""A turn as it is watched: how long each verb took, told as one line in the log and as spans.

The line goes to the logger `coach.turns`, at INFO for what was kept and at WARNING for what
failed; it names what happened and never what was said.
"""

import asyncio
import json
import logging
import time
from collections.abc import Generator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from coach.effects import Effect, Verb
from coach.errors import InputError, SessionBusy
from coach.observing import tracing
from coach.observing.tracing import Span
from coach.stores.values import Claim
from coach.vocabulary.llm import total_usage

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

    from coach.turn import Turn

Effects = Generator[Effect, Any, "Turn"]

log = logging.getLogger("coach.turns")
log.addHandler(logging.NullHandler())  # whoever gets the error need not read it on stderr as well

MOVE = "move"
IN_LINE = (Verb.CLAIM, Verb.WAIT)


def watched(effects: Effects, session_id: str, patient: bool = True) -> Effects:
    """The same effects, watched. Who is not `patient` comes again, when the session is busy, and
    that is not told."""
    tracer = tracing.tracer()
    if tracer is None and not log.isEnabledFor(logging.INFO):
        return _from_afar(effects, session_id, patient)
    return _closely(effects, Watch(tracer, session_id, patient))


def _from_afar(effects: Effects, session_id: str, patient: bool) -> Effects:
    try:
        return (yield from effects)
    except Exception as error:
        if patient or not isinstance(error, SessionBusy):
            _tell(_failure(session_id, error), error)
        raise


def _closely(effects: Effects, watch: "Watch") -> Effects:
    step = partial(next, effects)
    watch.begin()
    try:
        while True:
            effect = watch.between(step)
            try:
                value = yield watch.performing(effect)
            except BaseException as error:
                watch.performed(None, error)
                step = partial(effects.throw, error)
            else:
                watch.performed(value)
                step = partial(effects.send, value)
    except StopIteration as done:
        watch.kept(done.value)
        turn: Turn = done.value
        return turn
    except BaseException as error:
        watch.failed(error)
        raise
    finally:
        effects.close()


class Watch:
    """What is known of one turn in progress."""

    def __init__(self, tracer: "Tracer | None", session_id: str, patient: bool) -> None:
        self._tracer = tracer
        self._patient = patient
        self._said: dict[str, Any] = {"session": session_id}
        self._ms: dict[str, float] = {}
        self._verb = ""
        self._since = 0
        self._turn: Span | None = None
        self._effect: Span | None = None

    def begin(self) -> None:
        if self._tracer is not None:
            self._turn = Span(self._tracer, "coach.turn")

    def between(self, step: "partial[Effect]") -> Effect:
        """What the turn does by itself: from what was heard to what is folded it moves."""
        began = time.time_ns()
        effect: Effect = step() if self._turn is None else self._turn.below(step)
        if effect.verb is Verb.FOLD:
            self._took(MOVE, time.time_ns() - began)
            if self._tracer is not None:
                Span(self._tracer, "coach.move", within=self._turn, since=began).end()
        return effect

    def performing(self, effect: Effect) -> Effect:
        """It begins; what waits in line goes on until there is a claim."""
        if effect.verb not in IN_LINE or self._verb != Verb.CLAIM:
            self._verb, self._since = effect.verb, time.perf_counter_ns()
            if self._tracer is not None:
                self._effect = Span(self._tracer, f"coach.{effect.verb}", within=self._turn)
        if self._effect is None:
            return effect
        return replace(effect, run=partial(self._effect.below, effect.run))

    def performed(self, value: Any, error: BaseException | None = None) -> None:
        """It is over, unless it waits on."""
        if self._verb == Verb.CLAIM and error is None and not isinstance(value, Claim):
            return
        self._took(self._verb, time.perf_counter_ns() - self._since)
        if isinstance(value, Claim):
            self._said |= {"flow": value.context.flow, "stage": value.context.stage}
        if self._effect is not None:
            self._effect.end(error)

    def kept(self, turn: "Turn") -> None:
        """The turn is there."""
        self._said |= _result(turn)
        if self._turn is not None and tracing.with_content():
            self._turn.note({"coach.text": turn.text, "coach.reply": turn.reply})
        self._over()

    def failed(self, error: BaseException) -> None:
        """There is none. Who comes again is not told of."""
        if not self._patient and isinstance(error, SessionBusy):
            return
        self._said |= _failure(self._said["session"], error) | {"at": self._verb}
        self._over(error)

    def _took(self, verb: str, ns: int) -> None:
        self._ms[verb] = round(self._ms.get(verb, 0) + ns / 1e6, 1)

    def _over(self, error: BaseException | None = None) -> None:
        said = self._said | {f"{verb}_ms": ms for verb, ms in self._ms.items()}
        said |= {} if self._turn is None else self._turn.ids
        _tell(said, error)
        if self._turn is not None:
            self._turn.note({f"coach.{name}": value for name, value in self._said.items()})
            self._turn.end(error if _is_failure(error) else None)


def _result(turn: "Turn") -> dict[str, Any]:
    outcome = "repeated" if turn.repeated else "partial" if turn.partial else "kept"
    said: dict[str, Any] = {
        "session": turn.session_id,
        "stage": turn.stage,
        "turn": turn.revision,
        "moves": tuple(map(str, turn.moves)),
        "outcome": outcome,
    }
    if turn.calls and not turn.repeated:
        used = total_usage(turn.calls)
        said["llm"] = ", ".join(dict.fromkeys(call.llm for call in turn.calls))
        said["calls"] = len(turn.calls)
        said |= used.model_dump()
    return said


def _failure(session_id: str, error: BaseException) -> dict[str, Any]:
    outcome = "failed" if _is_failure(error) else "refused"
    if isinstance(error, asyncio.CancelledError | GeneratorExit | KeyboardInterrupt):
        outcome = "cancelled"
    return {"session": session_id, "outcome": outcome, "error": type(error).__name__}


def _is_failure(error: BaseException | None) -> bool:
    """What a person or a host passes in that cannot be taken is no failure of ours."""
    return isinstance(error, Exception) and not isinstance(error, InputError)


def _tell(said: dict[str, Any], error: BaseException | None = None) -> None:
    level = logging.WARNING if _is_failure(error) else logging.INFO
    if log.isEnabledFor(level):
        words = " ".join(f"{name}={_word(value)}" for name, value in said.items() if value != ())
        log.log(level, "%s", words, extra={"coach": said})


def _word(value: Any) -> str:
    """A value on one line, in quotes where it would not be one word."""
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    plain = text.isascii() and text.isprintable() and not any(sign in text for sign in ' "=')
    return text if plain and text else json.dumps(text)
