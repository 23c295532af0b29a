"""A flow of tea in a file, and stories about it."""

from pathlib import Path

import pytest

from tests.testing.tea import FLOW, STORIES


@pytest.fixture
def flow_file(tmp_path: Path) -> Path:
    path = tmp_path / "states" / "tea.yaml"
    path.parent.mkdir()
    path.write_text(FLOW)
    return path


@pytest.fixture
def stories(tmp_path: Path, flow_file: Path) -> Path:
    folder = tmp_path / "stories"
    folder.mkdir()
    (folder / "tea.story.yaml").write_text(STORIES.replace("FLOW", "../states/tea.yaml"))
    return folder
