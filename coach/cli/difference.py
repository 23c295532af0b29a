"""How the difference between two versions of the templates is shown."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.cli import output
from coach.cli.paint import Paint, Part
from coach.cli.problems import counted

if TYPE_CHECKING:
    from coach.hunks import Hunk
    from coach.hunks import Part as Lines
    from coach.tallying import Report, Trouble

MOST_HUNKS = 20
MOST_LINES = 8
OLD, NEW, PLACE, BAD = "red", "green", "cyan", "bold red"


def document(revision: str, report: "Report", unknown: Mapping[str, str]) -> dict[str, Any]:
    """The report as one JSON document."""
    old, new = report.cache_shares
    plain = report.model_dump(mode="json")
    return {
        "old": revision,
        **plain,
        "cache_shares": {"old": round(old, 4), "new": round(new, 4)},
        "unknown_flows": dict(unknown),
    }


def show(revision: str, report: "Report", unknown: Mapping[str, str], *, all_hunks: bool) -> None:
    """The report for people."""
    paint = Paint()
    for name, reason in unknown.items():
        output.error(f"sessions of {name!r} are left out: {reason}")
    for trouble in report.skipped:
        output.error(f"left out: {_times(trouble, 'session')}: {trouble.what}")
    for parts in _figures(revision, report):
        paint.line(*parts)
    shown = report.hunks if all_hunks else report.hunks[:MOST_HUNKS]
    for hunk in shown:
        _hunk(paint, hunk, report.turns, all_hunks)
    left = len(report.hunks) - len(shown)
    if left or report.more_hunks:
        paint.line()
        paint.line(f"… and {counted(left + report.more_hunks, 'more hunk')}: --all-hunks")


def _figures(revision: str, report: "Report") -> Iterator[Sequence[Part]]:
    changed = f"{report.changed:,} of {report.turns:,} turns changed"
    yield (f"{revision} → now: {changed} ({counted(report.sessions, 'session')})",)
    if report.without_page:
        yield (f"{counted(report.without_page, 'turn')} kept no page: there is no 'recorded' one",)
    for trouble in report.broken:
        yield ((f"error only now, {_times(trouble, 'turn')}: {_here(trouble.what)}", BAD),)
    for trouble in report.mended:
        yield (f"error only before, {_times(trouble, 'turn')}: {_here(trouble.what)}",)
    if report.broken_before:
        yield (f"errors in both: {counted(report.broken_before, 'turn')}",)
    if report.changed:
        yield from _sums(report)


def _sums(report: "Report") -> Iterator[Sequence[Part]]:
    delta, (before, after) = report.delta, report.tokens
    spread = f"{delta.min:+,} / {delta.median:+,g} / {delta.max:+,}"
    yield (f"tokens per changed turn: {spread} (min / median / max)",)
    yield (f"tokens in all: {before:,} → {after:,} ({_percent(before, after)})",)
    old, new = report.cache_shares
    yield (f"shared with the page before (cache): {old:.1%} → {new:.1%}",)
    yield (f"sections changed: {_counts(report.sections)}",)
    if report.dropped:
        yield ((f"sections newly dropped: {_counts(report.dropped)}", BAD),)
    if report.cut:
        yield (f"sections cut more: {_counts(report.cut)}",)


def _percent(before: int, after: int) -> str:
    return f"{(after - before) / before:+.1%}" if before else "none before"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({number:,})" for name, number in counts.items())


def _times(trouble: "Trouble", word: str) -> str:
    where = f"session {trouble.session!r}"
    where += "" if trouble.turn is None else f" turn {trouble.turn}"
    number = counted(trouble.times, word)
    return f"{number} ({where})" if trouble.times == 1 else f"{number} (such as {where})"


def _here(text: str) -> str:
    """A message with its path as seen from the current folder."""
    return text.removeprefix(f"{Path.cwd()}{os.sep}")


def _hunk(paint: Paint, hunk: "Hunk", turns: int, whole: bool) -> None:
    paint.line()
    where = f"session {hunk.session!r} turn {hunk.turn}"
    example = where if hunk.turns == 1 else f"such as {where}"
    paint.line((f"{hunk.section}", "bold"), f", in {hunk.turns:,} of {turns:,} turns ({example})")
    for part in hunk.parts:
        paint.line((f"@@ {_places(part)} @@", PLACE))
        _lines(paint, "-", part.old, OLD, whole)
        _lines(paint, "+", part.new, NEW, whole)


def _places(part: "Lines") -> str:
    """The template lines of old and new; one when they are the same."""
    old, new = _named(part.old_at), _named(part.new_at)
    if not part.old or not part.new:
        return new if part.new else old
    return old if old == new else f"{old} → {new}"


def _named(places: Sequence[str]) -> str:
    return ", ".join(places) or "(what is left out)"


def _lines(paint: Paint, sign: str, texts: Sequence[str], look: str, whole: bool) -> None:
    most = len(texts) if whole or len(texts) <= MOST_LINES + 1 else MOST_LINES
    for text in texts[:most]:
        paint.line((f"{sign}{text}", look))
    if most < len(texts):
        paint.line((f"{sign}… and {len(texts) - most} more lines", look))
