"""The report of a story that failed: what was said and where it led, what is not as expected, why.

Lines with a look, for a terminal; `text_of` is the same without.
"""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from coach.record.context import CoachContext
from coach.testing.stories.reasons import in_words
from coach.testing.stories.results import Failure, Played, Status, StoryResult, TurnResult
from coach.testing.stories.short import short_of, shorts_of
from coach.vocabulary.commands import Command

WIDTH = 96
MOST_TURNS = 6
MOST_MORE = 30

Look = Literal["plain", "bold", "red", "green", "faint"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report."""

    text: str
    look: Look = "plain"


def report(result: StoryResult) -> Iterator[Line]:
    """What became of a story, as far as it went wrong."""
    first, *_ = (*result.all_failures, None)
    if first is not None:
        yield Line(_cut(str(first)), "red")
    said = list(transcript(result))
    yield from (Line(""), *said) if said else ()
    for failure in result.all_failures:
        yield Line("")
        yield from _failure(failure, result.story.at.path, told=failure is first)
    failed = next((turn for turn in result.turns if turn.status is Status.FAILED), None)
    if failed is not None and failed.played is not None:
        yield from _why(failed.played)
    yield from _not_run(result)


def text_of(lines: Iterable[Line]) -> str:
    """The lines as plain text."""
    return "\n".join(line.text.rstrip() for line in lines)


# -- the transcript --------------------------------------------------------------------------


def transcript(result: StoryResult) -> Iterator[Line]:
    """What was said, with the stages it led to at the margin."""
    run = [turn for turn in result.turns if turn.status is not Status.NOT_RUN]
    if result.opening is None:
        return
    margin = _margin(result, run)
    left_out, shown = run[:-MOST_TURNS], run[-MOST_TURNS:]
    if left_out:
        yield Line(f"  … {_turns(len(left_out))} before", "faint")
    yield from _opening(result, left_out, margin)
    for turn in shown:
        yield from _turn(turn, margin)


def _margin(result: StoryResult, run: list[TurnResult]) -> int:
    moves = (move.to for turn in run if turn.played for move in turn.played.moves)
    begin = result.opening.context.stage if result.opening is not None else ""
    return max(map(len, (begin, *(f"-> {stage}" for stage in moves))))


def _opening(result: StoryResult, left_out: list[TurnResult], margin: int) -> Iterator[Line]:
    """Where the first turn that is shown begins, and what the coach had said."""
    before = left_out[-1].played if left_out else None
    if before is not None:
        yield _row(before.stage, "coach", before.reply, margin)
    elif result.opening is not None:
        yield _row(result.opening.context.stage, "coach", result.opening.greeting, margin)


def _turn(turn: TurnResult, margin: int) -> Iterator[Line]:
    look: Look = "red" if turn.status is Status.FAILED else "plain"
    yield _row(f"{turn.number}", "you", turn.turn.user, margin, look)
    played = turn.played
    if played is None:
        return
    yield _row("", "", f"heard {_heard(played.commands)}", margin, "faint")
    *moves, last = [f"-> {move.to}" for move in played.moves] or [""]
    yield from (_row(move, "", "", margin) for move in moves)
    yield _row(last, "coach", played.reply, margin)


def _row(left: str, who: str, words: str, margin: int, look: Look = "plain") -> Line:
    """A line with the stage at its margin; of several paragraphs the last, which asks."""
    said = " ".join(words.strip().split("\n\n")[-1].split())
    name = f"{who}:" if who else ""
    text = f"  {left:<{margin}}  |  {name:<7}{said}"
    return Line(_cut(text), look)


def _heard(commands: tuple[Command, ...]) -> str:
    return ", ".join(map(_flow, shorts_of(commands))) or "nothing"


def _flow(value: object) -> str:
    """Plain data as YAML has it on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


# -- what failed -----------------------------------------------------------------------------


def _failure(failure: Failure, path: str, told: bool) -> Iterator[Line]:
    """One failure with what the story says; `told` when its first line was the headline."""
    source = _source(path, failure.line)
    yield Line(_cut(f"{_here(path)}:{failure.line}: {source or failure.kind}"), "bold")
    message = f"{failure.kind}: {failure.message}"
    if not told or len(message) > WIDTH or "\n" in message:
        yield from (Line(part, "red") for part in _folded(message))
    if failure.expected is not None:
        yield Line(_cut(f"  expected  {failure.expected}"), "green")
    if failure.got is not None:
        yield Line(_cut(f"  got       {failure.got}"), "red")
    yield from (Line(_cut(f"  {line}")) for line in failure.more[:MOST_MORE])
    if len(failure.more) > MOST_MORE:
        yield Line(f"  … {len(failure.more) - MOST_MORE} more lines", "faint")


def _here(path: str) -> str:
    """The path as seen from the current folder, if it is below."""
    place, here = Path(path).absolute(), Path.cwd()
    return str(place.relative_to(here)) if place.is_relative_to(here) else path


def _source(path: str, line: int) -> str:
    """What stands on a line of the story's file; '' when it cannot be read."""
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError):
        return ""
    return lines[line - 1].strip() if 0 < line <= len(lines) else ""


def _why(played: Played) -> Iterator[Line]:
    told = list(why(played))
    if told:
        yield Line("")
        yield Line("why", "bold")
        yield from (Line(part) for line in told for part in _folded(line))


def why(played: Played) -> Iterator[str]:
    """What was refused, which moves were made, which rules held back, and by what."""
    decision = played.decision
    for ruling in decision.refused:
        yield f"refused {_flow(short_of(ruling.command))}: {ruling.reason}"
    for move in decision.moves:
        yield f"moved {move}{f': {move.because}' if move.because else ''}"
    for name, told in _blocked(played, played.context).items():
        yield f"held back {name}: {told}"
    if decision.events:
        yield f"events: {', '.join(decision.events)}"


def _blocked(played: Played, context: CoachContext) -> dict[str, str]:
    """The rules that held at the end, each once, as it was looked at last."""
    return {each.name: in_words(each, context) for each in played.decision.blocked}


def _not_run(result: StoryResult) -> Iterator[Line]:
    rest = sum(turn.status is Status.NOT_RUN for turn in result.turns)
    if rest:
        yield Line("")
        yield Line(f"{_turns(rest)} not run", "faint")


def _turns(number: int) -> str:
    return f"{number} turn{'' if number == 1 else 's'}"


def _folded(text: str) -> list[str]:
    """A text of several lines or of a long one, indented."""
    return [
        line
        for part in text.split("\n")
        for line in textwrap.wrap(
            part,
            WIDTH,
            initial_indent="  ",
            subsequent_indent="      ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def _cut(text: str) -> str:
    """On one line, and no longer than a line is."""
    text = text.replace("\n", " ")
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
