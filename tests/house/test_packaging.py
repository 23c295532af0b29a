"""What is built is what is meant: states/ and prompts/ ship inside the wheel."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tracked(folder: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {line for line in listed.stdout.splitlines() if (ROOT / line).is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel that was built from it."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, capture_output=True, text=True, check=True)
    return out


@pytest.mark.xdist_group("packaging")
def test_the_wheel_holds_the_code_and_both_data_folders(built: Path) -> None:
    """Every tracked file of coach/, states/ and prompts/ is in the wheel, and nothing else is."""
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    shipped = {name for name in names if ".dist-info/" not in name}
    expected = tracked("coach") | {f"coach/{n}" for n in tracked("states") | tracked("prompts")}
    assert shipped == expected


@pytest.mark.xdist_group("packaging")
def test_the_sdist_holds_what_a_builder_and_a_tester_need(built: Path) -> None:
    """The sdist has sources, data, tests and the project's own files."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for folder in ("coach", "states", "prompts", "tests", "examples"):
        assert tracked(folder) <= names
    assert {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "Makefile"} <= names


@pytest.mark.xdist_group("packaging")
def test_an_installed_wheel_finds_its_flows_and_templates(built: Path, tmp_path: Path) -> None:
    """From the wheel alone, a flow loads and a page renders."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path)
    code = "import coach; print(coach.__file__); print(coach.render('grow/goal').tokens > 0)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(tmp_path) in done.stdout
    assert done.stdout.strip().endswith("True")
