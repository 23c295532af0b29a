"""Template folders: names are confined to them, and the first folder that has a name wins."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from stat import S_ISREG

from coach.errors import TemplateError, TemplateNotFound, did_you_mean

MAX_BYTES = 262_144
MAX_LEVELS = 20
Names = tuple[str, ...]
References = Callable[[str, str, Path], Iterable[str]]
_NAME = re.compile(r"(?!\.{1,2}(?:/|$))[\w.-]+(?:/(?!\.{1,2}(?:/|$))[\w.-]+)*", re.ASCII)


class Roots:
    """Folders of templates, the user's first. Nothing outside of them is ever read.

    A file is looked for once: a new or changed one is seen by new `Roots`.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(_resolved(Path(folder)) for folder in folders)
        self._sources: dict[str, tuple[str, Path] | None] = {}

    def source(self, name: str) -> tuple[str, Path] | None:
        """(source, path) of that name, or None."""
        if name not in self._sources:
            self._sources[name] = self.read(name)
        return self._sources[name]

    def find(self, names: Sequence[str]) -> str:
        """The first name that has a file; TemplateNotFound names all that were tried."""
        for name in names:
            if self.source(name) is not None:
                return name
        raise self.missing(names)

    def path(self, name: str) -> Path | None:
        """The file of that name, or None. TemplateError for a name that leaves the folders."""
        check_name(name)
        for folder in self.folders:
            file = _resolved(folder / name)
            if _is_file(file):
                if not file.is_relative_to(folder):
                    raise TemplateError(f"{name}: the file is a link that leaves {folder}")
                return file
        return None

    def read(self, name: str) -> tuple[str, Path] | None:
        """(source, path) of that name, or None. TemplateError when it cannot be read as text."""
        file = self.path(name)
        if file is None:
            return None
        try:
            if file.stat().st_size > MAX_BYTES:
                raise TemplateError(f"{file}: larger than {MAX_BYTES:,} bytes")
            return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"), file
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"{file}: cannot be read as UTF-8 text: {error}") from error

    def names(self) -> list[str]:
        """Every template under the folders, by name."""
        found = {
            file.relative_to(folder).as_posix()
            for folder in self.folders
            for file in folder.rglob("*.jinja")
        }
        return sorted(found)

    def missing(self, names: Sequence[str]) -> TemplateNotFound:
        """The error for names none of which is there."""
        tried = ", ".join(repr(name) for name in names)
        where = ", ".join(str(folder) for folder in self.folders) or "no folder"
        hint = did_you_mean(names[0], self.names()) if names else ""
        return TemplateNotFound(f"no template {tried} under {where}.{hint}")

    def family(self, name: str, references: References) -> dict[str, str]:
        """name -> source of a template and all that it refers to, directly or not."""
        family: dict[str, str] = {}
        self._walk(name, references, (), family, {})
        return family

    def _walk(
        self,
        name: str,
        references: References,
        above: Names,
        family: dict[str, str],
        levels: dict[str, int],
    ) -> int:
        """How many levels of templates hang from this one; fills name -> source into `family`.

        A name that is finished stands in `levels` and is not walked again.
        """
        if name in above:
            raise TemplateError(f"{name} includes itself: {' -> '.join((*above, name))}")
        if len(above) + levels.get(name, 1) > MAX_LEVELS:
            chain = " -> ".join((*above, name))
            raise TemplateError(f"{above[0]}: more than {MAX_LEVELS} levels of includes: {chain}")
        if name not in levels:
            found = self.source(name)
            if found is not None:
                family[name] = found[0]
            here = (*above, name)
            parts = () if found is None else dict.fromkeys(references(name, *found))
            below = (self._walk(part, references, here, family, levels) for part in parts)
            levels[name] = 1 + max(below, default=0)
        return levels[name]


class Archive(Roots):
    """Templates that are no files: their sources by name. `label` stands before their names."""

    def __init__(self, sources: Mapping[str, str], label: str = "archive") -> None:
        super().__init__(())
        self._archived = {
            name: (source, Path(label) / name) for name, source in sources.items() if is_name(name)
        }

    def read(self, name: str) -> tuple[str, Path] | None:
        return self._archived.get(name)

    def path(self, name: str) -> Path | None:
        found = self._archived.get(name)
        return None if found is None else found[1]

    def names(self) -> list[str]:
        return sorted(self._archived)


def digest(family: Mapping[str, str]) -> str:
    """sha256 (hex) over the sources of a family of templates."""
    found = hashlib.sha256()
    for part, source in sorted(family.items()):
        found.update(f"{part}\0{source}\0".encode())
    return found.hexdigest()


def _resolved(path: Path) -> Path:
    """The path without links; TemplateError for a loop of links or what can be no path."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise _unreadable(path, error) from error


def _is_file(path: Path) -> bool:
    try:
        return S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> TemplateError:
    why = getattr(error, "strerror", None) or str(error).split(":")[0].split(" from ")[0]
    return TemplateError(f"{str(path)[:200]!r} cannot be read: {why}")


def is_name(name: str) -> bool:
    """True for a relative path of plain parts, joined by '/'."""
    return len(name) <= 200 and _NAME.fullmatch(name) is not None


def check_name(name: str) -> None:
    """TemplateError unless it is a name."""
    if not is_name(name):
        raise TemplateError(
            f"template name {name[:80]!r} is not allowed: "
            "names are relative, like 'grow/goal.md.jinja', and stay in the template folders"
        )
