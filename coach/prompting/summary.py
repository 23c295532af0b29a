"""Stub."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from coach.record.summary import Summary, SummaryLine

Summarise = Callable[..., Any]


@dataclass
class SummaryLimits:
    total_tokens: int = 400


def fold(
    summaries, leaving, *, revision, summarise="extractive", limits=None, superseded=(), encoding=""
):  # type: ignore
    n = len(summaries)
    lines = tuple(
        SummaryLine(seq=m.seq, text=m.content[:30], tokens=5) for m in leaving if not m.withdrawn
    )[-2:]
    return (
        *summaries[-3:],
        Summary(
            id=f"s{leaving[0].seq}",
            level=0,
            first_seq=leaving[0].seq,
            last_seq=leaving[-1].seq,
            lines=lines,
            strategy="x",
            encoding="x",
            revision=revision,
            messages=len(leaving),
            source_tokens=9,
        ),
    )


def purge(summaries, superseded, seqs):  # type: ignore
    return tuple(
        s.model_copy(
            update={
                "lines": tuple(
                    l
                    for l in s.lines
                    if l.seq not in seqs and not any(v in l.text for v in superseded)
                )
            }
        )
        for s in summaries
    )
