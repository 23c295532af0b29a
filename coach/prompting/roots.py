"""Template folders: names are confined to them, and the first folder that has a name wins."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from coach.errors import TemplateError, TemplateNotFound, did_you_mean

MAX_BYTES = 262_144
Names = tuple[str, ...]
References = Callable[[str, str, Path], Iterable[str]]
_NAME = re.compile(r"(?!\.{1,2}(?:/|$))[\w.-]+(?:/(?!\.{1,2}(?:/|$))[\w.-]+)*", re.ASCII)


class Roots:
    """Folders of templates, the user's first. Nothing outside of them is ever read.

    A file is looked for once: a new or changed one is seen by new `Roots`.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(Path(folder).resolve() for folder in folders)
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
            file = (folder / name).resolve()
            if file.is_file():
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

    def digest(self, name: str, references: References) -> str:
        """sha256 (hex) over a template and all that it refers to, directly or not."""
        digest = hashlib.sha256()
        for part, source in sorted(self._family(name, references, ()).items()):
            digest.update(f"{part}\0{source}\0".encode())
        return digest.hexdigest()

    def _family(self, name: str, references: References, above: Names) -> dict[str, str]:
        """name -> source of the template and of all it refers to."""
        if name in above:
            raise TemplateError(f"{name} includes itself: {' -> '.join((*above, name))}")
        found = self.source(name)
        if found is None:
            return {name: "missing"}
        family = {name: found[0]}
        for reference in references(name, *found):
            if reference == name or reference not in family:
                family |= self._family(reference, references, (*above, name))
        return family


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
