"""What it costs to watch turns, beside turns that nobody watches.

Side by side in one run, in interleaved rounds, offline turns on a store in memory; CPU time:

bare    the turn alone
quiet   as every program has it: no logging set up, no OpenTelemetry
lines   the logger `coach.turns` at INFO, each line formatted as JSON
spans   OpenTelemetry's SDK with an exporter that throws away (needs coachflow[dev])

    python benchmarks/observing.py [--rounds 40] [--turns 25]
"""

import argparse
import logging
import statistics
import time
from collections.abc import Callable

import coach
from coach.effects import drive
from coach.observing import JsonLines
from coach.turn import take_turn

WORDS = ("after work I am tired ", "the evenings are short ")
Rival = Callable[[int], None]


class Nowhere(logging.Handler):
    """Formats, and throws away."""

    def emit(self, record: logging.LogRecord) -> None:
        self.format(record)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--turns", type=int, default=25)
    options = parser.parse_args()
    rivals = {"bare": _bare(), "quiet": _quiet(), "lines": _lines(), "spans": _spans()}
    took: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(options.rounds):
        for name, run in rivals.items():
            began = time.process_time()
            run(options.turns)
            took[name].append((time.process_time() - began) / options.turns)
    bare = statistics.median(took["bare"])
    for name, times in took.items():
        middle = statistics.median(times)
        print(f"{name:6} {middle * 1e3:8.3f} ms  {middle / bare:6.3f} x")


def _talk() -> coach.Session:
    talk = coach.Bot("grow").session()
    for line in ("write a thesis", "a bound copy", "9", "3", "a diary", "no time in the evening"):
        talk.say(line)
    return talk


def _said(turn: int) -> str:
    return f"change obstacle: {WORDS[turn % 2]}{turn}"


def _bare() -> Rival:
    talk = _talk()

    def run(turns: int) -> None:
        for turn in range(turns):
            key = f"{time.perf_counter_ns()}"
            drive(take_turn(talk.services, talk.id, _said(turn), key))

    return run


def _quiet() -> Rival:
    talk = _talk()
    return lambda turns: [talk.say(_said(turn)) for turn in range(turns)] and None


def _lines() -> Rival:
    quiet, log, handler = _quiet(), logging.getLogger("coach.turns"), Nowhere()
    handler.setFormatter(JsonLines())

    def run(turns: int) -> None:
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        quiet(turns)
        log.setLevel(logging.NOTSET)
        log.removeHandler(handler)

    return run


def _spans() -> Rival:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    quiet, provider, exporter = _quiet(), TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    def run(turns: int) -> None:
        trace._TRACER_PROVIDER = provider
        quiet(turns)
        trace._TRACER_PROVIDER = None
        exporter.clear()

    return run


if __name__ == "__main__":
    main()
