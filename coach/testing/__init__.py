"""Test doubles that ship with coachflow: a rehearsal needs no llm, no network and no clock."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coach.testing.answers import Pieces as Pieces
    from coach.testing.cassettes import Cassette as Cassette
    from coach.testing.clock import FakeClock as FakeClock
    from coach.testing.embedder import FakeEmbedder as FakeEmbedder
    from coach.testing.llm_faults import Fault as Fault
    from coach.testing.llm_process import LlmProcess as LlmProcess
    from coach.testing.llm_server import FakeLlmServer as FakeLlmServer
    from coach.testing.llms import FailingLLM as FailingLLM
    from coach.testing.llms import ScriptedLLM as ScriptedLLM
    from coach.testing.random_talk import flow_machine as flow_machine
    from coach.testing.random_talk import machine as machine
    from coach.testing.rehearsal import Rehearsal as Rehearsal
    from coach.testing.rehearsal import rehearse as rehearse
    from coach.testing.templates import lint_templates as lint_templates

_HOMES = {
    "Cassette": "cassettes",
    "FailingLLM": "llms",
    "FakeClock": "clock",
    "FakeEmbedder": "embedder",
    "FakeLlmServer": "llm_server",
    "Fault": "llm_faults",
    "LlmProcess": "llm_process",
    "Pieces": "answers",
    "Rehearsal": "rehearsal",
    "ScriptedLLM": "llms",
    "flow_machine": "random_talk",
    "lint_templates": "templates",
    "machine": "random_talk",
    "rehearse": "rehearsal",
}

__all__ = [
    "Cassette",
    "FailingLLM",
    "FakeClock",
    "FakeEmbedder",
    "FakeLlmServer",
    "Fault",
    "LlmProcess",
    "Pieces",
    "Rehearsal",
    "ScriptedLLM",
    "flow_machine",
    "lint_templates",
    "machine",
    "rehearse",
]


def __getattr__(name: str) -> Any:
    """Names are imported when they are first used: a process that needs one pays for one."""
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
