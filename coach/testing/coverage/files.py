"""Reports as files: JSON for other programs, HTML for people."""

import json
from collections.abc import Iterable
from pathlib import Path

from coach.testing.coverage.counting import SCHEMA
from coach.testing.coverage.report import Report


def write_json(path: Path, reports: Iterable[Report]) -> None:
    """All flows in one document."""
    data = {"schema": SCHEMA, "flows": [report.to_data() for report in reports]}
    _write(path, json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def write_html(path: Path, reports: Iterable[Report]) -> None:
    """All flows on one page, which needs nothing else."""
    from coach.testing.coverage.html import page

    _write(path, page(list(reports)))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
