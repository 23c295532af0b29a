"""A new project: which files it has, and how they are written, all or none."""

import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from coach.errors import InputError
from coach.library import home
from coach.vocabulary.fields import NAME

FILES = Path(__file__).parent / "files"
SUFFIX = ".in"  # so that nothing takes them for code, stories or tests of ours
FLOW = "@flow@"
LONGEST = 64
# What YAML does not read as a word.
NO_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def project_files(flow: str) -> Mapping[str, str]:
    """The text of each file, by its path in the project; InputError for a name that is none."""
    check_name(flow)
    found = sorted(path for path in FILES.rglob(f"*{SUFFIX}") if path.is_file())
    return {_named(path, flow): path.read_text("utf-8").replace(FLOW, flow) for path in found}


def make_project(folder: Path, files: Mapping[str, str]) -> None:
    """Write all files below a folder, which is made if need be, or none of them.

    InputError names what is there already, or cannot be written.
    """
    there = [path for path in files if os.path.lexists(folder / path)]
    if there:
        raise InputError(
            f"nothing is written over, and {str(folder)!r} holds {', '.join(there)} already: "
            "name another folder"
        )
    made: list[Path] = []
    try:
        for path, text in files.items():
            _make_folder((folder / path).parent, made)
            _write(folder / path, text, made)
    except BaseException:
        _take_away(made)
        raise


def check_name(flow: str) -> None:
    """InputError for a name that a flow cannot have, or that the built-in files use."""
    if not re.fullmatch(NAME, flow) or len(flow) > LONGEST or flow in NO_WORDS:
        raise InputError(
            f"{flow!r:.80} is no name for a flow: lower-case letters, digits and '_', a letter "
            f"first, at most {LONGEST}.{_nearest(flow)}"
        )
    if flow in _built_in():
        raise InputError(f"{flow!r} is a name of what is built in: choose another for your flow")


def _nearest(flow: str) -> str:
    """' Did you mean 'my_flow'?' for 'My-Flow', if anything is left of the name."""
    plain = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", flow.lower()))
    name = re.sub(r"[^a-z0-9]+", "_", plain).lstrip("_0123456789").rstrip("_")[:LONGEST]
    near = f"{name}_flow" if name in NO_WORDS else name
    return f" Did you mean {near!r}?" if near else ""


def _built_in() -> set[str]:
    found = (*home("states").iterdir(), *home("prompts").iterdir())
    return {path.name.partition(".")[0] for path in found}


def _named(path: Path, flow: str) -> str:
    return path.relative_to(FILES).as_posix().removesuffix(SUFFIX).replace(FLOW, flow)


def _make_folder(folder: Path, made: list[Path]) -> None:
    if os.path.isdir(folder):  # noqa: PTH112  # takes names that no folder can have
        return
    _make_folder(folder.parent, made)
    try:
        folder.mkdir()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", error)
        raise InputError(f"the folder {str(folder)!r:.200} cannot be made: {why}") from None
    made.append(folder)


def _write(path: Path, text: str, made: list[Path]) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            made.append(path)
            file.write(text)
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be written: {error.strerror}") from None


def _take_away(made: list[Path]) -> None:
    """What was made, the newest first; what somebody has put there meanwhile stays."""
    for path in reversed(made):
        try:
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
        except OSError:
            continue
