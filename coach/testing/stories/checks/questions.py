"""What the coach asks, and says."""

from collections.abc import Iterator
from dataclasses import replace

from coach.testing.stories.checks.seen import Seen, shown, texts
from coach.testing.stories.expect import Expect
from coach.testing.stories.results import Failure, Kind


def check_asks(seen: Seen, expect: Expect) -> Iterator[Failure]:
    got = seen.played.decision.asks
    if "asks" in expect.model_fields_set and got != expect.asks:
        yield Failure(
            kind=Kind.WRONG_QUESTION,
            message=f"it asks {_asked(got)}, not {_asked(expect.asks)}",
            place=("asks",),
            expected=_asked(expect.asks),
            got=_asked(got),
        )


def _asked(name: str | None) -> str:
    return "nothing" if name is None else name


def check_confirms(seen: Seen, expect: Expect) -> Iterator[Failure]:
    """The assumption that waits for a yes or no: by its field, its id, or its words."""
    if "confirms" not in expect.model_fields_set:
        return
    about = seen.played.decision.asks_about
    found = seen.played.context.assumptions.get(about or "")
    names = (None,) if found is None else (found.id, found.related_to, found.content)
    if expect.confirms not in names:
        got = "nothing" if found is None else found.related_to or found.content
        yield Failure(
            kind=Kind.WRONG_QUESTION,
            message=f"it asks to confirm {got}, not {shown(expect.confirms)}",
            place=("confirms",),
            expected=shown(expect.confirms),
            got=got,
        )


def check_reply(seen: Seen, expect: Expect) -> Iterator[Failure]:
    if expect.reply is None:
        return
    kind, text = Kind.REPLY_MISMATCH, seen.played.reply
    for failure in texts(kind, kind, "in the reply", text, expect.reply.has, expect.reply.lacks):
        yield replace(failure, place=("reply", *failure.place), got=failure.got or text[:160])
