"""Flow coverage: what of a flow its stories have been through, and what they have not."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coach.testing.coverage.counting import FlowCoverage as FlowCoverage
    from coach.testing.coverage.counting import Seen as Seen
    from coach.testing.coverage.items import Item as Item
    from coach.testing.coverage.items import Kind as Kind
    from coach.testing.coverage.lines import Source as Source
    from coach.testing.coverage.report import Report as Report
    from coach.testing.coverage.universe import Universe as Universe

_HOMES = {
    "FlowCoverage": "counting",
    "Item": "items",
    "Kind": "items",
    "Report": "report",
    "Seen": "counting",
    "Source": "lines",
    "Universe": "universe",
}

__all__ = [
    "FlowCoverage",
    "Item",
    "Kind",
    "Report",
    "Seen",
    "Source",
    "Universe",
]


def __getattr__(name: str) -> Any:
    """Names are imported when they are first used: pytest loads the plugin in every run."""
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
