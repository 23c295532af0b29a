"""Files are written whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.errors import ArchiveError
from coach.stores.archive.files import new_path, reading, write


def test_a_file_is_for_its_owner(tmp_path: Path):
    """What people said is nobody else's business."""
    write(tmp_path / "a", ["one\n", "two\n"])
    assert (tmp_path / "a").read_text() == "one\ntwo\n"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_nothing_is_overwritten(tmp_path: Path):
    """A name that is taken is refused, also when it was taken meanwhile."""
    (tmp_path / "a").write_text("mine")
    with pytest.raises(ArchiveError, match="is there already"):
        write(tmp_path / "a", ["yours"])
    with pytest.raises(ArchiveError, match="is there already"), new_path(tmp_path / "b"):
        (tmp_path / "b").write_text("mine")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert (tmp_path / "b").read_text() == "mine"


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path):
    """Not even half a file."""

    def lines() -> Iterator[str]:
        yield "half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(tmp_path / "a", lines())
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_used_is_said(tmp_path: Path):
    """For reading and for writing."""
    with pytest.raises(ArchiveError, match="cannot be written: No such file"):
        write(tmp_path / "none" / "a", [])
    with pytest.raises(ArchiveError, match="cannot be read: No such file"), reading(tmp_path / "a"):
        pass
