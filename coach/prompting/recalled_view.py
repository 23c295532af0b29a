"""What templates see of the past that came back."""

from collections.abc import Sequence

from coach.prompting.outside import Words
from coach.record.recalled import Recalled
from coach.vocabulary.value import Value


class RecalledView(Value):
    """Something of the past that is about what was said now: who said it ('user', 'assistant'),
    or 'memory'. `day` is its ISO day where that is another one than before, else ''."""

    by: str
    content: Words
    day: str = ""


def recalled_views(items: Sequence[Recalled]) -> tuple[RecalledView, ...]:
    """What was recalled, in its order."""
    days = ["", *(item.day for item in items)]
    return tuple(
        RecalledView(by=item.said_by, content=item.text, day="" if item.day == before else item.day)
        for before, item in zip(days, items, strict=False)
    )
