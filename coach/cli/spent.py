"""What was used, as tables: of conversations, and of each llm."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from coach.cli import output, tables

if TYPE_CHECKING:
    from coach.stores.audit import Usage
    from coach.stores.llm_usage import LlmUsage

TALKS = {
    "conversations": "conversations",
    "messages": "messages",
    "tools": "tool_calls",
    "tokens": "tokens",
}
ASKED = {
    "calls": "calls",
    "input": "input_tokens",
    "cached": "cached_tokens",
    "output": "output_tokens",
    "ms": "llm_ms",
}
LLM = {
    "calls": "calls",
    "failed": "failed",
    "input": "input_tokens",
    "cached": "cached_tokens",
    "output": "output_tokens",
    "ms": "llm_ms",
    "median": "median_ms",
    "p95": "p95_ms",
}
DRIFT = ("compared", "median", "p95")


def show(by: str, found: "Sequence[Usage]") -> None:
    """Sums; the columns of llms only where one was asked."""
    columns = TALKS | ASKED if any(used.calls for used in found) else TALKS
    rows = [(used.key or "", *_cells(used, columns)) for used in found]
    tables.show((by, *columns), rows, numbers=tuple(columns))


def show_llms(found: "Sequence[LlmUsage]", *, as_json: bool) -> None:
    """Each llm by purpose; milliseconds altogether, of a call in the middle, and of a slow one."""
    if as_json:
        output.document([asdict(used) for used in found])
    elif found:
        rows = [(used.llm, used.purpose, *_cells(used, LLM)) for used in found]
        tables.show(("llm", "purpose", *LLM), rows, numbers=tuple(LLM))
    else:
        output.line("no llm was asked")


def show_drift(found: "Sequence[LlmUsage]", *, as_json: bool) -> None:
    """Where both counts are known."""
    drifts = [(used.llm, used.purpose, used.drift) for used in found if used.drift is not None]
    if as_json:
        output.document([{"llm": llm, "purpose": p, **asdict(drift)} for llm, p, drift in drifts])
    elif drifts:
        rows = [
            (llm, purpose, str(drift.calls), f"{drift.median:.3f}", f"{drift.p95:.3f}")
            for llm, purpose, drift in drifts
        ]
        tables.show(("llm", "purpose", *DRIFT), rows, numbers=DRIFT)
    else:
        output.line("no call has been counted on both sides")


def _cells(used: object, columns: dict[str, str]) -> list[str]:
    return [str(getattr(used, name)) for name in columns.values()]
