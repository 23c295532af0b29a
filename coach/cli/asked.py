"""What a turn's llm was asked, in words."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.vocabulary.llm import LlmCall


def in_words(call: "LlmCall") -> str:
    """'hear: openai:gpt-5.2, 812 tokens in (512 cached), 64 out, 840 ms'."""
    parts = [call.llm]
    if call.usage is not None:
        cached = f" ({call.usage.cached_tokens} cached)" if call.usage.cached_tokens else ""
        parts.append(f"{call.usage.input_tokens} tokens in{cached}")
        parts.append(f"{call.usage.output_tokens} out")
    parts.append(f"{call.ms} ms")
    if call.tries > 1:
        parts.append(f"{call.tries} tries")
    problem = f": {call.problem}" if call.problem is not None else ""
    return f"{call.purpose}: {', '.join(parts)}{problem}"


def on_one_line(calls: "Sequence[LlmCall]") -> str:
    """All calls of a turn together: 'openai:gpt-5.2, 2 calls, 1520 tokens in, 96 out, 1840 ms'."""
    from coach.vocabulary.llm import total_usage

    used = total_usage(calls)
    number = "1 call" if len(calls) == 1 else f"{len(calls)} calls"
    cached = f" ({used.cached_tokens} cached)" if used.cached_tokens else ""
    tokens = f"{used.input_tokens} tokens in{cached}, {used.output_tokens} out"
    return f"{', '.join(_names(calls))}, {number}, {tokens}, {sum(c.ms for c in calls)} ms"


def _names(calls: "Iterable[LlmCall]") -> list[str]:
    """Whoever was asked, each once, in order."""
    return list(dict.fromkeys(call.llm for call in calls))
