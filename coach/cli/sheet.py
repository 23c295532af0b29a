"""How a page is shown: its text, what its lines cost, what each section got, what was left out."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from coach.cli.paint import Paint, Part
from coach.cli.seen import Seen

if TYPE_CHECKING:
    from coach.prompting.heat import Heat, HeatLine
    from coach.prompting.ledger import Entry

RULE = "-" * 60
GREY = "dim"
HOT = ((0.5, "bold red"), (0.2, "yellow"), (0.0, "green"))  # by share of the dearest line
MOST_ORIGINS = 10


def show(seen: Seen, *, heat: bool, dropped: bool) -> None:
    """The page for people."""
    paint = Paint()
    warm = seen.recipe.heat(seen.page) if heat else None
    if warm is None:
        paint.line(str(seen.page).rstrip("\n"))
    else:
        _warm(paint, warm)
    paint.line(RULE)
    paint.line(str(seen.ledger))
    if warm is not None:
        _dearest(paint, seen, warm)
    _left_out(paint, seen, dropped)


def document(seen: Seen, *, heat: bool, dropped: bool) -> dict[str, Any]:
    """The page as one JSON document."""
    plain = seen.page.model_dump(mode="json") | {"ledger": seen.ledger.model_dump(mode="json")}
    texts = seen.recipe.texts() if dropped else {}
    plain["notes"] = list(seen.notes)
    plain["left_out"] = [_plain(entry, texts) for entry in left_out(seen)]
    if heat:
        warm = seen.recipe.heat(seen.page)
        plain["heat"] = [_plain_line(line) for line in warm.lines]
        plain["dearest"] = [
            {"origin": str(origin), "tokens": spent.tokens, "lines": spent.times}
            for origin, spent in warm.by_origin.items()
            if origin is not None
        ]
    return plain


def left_out(seen: Seen) -> list["Entry"]:
    """The ledger's lines of sections that are not there, or not whole."""
    return [e for e in seen.ledger.entries if e.section and e.got < e.wanted]


def _plain(entry: "Entry", texts: Mapping[str, str]) -> dict[str, Any]:
    names = ("section", "wanted", "got", "kept", "total", "reason")
    row: dict[str, Any] = {name: getattr(entry, name) for name in names}
    return row | ({"text": texts.get(str(entry.section), "")} if texts and not entry.got else {})


def _plain_line(line: "HeatLine") -> dict[str, Any]:
    origin = None if line.origin is None else str(line.origin)
    return {"tokens": line.tokens, "origin": origin, "section": line.section, "text": line.text}


def _warm(paint: Paint, warm: "Heat") -> None:
    """Each line behind its tokens and the template line that it is owed to."""
    dearest = max((line.tokens for line in warm.lines), default=1) or 1
    origins = ["" if line.origin is None else str(line.origin) for line in warm.lines]
    width = max(map(len, origins), default=0)
    for line, origin in zip(warm.lines, origins, strict=True):
        look = _look(line.tokens / dearest)
        paint.line((f"{line.tokens:>5}", look), f"  {origin.ljust(width)}  {line.text}".rstrip())


def _look(share: float) -> str:
    return next(look for least, look in HOT if share >= least)


def _dearest(paint: Paint, seen: Seen, warm: "Heat") -> None:
    """A table of the template lines that cost most."""
    spent = [(origin, cost) for origin, cost in warm.by_origin.items() if origin is not None]
    names = [str(origin) for origin, _ in spent[:MOST_ORIGINS]]
    width = max(map(len, names), default=0)
    paint.line()
    paint.line("the most expensive template lines")
    for name, (origin, cost) in zip(names, spent, strict=False):
        share = f"{cost.tokens / (warm.tokens or 1):>4.0%}"
        lines = f"{cost.times} line{'' if cost.times == 1 else 's'}"
        source = _short(seen.recipe.source(origin))
        paint.line(f"{cost.tokens:>5} {share}  {lines:>8}  {name.ljust(width)}  ", (source, GREY))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def _left_out(paint: Paint, seen: Seen, dropped: bool) -> None:
    entries = left_out(seen)
    if not entries:
        return
    texts = seen.recipe.texts() if dropped else {}
    paint.line()
    paint.line("left out")
    for entry in entries:
        paint.line(*_reason(entry))
        if dropped and not entry.got:
            for text in texts.get(str(entry.section), "").splitlines():
                paint.line((f"    {text}", GREY))


def _reason(entry: "Entry") -> Iterator[Part]:
    what = f"{entry.got:,} of {entry.wanted:,} tokens" if entry.got else f"{entry.wanted:,} tokens"
    yield f"  {entry.section}: {entry.reason} ({what}, priority {entry.priority})", GREY
