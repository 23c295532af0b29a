"""Template folders: names are confined to them, and the first folder that has a name wins."""

import re
from collections.abc import Sequence
from pathlib import Path

from coach.errors import TemplateError, TemplateNotFound, did_you_mean

MAX_BYTES = 262_144
_NAME = re.compile(r"(?!\.{1,2}(?:/|$))[\w.-]+(?:/(?!\.{1,2}(?:/|$))[\w.-]+)*", re.ASCII)


class Roots:
    """Folders of templates, the user's first. Nothing outside of them is ever read."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(Path(folder).resolve() for folder in folders)

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


def check_name(name: str) -> None:
    """TemplateError unless the name is a relative path of plain parts, joined by '/'."""
    if len(name) > 200 or not _NAME.fullmatch(name):
        raise TemplateError(
            f"template name {name[:80]!r} is not allowed: "
            "names are relative, like 'grow/goal.md.jinja', and stay in the template folders"
        )
