"""The house stands: imports point down, and each library has its home."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

COACH = Path(__file__).parents[2] / "coach"

FLOORS: list[set[str]] = [
    {"errors", "library", "limits"},
    {"vocabulary"},
    {"record"},
    {"flows", "hearing", "llms", "prompting", "recalling", "stores"},
    {
        "async_person",
        "audit",
        "beginning",
        "calls",
        "checks",
        "code",
        "collecting",
        "collectors",
        "comparing",
        "consolidation",
        "continuity",
        "differing",
        "earlier",
        "effects",
        "expiring",
        "fixture_files",
        "fixtures",
        "flights",
        "heartbeat",
        "hold",
        "hunks",
        "injection",
        "keeping",
        "lasting",
        "learning",
        "listening",
        "loops",
        "nodes",
        "observing",
        "memories",
        "person",
        "places",
        "past",
        "persisting",
        "rebuilding",
        "recall",
        "recipe",
        "rendering",
        "rewriter",
        "rewriting",
        "scaffold",
        "scenes",
        "ringing",
        "services",
        "session",
    }
    | {
        "settings",
        "sharing",
        "snapshots",
        "streaming",
        "strict_files",
        "sweeping",
        "tallying",
        "turn",
        "update",
        "views",
        "voice",
        "waiting",
        "why",
    },
    {"aio", "async_sweeper", "bot", "manager", "sweeper"},
    {"testing"},
    {"cli"},
    {"__main__"},
]
MIGRATIONS = ((2, "gathered"), (3, "shelf"))
HOMES: dict[str, set[str]] = {
    "alembic": {
        "stores/migrations/env.py",
        "stores/migrations/running.py",
        *(f"stores/migrations/versions/v000{n}_{name}.py" for n, name in MIGRATIONS),
    },
    "dateparser": {"hearing/dates.py"},
    "jinja2": {
        "flows/expression.py",
        *(f"prompting/{name}.py" for name in ("sandbox", "tags", "template", "tracing", "tree")),
        "prompting/lint_tree.py",
        "prompting/probing.py",
    },
    "jsonpatch": {"record/delta.py"},
    "numpy": {"stores/vectors/nearest.py"},
    "pydantic_settings": {"settings.py"},
    "redis": {"stores/redis/link.py"},
    "psycopg": {"stores/drivers/postgresql.py", "testing/servers.py"},
    "sqlite3": {"stores/drivers/sqlite.py"},
    "tiktoken": {"prompting/tokens.py"},
    "transitions": {"flows/machine.py"},
    "uvloop": {"loops.py"},
    "yaml": {"flows/yaml_source.py"},
}
FOLDERS: dict[str, set[str]] = {
    "httpx2": {"llms"},
    "hypothesis": {"testing"},
    "openai": {"llms"},
    "opentelemetry": {"observing"},
    "platformdirs": {"cli"},
    "prompt_toolkit": {"cli"},
    "pydantic_ai": {"llms"},
    "pytest": {"testing"},
    "rich": {"cli"},
    "sqlalchemy": {"record", "stores"},
    "sqlmodel": {"record"},
    "typer": {"cli"},
}


def modules() -> list[Path]:
    """Every module but the front door, which reaches all floors, lazily."""
    return sorted(path for path in COACH.rglob("*.py") if path != COACH / "__init__.py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def room(path: Path) -> str:
    return path.relative_to(COACH).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    return next(number for number, names in enumerate(FLOORS) if name in names)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(COACH)))
def test_imports_point_down(path: Path) -> None:
    """A module imports its own room, or a floor below; never a sibling room of its floor."""
    here = room(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "coach" or len(parts) == 1 or parts[1] == here:
            continue
        same_floor = floor(parts[1]) == floor(here) and here in FLOORS[4] | FLOORS[5] | FLOORS[0]
        assert floor(parts[1]) < floor(here) or same_floor, f"{here} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(COACH)))
def test_libraries_stay_in_their_homes(path: Path) -> None:
    """A third-party library is imported in its home and nowhere else."""
    where = str(path.relative_to(COACH))
    for name in {imported.split(".")[0] for imported in imports(path)}:
        if name in HOMES:
            assert where in HOMES[name], f"{name} is imported in {where}"
        if name in FOLDERS:
            assert room(path) in FOLDERS[name], f"{name} is imported in {where}"


def test_no_module_postpones_annotations() -> None:
    """`from __future__ import annotations` breaks SQLModel, so nobody uses it."""
    assert not [p for p in modules() if "from __future__ import annotations" in p.read_text()]


def test_modules_and_functions_stay_small() -> None:
    """Modules can be read in one sitting: none above 400 lines, median at most 130."""
    lengths = sorted(len(path.read_text().splitlines()) for path in modules())
    assert lengths[-1] <= 400
    assert lengths[len(lengths) // 2] <= 130
