"""The toolkit: what a stage offers to the llm in one turn, and how one call of it is run.

Whatever a tool does, what came of it is data: a call that fails, hangs or was never possible has
an outcome that says so.
"""

import asyncio
import hashlib
import inspect
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from coach.calls.limits import ToolLimits
from coach.calls.threads import in_own_thread
from coach.errors import InvalidValue, did_you_mean
from coach.flows.flow import Flow
from coach.flows.tool import Tool
from coach.observing.running import Running
from coach.prompting.exchange import NO_RESULT
from coach.prompting.tokens import Tokenizer
from coach.record.clean import clean_json
from coach.record.context import CoachContext
from coach.record.document import Document
from coach.record.tool_intent import ToolOutcome
from coach.record.tool_run import UNKNOWN
from coach.vocabulary.llm import ToolCall, ToolSpec
from coach.vocabulary.text import clean_text

MOST_READ = 200_000  # characters of a result
MOST_ARGUMENTS = 20_000
MOST_ERROR = 300
NAME = re.compile(r"[^A-Za-z0-9_-]")

log = logging.getLogger("coach.tools")

Arguments = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Toolkit:
    """The tools of a stage, and what they may see: the context after the move, as a copy. `turn`
    tells this turn from all others, and is the same when it is run again."""

    tools: Mapping[str, Tool]
    context: CoachContext
    limits: ToolLimits
    tokens: Tokenizer
    turn: str = ""

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(tool.spec for tool in self.tools.values())

    def is_idempotent(self, name: str) -> bool:
        return name in self.tools and self.tools[name].idempotent

    def refusal(self, call: ToolCall) -> ToolOutcome | None:
        """Why a call cannot be run; None when it can."""
        tool = self.tools.get(call.name)
        if tool is None:
            hint = did_you_mean(call.name, self.tools)
            return failed(f"there is no tool {call.name!r} at this stage.{hint}")
        try:
            tool.check(arguments_of(call))
        except InvalidValue as error:
            return failed(f"arguments not taken: {error}")
        return None

    async def run(self, call: ToolCall, place: int) -> ToolOutcome:
        """What comes of a call that can be run."""
        tool = self.tools[call.name]
        work = tool.bound(tool.check(arguments_of(call)), self.key(place), self.context)
        limit = asyncio.timeout(tool.seconds)
        try:
            async with limit:
                with Running(tool.name, call.id):
                    given = await _given(tool, work)
            return self._outcome(given)
        except (Exception, asyncio.CancelledError) as error:
            if _is_cancelled(error):
                raise
            log.warning("tool %s: %s", tool.name, type(error).__name__)
            if limit.expired():
                return failed(f"{UNKNOWN}: no answer within {tool.seconds:g} seconds")
            return failed(_line(error))

    def key(self, place: int) -> str:
        """The key of a call: the same whenever its turn is run."""
        return hashlib.sha256(f"{self.turn}\0{place}".encode()).hexdigest()[:32]

    def shortened(self, text: str, most: int) -> str:
        """The text, cut with a mark when it has more tokens."""
        total = self.tokens.count(text)
        if total <= most:
            return text
        mark = f"\n(cut: {most:,} of {total:,} tokens)"
        return self.tokens.cut(text, most, end=mark) or mark.strip()

    def _outcome(self, given: Any) -> ToolOutcome:
        documents = _documents(given)
        text = clean_text(_text(given, documents)[:MOST_READ]).strip() or NO_RESULT
        return ToolOutcome(
            text=self.shortened(text, self.limits.result_tokens), documents=documents
        )


async def _given(tool: Tool, work: Callable[[], Any]) -> Any:
    given = work() if tool.is_async else await in_own_thread(work, f"coach-tool-{tool.name}")
    return await given if inspect.isawaitable(given) else given


def _is_cancelled(error: BaseException) -> bool:
    """Whether somebody has said stop, and not the tool by itself."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def toolkit(
    flow: Flow, context: CoachContext, turn: str, limits: ToolLimits, tokens: Tokenizer
) -> Toolkit:
    """What the stage of a context offers."""
    known = flow.registry.tools
    tools = {name: known[name] for name in flow.tools_at(context.stage)}
    return Toolkit(tools=tools, context=context, limits=limits, tokens=tokens, turn=turn)


def failed(error: str) -> ToolOutcome:
    """An outcome that says what went wrong, to the llm in the same words."""
    words = clean_text(error)
    return ToolOutcome(text=f"error: {words}", error=words)


def tidied(call: ToolCall, id: str) -> ToolCall:
    """A call as it can be kept, and sent to any provider again: its name has the letters that
    names have, and its arguments are an object."""
    name = NAME.sub("_", call.name)[:64] or "unnamed"
    text = clean_text(call.arguments)
    if _object(text) is None:
        text = json.dumps({"not_an_object": text[:MOST_ERROR]})
    return ToolCall(id=id, name=name, arguments=text)


def arguments_of(call: ToolCall) -> Arguments:
    """The arguments of a tidied call."""
    return _object(call.arguments) or {}


def _object(text: str) -> Arguments | None:
    """The object that a text is; None when it is none that could be kept."""
    if len(text) > MOST_ARGUMENTS:
        return None
    try:
        found = clean_json(json.loads(text or "{}"), "arguments")
    except (ValueError, RecursionError, InvalidValue):
        return None
    return found if isinstance(found, dict) else None


def _documents(given: Any) -> tuple[Document, ...]:
    """The documents that a tool gave, by itself or in a list."""
    if isinstance(given, Document):
        return (given,)
    several = isinstance(given, Sequence) and not isinstance(given, str | bytes)
    if several and given and all(isinstance(item, Document) for item in given):
        return tuple(given)
    return ()


def _text(given: Any, documents: Sequence[Document]) -> str:
    """A result in words: text as it is, documents by their sources, anything else as JSON."""
    if documents:
        return "\n\n".join(document.text for document in documents)
    if given is None or isinstance(given, str):
        return given or ""
    return to_json(given, fallback=str, inf_nan_mode="strings").decode()


def _line(error: BaseException) -> str:
    words = " ".join(f"{type(error).__name__}: {error}".split())
    return words.removesuffix(":")[:MOST_ERROR]
