"""coachflow: write a guided conversation as stages; coach runs it, remembers it, and puts exactly
the right context in front of the language model.

    import coach

    bot = coach.Bot(coach.load("grow"))
    talk = bot.session(user="ada")
    print(talk.greeting)
    print(talk.say("I keep putting off my thesis.").reply)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coach.aio import AsyncBot as AsyncBot
    from coach.aio import AsyncSession as AsyncSession
    from coach.bot import Bot as Bot
    from coach.errors import CoachError as CoachError
    from coach.flows.flow import Flow as Flow
    from coach.flows.flow import Stage as Stage
    from coach.flows.flow import Transition as Transition
    from coach.flows.load import load_flow as load
    from coach.flows.registry import Registry as Registry
    from coach.injection import CoachContext as CoachContext
    from coach.manager import ContextManager as ContextManager
    from coach.prompting.prompt import Prompt as Prompt
    from coach.prompting.tokens import count_tokens as count_tokens
    from coach.record.answer import Answer as Answer
    from coach.record.assumption import Assumption as Assumption
    from coach.record.chat_context import ChatContext as ChatContext
    from coach.record.chat_context import IdentityContext as IdentityContext
    from coach.record.memory import Memory as Memory
    from coach.record.message import Message as Message
    from coach.rendering import render as render
    from coach.session import Session as Session
    from coach.sweeper import Sweeper as Sweeper
    from coach.turn import Turn as Turn
    from coach.vocabulary.decision import Decision as Decision

__version__ = "0.1.0"

_HOMES = {
    "Answer": "coach.record.answer",
    "Assumption": "coach.record.assumption",
    "AsyncBot": "coach.aio",
    "AsyncSession": "coach.aio",
    "Bot": "coach.bot",
    "ChatContext": "coach.record.chat_context",
    "CoachContext": "coach.injection",
    "CoachError": "coach.errors",
    "ContextManager": "coach.manager",
    "Decision": "coach.vocabulary.decision",
    "Flow": "coach.flows.flow",
    "IdentityContext": "coach.record.chat_context",
    "Memory": "coach.record.memory",
    "Message": "coach.record.message",
    "Prompt": "coach.prompting.prompt",
    "Registry": "coach.flows.registry",
    "Session": "coach.session",
    "Stage": "coach.flows.flow",
    "Sweeper": "coach.sweeper",
    "Transition": "coach.flows.flow",
    "Turn": "coach.turn",
    "count_tokens": "coach.prompting.tokens",
    "load": "coach.flows.load:load_flow",
    "render": "coach.rendering",
}

__all__ = [
    "Answer",
    "Assumption",
    "AsyncBot",
    "AsyncSession",
    "Bot",
    "ChatContext",
    "CoachContext",
    "CoachError",
    "ContextManager",
    "Decision",
    "Flow",
    "IdentityContext",
    "Memory",
    "Message",
    "Prompt",
    "Registry",
    "Session",
    "Stage",
    "Sweeper",
    "Transition",
    "Turn",
    "count_tokens",
    "load",
    "render",
]


def __getattr__(name: str) -> Any:
    """Names are imported when they are first used, so that `import coach` costs nothing."""
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module 'coach' has no attribute {name!r}")
    module, _, other = _HOMES[name].partition(":")
    value = getattr(importlib.import_module(module), other or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_HOMES, "__version__"])
