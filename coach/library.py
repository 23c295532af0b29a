"""The library: where flows (`states/`) and templates (`prompts/`) are found.

Your own folder is searched before the built-in one, so overriding a file means placing one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from coach.errors import FlowNotFound, SettingsError, did_you_mean

Kind = Literal["states", "prompts"]

FLOW_NAME = re.compile(r"[a-z0-9_-]+")
FLOW_KEY = re.compile(rb"^flow[ \t]*:", re.MULTILINE)
MOST_HINTS = 5
FLOW_SUFFIXES = (".yaml", ".yml", ".json")
PACKAGE = Path(__file__).resolve().parent


def home(kind: Kind) -> Path:
    """The built-in folder: inside the installed package, else beside it in a checkout."""
    inside = PACKAGE / kind
    return inside if inside.is_dir() else PACKAGE.parent / kind


def roots(kind: Kind, user: str | Path | None = None) -> tuple[Path, ...]:
    """The folders to search, first match wins: `user` (else `./states`), then the built-in."""
    own = Path(kind) if user is None else Path(user)
    builtin = home(kind)
    try:
        same = own.resolve() == builtin.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise SettingsError(f"{str(own)!r:.80} cannot be a folder: {error!s:.80}") from None
    return (builtin,) if same else (own, builtin)


def find_flow(name_or_path: str | Path, folders: Sequence[str | Path] | None = None) -> Path:
    """The file of a flow.

    A name ('grow') is looked up as NAME.yaml, .yml or .json in `folders` (default
    `roots("states")`); whatever has a suffix or a separator is a path. FlowNotFound otherwise.
    """
    if isinstance(name_or_path, Path) or _looks_like_path(name_or_path):
        return _existing(Path(name_or_path))
    known = list_flows(folders)
    if name_or_path not in known:
        raise FlowNotFound(_no_flow(name_or_path, known, _folders(folders)))
    return known[name_or_path]


def list_flows(folders: Sequence[str | Path] | None = None) -> Mapping[str, Path]:
    """Every flow that a name can find, by name in alphabetical order."""
    found: dict[str, Path] = {}
    for folder in _folders(folders):
        for path in _flow_files(folder):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def _folders(folders: Sequence[str | Path] | None) -> tuple[Path, ...]:
    return roots("states") if folders is None else tuple(Path(folder) for folder in folders)


def _flow_files(folder: Path) -> Iterable[Path]:
    """The flow files of a folder, .yaml before .yml before .json; none if it is not there."""
    paths = [p for p in folder.iterdir() if p.is_file()] if folder.is_dir() else []
    flows = [p for p in paths if p.suffix in FLOW_SUFFIXES and FLOW_NAME.fullmatch(p.stem)]
    return sorted(flows, key=lambda p: FLOW_SUFFIXES.index(p.suffix))


def _looks_like_path(text: str) -> bool:
    return "/" in text or "\\" in text or Path(text).suffix in FLOW_SUFFIXES


def _existing(path: Path) -> Path:
    try:
        return _checked(path)
    except (OSError, ValueError) as error:
        raise FlowNotFound(f"{str(path)!r:.80} cannot be a flow file: {error!s:.80}") from None


def _checked(path: Path) -> Path:
    if path.is_file():
        return path
    if path.is_dir():
        raise FlowNotFound(f"{str(path)!r} is a folder. Name a flow file in it.")
    near = sorted(p.name for p in _flow_files(path.parent) if _is_yaml_flow(p))
    hint = did_you_mean(path.name, near)
    if near and "Known:" in hint:
        more = ", …" if len(near) > MOST_HINTS else ""
        hint = f" Known: {', '.join(near[:MOST_HINTS])}{more}."
    raise FlowNotFound(f"no flow file {str(path)!r}.{hint}")


def _is_yaml_flow(path: Path) -> bool:
    """Whether a file looks like a flow: a folder may hold any other YAML."""
    if path.suffix == ".json":
        return False
    try:
        with path.open("rb") as file:
            return FLOW_KEY.search(file.read(4_096)) is not None
    except OSError:
        return False


def _no_flow(name: str, known: Iterable[str], folders: Iterable[Path]) -> str:
    hint = did_you_mean(name, known)
    flows = ", ".join(known)
    listed = f" Known flows: {flows}." if flows and "Known:" not in hint else ""
    where = " and ".join(repr(str(folder)) for folder in folders)
    return f"no flow {name!r} in {where}.{hint}{listed}"
