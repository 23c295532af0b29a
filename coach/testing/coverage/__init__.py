"""Flow coverage: what of a flow its stories have been through, and what they have not."""

from coach.testing.coverage.counting import FlowCoverage, Seen
from coach.testing.coverage.items import Item, Kind
from coach.testing.coverage.lines import Source
from coach.testing.coverage.report import Report
from coach.testing.coverage.universe import Universe

__all__ = ["FlowCoverage", "Item", "Kind", "Report", "Seen", "Source", "Universe"]
