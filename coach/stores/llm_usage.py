"""What llms were asked, off the turn log: sums by whatever there is, and each llm by itself.

A call counts when its turn was made. The sums come from columns that an index holds; what is told
of each llm is read from the calls themselves.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select

from coach.stores import mapping
from coach.stores.connect import Db
from coach.stores.damage import readable
from coach.stores.statements import CONTEXT, TURN
from coach.vocabulary.llm import Usage

CONDITIONS = {
    "caller_id": CONTEXT.c.caller_id == bindparam("caller_id"),
    "user_id": CONTEXT.c.user_id == bindparam("user_id"),
    "account_id": CONTEXT.c.account_id == bindparam("account_id"),
    "status": CONTEXT.c.status == bindparam("status"),
    "since": TURN.c.at >= bindparam("since"),
    "until": TURN.c.at < bindparam("until"),
}
NAMES = {"llm_calls": "calls"}
TOKENS = tuple(Usage.model_fields)
OF_TURN = ("since", "until")


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """How far the provider's count of input tokens is from ours, over `calls` that have both:
    their tokens for each of ours, in the middle and at the 95th percentile."""

    calls: int
    median: float
    p95: float


@dataclass(frozen=True, kw_only=True, slots=True)
class LlmUsage:
    """What one llm was asked for one purpose. `failed` calls are among the `calls`, and took no
    tokens that anybody told us of; `llm_ms` is the wall time of all of them together. `drift` is
    None when no call has both counts."""

    llm: str
    purpose: str
    calls: int
    failed: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    llm_ms: int
    median_ms: int
    p95_ms: int
    drift: Drift | None


def sums(db: Db, key: Any, of: dict[str, Any]) -> dict[str | None, dict[str, int]]:
    """By `key`, an expression: calls, tokens and milliseconds."""
    return dict(_summed(row) for row in db.rows(_sums(key, tuple(of)), **of))


def by_llm(db: Db, of: dict[str, Any]) -> list[LlmUsage]:
    """By llm and purpose, those with most input tokens first."""
    used = [tally.usage(*key) for key, tally in _tallies(db.rows(_calls(tuple(of)), **of)).items()]
    return sorted(used, key=lambda one: (-one.input_tokens, one.llm, one.purpose))


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that is not below such a part of them (nearest rank)."""
    return sorted(values)[max(math.ceil(part * len(values)), 1) - 1]


@readable
def _summed(row: dict[str, Any]) -> tuple[str | None, dict[str, int]]:
    return row["summed_by"], {NAMES.get(name, name): int(row[name] or 0) for name in mapping.SUMS}


@dataclass(kw_only=True, slots=True)
class _Tally:
    """What is known so far of one llm and purpose."""

    ms: list[int] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    failed: int = 0
    tokens: list[int] = field(default_factory=lambda: [0] * len(TOKENS))

    def add(self, call: dict[str, Any]) -> None:
        """One call as the log has it: what is usual is not written down."""
        self.ms.append(call.get("ms", 0))
        self.failed += call.get("problem") is not None
        used = call.get("usage") or {}
        for place, name in enumerate(TOKENS):
            self.tokens[place] += used.get(name, 0)
        theirs, ours = used.get("input_tokens"), call.get("counted")
        if theirs and ours:
            self.ratios.append(theirs / ours)

    def usage(self, llm: str, purpose: str) -> LlmUsage:
        return LlmUsage(
            llm=llm,
            purpose=purpose,
            calls=len(self.ms),
            failed=self.failed,
            llm_ms=sum(self.ms),
            median_ms=int(quantile(self.ms, 0.5)),
            p95_ms=int(quantile(self.ms, 0.95)),
            drift=_drift(self.ratios),
            **dict(zip(TOKENS, self.tokens, strict=True)),
        )


@readable
def _tallies(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str], _Tally]:
    found: defaultdict[tuple[str, str], _Tally] = defaultdict(_Tally)
    for row in rows:
        for call in row["calls"]:
            found[call["llm"], call["purpose"]].add(call)
    return found


def _drift(ratios: Sequence[float]) -> Drift | None:
    if not ratios:
        return None
    median, p95 = quantile(ratios, 0.5), quantile(ratios, 0.95)
    return Drift(calls=len(ratios), median=round(median, 3), p95=round(p95, 3))


# Each combination of conditions is a statement of its own, built once: so an index can serve it.
@lru_cache
def _sums(key: Any, names: tuple[str, ...]) -> Any:
    columns = [func.sum(TURN.c[name]).label(name) for name in mapping.SUMS]
    chosen = select(key.label("summed_by"), *columns).select_from(_with_context())
    return chosen.where(*_conditions(names)).group_by("summed_by")


@lru_cache
def _calls(names: tuple[str, ...]) -> Any:
    chosen = select(TURN.c.calls)
    if set(names) - set(OF_TURN):
        chosen = chosen.select_from(_with_context())
    return chosen.where(*_conditions(names))


def _with_context() -> Any:
    return TURN.join(CONTEXT, CONTEXT.c.session_id == TURN.c.session_id)


def _conditions(names: Iterable[str]) -> list[Any]:
    return [TURN.c.llm_ms.is_not(None), *(CONDITIONS[name] for name in names)]
