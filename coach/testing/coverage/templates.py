"""Templates: which of a flow's own pages and replies were rendered, block by block.

A flow's own templates are those that carry its name; what all flows share is told besides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach.errors import PromptError
from coach.flows.flow import Flow
from coach.prompting.probing import Spot
from coach.prompting.template import Templates
from coach.testing.coverage.items import Item, Kind, template_id
from coach.testing.coverage.lines import shown_path
from coach.testing.coverage.repairs import passes_through
from coach.voice import page_names, reply_names

OVERRIDDEN = "every stage overrides the block"
PASSED = "nobody waits at the stages that it is for"


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """The template of a stage and those that it extends, the nearest first, and all that these
    include. `waits`: somebody may be at the stage when it is rendered."""

    names: tuple[str, ...]
    family: tuple[str, ...]
    waits: bool


def template_items(flow: Flow, templates: Templates) -> tuple[Item, ...]:
    """An item for every spot of every template that a flow's stages can be rendered from."""
    found: dict[str, Item] = {}
    for page in (True, False):
        chains = list(_chains(flow, templates, page))
        live = _live(templates, chains, page)
        reached = {name for chain in chains if chain.waits for name in chain.family}
        for name in dict.fromkeys(name for chain in chains for name in chain.family):
            for spot in templates.outline(name, page).spots:
                gone = None if not spot.block or (name, spot.block) in live else OVERRIDDEN
                item = _item(flow, templates, spot, gone if name in reached else PASSED)
                found.setdefault(item.id, item)
    return tuple(found.values())


def _item(flow: Flow, templates: Templates, spot: Spot, reason: str | None) -> Item:
    source = templates.roots.source(spot.template)
    own = spot.template.startswith(f"{flow.name}/")
    return Item(
        id=template_id(spot.id),
        kind=Kind.TEMPLATE,
        name=f"{spot.template}: {spot.name}",
        missing=f"{spot.name} of {spot.template!r} was never rendered",
        path=shown_path(source[1]) if source is not None else spot.template,
        line=spot.line,
        left_out=reason,
        besides=not own,
    )


def _chains(flow: Flow, templates: Templates, page: bool) -> Iterator[Chain]:
    for leaf in flow.leaves:
        names = page_names(flow, leaf) if page else reply_names(flow, leaf)
        try:
            nearest = templates.find(names)
            yield Chain(
                names=tuple(_extended(templates, nearest, page)),
                family=tuple(templates.family(nearest)),
                waits=flow.places[leaf].final or not passes_through(flow, leaf),
            )
        except PromptError:  # a page that is not there is the lint's affair
            continue


def _extended(templates: Templates, name: str | None, page: bool) -> Iterator[str]:
    while name is not None:
        yield name
        name = templates.outline(name, page).extends


def _live(templates: Templates, chains: Sequence[Chain], page: bool) -> set[tuple[str, str]]:
    """The blocks (template, name) that some stage is rendered from: the nearest of a name, and
    those below it as far as each calls `super()`."""
    live: set[tuple[str, str]] = set()
    for chain in chains:
        done: set[str] = set()
        for name in chain.names:
            for block, goes_on in templates.outline(name, page).blocks.items():
                if block not in done:
                    live.add((name, block))
                if not goes_on:
                    done.add(block)
        included = (name for name in chain.family if name not in chain.names)
        live |= {(n, block) for n in included for block in templates.outline(n, page).blocks}
    return live
