"""What is built is what is meant: states/ and prompts/ ship inside the wheel, and from the wheel
alone a project of one's own is made and tested."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
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


Run = Callable[..., subprocess.CompletedProcess[str]]
INSTALL = ("--quiet", "--no-deps", "--no-index")


def install(wheel: Path, python: Path) -> None:
    """With pip, or with uv where that has made the environment of the tests."""
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install"]
    uv = ["uv", "pip", "install", "--python", str(python)]
    command = [*(pip if find_spec("pip") else uv), *INSTALL, str(wheel)]
    subprocess.run(command, check=True, capture_output=True, text=True)


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment outside the repository, in which the wheel is installed. Its
    dependencies are those of the tests."""
    place = tmp_path_factory.mktemp("elsewhere")
    venv.create(place, with_pip=False)
    install(next(built.glob("*.whl")), place / "bin/python")
    (packages,) = place.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    (place / "bin/pytest").write_text(
        f"#!{place}/bin/python\nimport sys, pytest\nsys.exit(pytest.main())\n"
    )
    (place / "bin/pytest").chmod(0o755)
    return place / "bin"


@pytest.fixture(scope="module")
def run(installed: Path) -> Run:
    """A command as its user would give it: nothing of the repository is on its path."""

    def run(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        hidden = ("PYTHONPATH", "PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_XDIST_WORKER")
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        env = kept | {"PATH": f"{installed}{os.pathsep}{os.environ['PATH']}"}
        return subprocess.run(command, shell=True, cwd=cwd, env=env, capture_output=True, text=True)

    return run


@pytest.fixture
def project(run: Run, tmp_path: Path) -> Path:
    """A project that the installed command has made."""
    made = run("coach new 'my habit'", tmp_path)
    assert made.returncode == 0, made.stderr
    return tmp_path / "my habit"


@pytest.mark.xdist_group("packaging")
def test_a_new_project_passes_with_plain_pytest(run: Run, project: Path) -> None:
    """The plugins of the wheel play its stories; in parallel, measured and into junit, too."""
    done = run("pytest -q", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "11 passed" in done.stdout
    where = run("python -c 'import coach; print(coach.__file__)'", project).stdout
    assert "site-packages" in where
    assert str(ROOT) not in where
    done = run("pytest -n 2 --junitxml=out.xml --flow-cov=habit", project)
    assert "11 passed" in done.stdout, done.stdout + done.stderr
    assert "100%" in done.stdout
    assert 'name="the reason may be skipped"' in (project / "out.xml").read_text()


FAULTS = {
    "guard": (
        "sure >= 7",
        "sure > 7",
        "guard_blocked: shrink -> anchor was held back: sure > 7 is false (sure is 7)",
    ),
    "optional": (
        "        optional: true # asked once, and may be skipped\n",
        "",
        "refused {decline: reason}: what it would change is needed to go on",
    ),
    "way": ("to: anchor", "to: done", "F301 stage 'anchor' cannot be reached: no rule leads to it"),
}


@pytest.mark.xdist_group("packaging")
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_flow_fails_with_its_cause(run: Run, project: Path, name: str) -> None:
    """The report names the rule and the value, or the field, or what the flow itself lacks."""
    sound, fault, told = FAULTS[name]
    flow = project / "states/habit.yaml"
    text = flow.read_text()
    assert sound in text
    flow.write_text(text.replace(sound, fault, 1))
    done = run("pytest -q stories/habit.story.yaml", project)
    assert done.returncode != 0
    assert told in done.stdout, done.stdout
    assert "Traceback" not in done.stdout
