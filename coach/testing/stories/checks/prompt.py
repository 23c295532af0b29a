"""The page of a turn."""

from collections.abc import Iterator
from dataclasses import replace

from coach.prompting.ledger import Entry
from coach.prompting.prompt import Prompt
from coach.testing.stories.checks.seen import Seen, listed, missing, texts
from coach.testing.stories.expect import Expect, LedgerExpect, PromptExpect
from coach.testing.stories.figures import Bound
from coach.testing.stories.results import Failure, Kind
from coach.testing.stories.story import Place

SUFFIX = ".md.jinja"


def check_prompt(seen: Seen, expect: Expect) -> Iterator[Failure]:
    wanted, page = expect.prompt, seen.played.prompt
    if wanted is None or page is None:
        return
    found = (*_template(wanted, page), *_words(wanted, page), *_tokens(wanted, page))
    for failure in (*found, *_sections(wanted, page), *_ledger(wanted, page)):
        yield replace(failure, place=("prompt", *failure.place))


def _template(wanted: PromptExpect, page: Prompt) -> Iterator[Failure]:
    used = page.template.removesuffix(SUFFIX)
    if wanted.template is not None and wanted.template.removesuffix(SUFFIX) != used:
        yield Failure(
            kind=Kind.PROMPT_MISSING,
            message=f"the page comes from {used}, not from {wanted.template}",
            place=("template",),
            expected=wanted.template,
            got=used,
        )


def _words(wanted: PromptExpect, page: Prompt) -> Iterator[Failure]:
    return texts(
        Kind.PROMPT_MISSING,
        Kind.PROMPT_FORBIDDEN,
        "on the page",
        page.text,
        wanted.has,
        wanted.lacks,
    )


def _tokens(wanted: PromptExpect, page: Prompt) -> Iterator[Failure]:
    if wanted.tokens is not None and not wanted.tokens.holds(page.tokens):
        yield Failure(
            kind=Kind.PROMPT_OVER_BUDGET,
            message=f"the page has {page.tokens:,} tokens, not {wanted.tokens}",
            place=("tokens",),
            expected=str(wanted.tokens),
            got=f"{page.tokens:,}",
            more=tuple(str(page.ledger).split("\n")),
        )


def _sections(wanted: PromptExpect, page: Prompt) -> Iterator[Failure]:
    if wanted.sections is None:
        return
    there = [entry.section for entry in page.ledger.entries if entry.section and entry.got]
    lost = missing(there, wanted.sections.items, lambda item, want: item == want)
    if lost is not None:
        yield _section(Kind.PROMPT_MISSING, f"section {lost!r} is not on the page", there)
    elif wanted.sections.exact and there != list(wanted.sections.items):
        extra = next((name for name in there if name not in wanted.sections.items), there[0])
        yield _section(Kind.PROMPT_FORBIDDEN, f"section {extra!r} is on the page", there)
    for name in wanted.sections.absent:
        if name in there:
            yield _section(Kind.PROMPT_FORBIDDEN, f"section {name!r} is on the page", there)


def _section(kind: Kind, message: str, there: list[str]) -> Failure:
    return Failure(kind=kind, message=message, place=("sections",), got=listed(there))


def _ledger(wanted: PromptExpect, page: Prompt) -> Iterator[Failure]:
    for name, line in wanted.ledger.items():
        place: Place = ("ledger", name)
        try:
            entry = page.ledger[name]
        except KeyError:
            known = (each.section for each in page.ledger.entries if each.section)
            yield Failure(
                kind=Kind.PROMPT_MISSING,
                message=f"the ledger has no section {name!r}",
                place=place,
                got=listed(known),
            )
        else:
            yield from _line(place, line, entry)


def _line(place: Place, wanted: LedgerExpect, entry: Entry) -> Iterator[Failure]:
    fared = _fared(entry)
    if wanted.fared is not None and wanted.fared != fared:
        yield _off(place, f"section {entry.section!r} is {fared}", wanted.fared, entry)
    if wanted.reason is not None and wanted.reason not in entry.reason:
        yield _off(place, f"section {entry.section!r}: {entry.reason}", wanted.reason, entry)
    for key in ("wanted", "got", "kept", "total"):
        bound: Bound | None = getattr(wanted, key)
        found = getattr(entry, key)
        if bound is not None and not bound.holds(found):
            words = f"{key} of section {entry.section!r} is {found:,}, not {bound}"
            yield _off(place, words, str(bound), entry)


def _fared(entry: Entry) -> str:
    if not entry.got:
        return "dropped"
    return "whole" if entry.got >= entry.wanted and entry.kept == entry.total else "cut"


def _off(place: Place, message: str, expected: str, entry: Entry) -> Failure:
    got = f"{entry.got:,} of {entry.wanted:,} tokens, {entry.kept}/{entry.total}, {entry.reason}"
    kind = Kind.PROMPT_MISSING
    return Failure(kind=kind, message=message, place=place, expected=expected, got=got)
