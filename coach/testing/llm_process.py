"""The fake server of an llm as a process of its own: for demos, benchmarks and sudden deaths."""

import argparse
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from coach.errors import InputError, LlmUnavailable
from coach.testing.llm_demo import WORDS, demonstration, hearing
from coach.testing.llm_faults import Fault
from coach.testing.llm_server import FakeLlmServer

FAULT = "fault"


class LlmProcess:
    """`python -m coach.testing.llm_server` with these arguments, as long as the `with` lasts.

    with LlmProcess("--latency", "0.2") as server:
        print(server.url)
    """

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "coach.testing.llm_server", *self._arguments]
        self._process = subprocess.Popen(  # noqa: S603  # our own program
            command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self.kill()
            raise LlmUnavailable(f"the server does not start: {' '.join(command)}")
        self.url = line.strip()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """As a crash would end it."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the process is told to end."""
    given = _parser().parse_args(arguments)
    try:
        script = read_script(given.script) if given.script else []
        hear = hearing(_read(given.hear)) if given.hear else None
    except InputError as error:
        raise SystemExit(str(error)) from None
    server = FakeLlmServer(
        *script,
        handler=demonstration(hear, given.words or WORDS),
        latency=given.latency,
        chunk_latency=given.chunk_latency,
        port=given.port,
    )
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    with server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        told.wait()


def read_script(path: Path) -> list[Any]:
    """The answers of a JSON list: texts, objects, and `{"fault": "rate_limited", …}` with its
    options. InputError says what cannot be used."""
    answers = _read(path)
    if not isinstance(answers, list):
        raise InputError(f"{path}: a script is a list of answers")
    return [_answer(answer) for answer in answers]


def _answer(answer: Any) -> Any:
    if isinstance(answer, dict) and FAULT in answer:
        return Fault.named(answer[FAULT], **{k: v for k, v in answer.items() if k != FAULT})
    return answer


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: not valid JSON: {error.msg}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m coach.testing.llm_server",
        description="A fake server of an llm on 127.0.0.1. Prints its address.",
    )
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before an answer")
    parser.add_argument("--chunk-latency", type=float, default=0.0, help="seconds before a chunk")
    parser.add_argument("--script", type=Path, help="a JSON list of answers, given first")
    parser.add_argument("--hear", type=Path, help="a JSON object: words of a message to output")
    parser.add_argument("--words", action="append", help="a reply; several are given in turn")
    return parser
