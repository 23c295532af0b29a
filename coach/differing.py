"""What differs between two pages, section by section."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from coach.prompting.prompt import Prompt

LAYOUT = "(layout)"

Lines = dict[str, list[str]]
Texts = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Lines of a section that were replaced by others; either may be none."""

    section: str
    before: Texts
    after: Texts
    at: tuple[int, int]


def lines_of(page: Prompt) -> Lines:
    """The lines of each section by name."""
    lines: Lines = defaultdict(list)
    for span in page.spans:
        if span.section is not None:
            lines[span.section] += page.text[span.start : span.end].split("\n")[:-1]
    return lines


def changes(old: Prompt, new: Prompt) -> Iterator[Change]:
    """Every difference, in the order of the pages; those of the layout last."""
    before, after = lines_of(old), lines_of(new)
    for section in dict.fromkeys((*before, *after)):
        yield from _diff(section, before.get(section, []), after.get(section, []))
    yield from _moved(old, new)


def _diff(section: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    if before == after:
        return
    for kind, i, j, k, m in SequenceMatcher(None, before, after, False).get_opcodes():
        if kind != "equal":
            was, now = tuple(before[i:j]), tuple(after[k:m])
            yield Change(section=section, before=was, after=now, at=(i, k))


def _moved(old: Prompt, new: Prompt) -> Iterator[Change]:
    """Sections of both pages that stand in another order, or in another role's message."""
    was, now = _places_of(old), _places_of(new)
    both = {name for name in was if was.count(name) == 1} & {n for n in now if now.count(n) == 1}
    shown = [
        [f"{role}: {name}" for name, role in _seats(page) if name in both] for page in (old, new)
    ]
    yield from _diff(LAYOUT, *shown)


def _seats(page: Prompt) -> list[tuple[str, str]]:
    return [(name, str(m.role)) for m in page.messages for name, _ in m.sections]


def _places_of(page: Prompt) -> list[str]:
    return [name for name, _ in _seats(page)]
