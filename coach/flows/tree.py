"""The tree that readers build: budgets, keys that are words, no key twice, a line for each."""

import re
from typing import Any, Final, NoReturn

from coach.errors import Problem

Location = tuple[str | int, ...]

MAX_NODES = 20_000
MAX_DEPTH = 40
MAX_DIGITS = 40
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
NO_KEY: Final = object()
VOID: Final = object()


class Stop(Exception):
    """Reading cannot go on; the reason is among the problems."""


class _Frame:
    """A map or list that is still open. `path` is None inside something that was refused."""

    __slots__ = ("holder", "key", "path")

    def __init__(self, holder: Any, path: Location | None) -> None:
        self.holder = holder
        self.path = path
        self.key: object = NO_KEY


class Builder:
    """Takes maps, lists and scalars in the order of the file. Never recursive."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.root: Any = None
        self.complete = True
        self.problems: list[Problem] = []
        self.broken: set[Location] = set()
        self.keys: dict[Location, int] = {}
        self.values: dict[Location, int] = {}
        self._frames: list[_Frame] = []
        self._nodes = 0

    # -- called by readers -----------------------------------------------------------------

    def open(self, holder: dict[str, Any] | list[Any], line: int) -> None:
        """A map or list begins."""
        self._spend(line)
        if len(self._frames) >= MAX_DEPTH:
            self.stop("F010", f"nested more than {MAX_DEPTH} deep", line)
        if self._expects_key:
            self.fault("F007", "a key is a word, not a map or list", line)
            self._frames[-1].key = VOID
            self._frames.append(_Frame(holder, None))
            return
        path = self._next_path()
        self._put(holder, line)
        self._frames.append(_Frame(holder, path))

    def close(self) -> None:
        """The innermost map or list ends."""
        self._frames.pop()

    def scalar(self, value: object, line: int) -> None:
        """A key, or a value that is not a map or list."""
        self._spend(line)
        if isinstance(value, str) and (strange := CONTROL.search(value)):
            self.fault("F008", f"a text holds the character U+{ord(strange[0]):04X}", line)
            value = VOID
        if self._expects_key:
            self._frames[-1].key = self._key(value, line)
        else:
            self._put(value, line)

    def number(self, text: str, line: int) -> object:
        """A decimal number in its shortest type; too long or too large is a problem."""
        digits = len(text)
        if digits > MAX_DIGITS:
            self.fault("F008", f"a number of {digits:,} characters: at most {MAX_DIGITS}", line)
            return VOID
        if text.lstrip("+-").isdigit():
            return int(text)
        if abs(value := float(text)) == float("inf"):
            self.fault("F008", f"the number {text} is too large", line)
            return VOID
        return value

    def fault(self, code: str, message: str, line: int) -> None:
        """Note a problem, once."""
        problem = Problem(path=self.path, line=line, code=code, message=message)
        if problem not in self.problems[-20:]:
            self.problems.append(problem)

    def stop(self, code: str, message: str, line: int = 1) -> NoReturn:
        """Note a problem after which nothing more can be read."""
        self.fault(code, message, line)
        raise Stop

    # -- placing ---------------------------------------------------------------------------

    @property
    def _expects_key(self) -> bool:
        frame = self._frames[-1] if self._frames else None
        return frame is not None and isinstance(frame.holder, dict) and frame.key is NO_KEY

    def _spend(self, line: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self.stop("F010", f"more than {MAX_NODES:,} keys and values", line)

    def _key(self, key: object, line: int) -> object:
        if key is VOID:
            return VOID
        if not isinstance(key, str):
            self.fault("F007", f"the key {_shown(key)} is not a word: put it in quotes", line)
            return VOID
        frame = self._frames[-1]
        if key in frame.holder:
            first = self.keys.get((*(frame.path or ()), key), line)
            self.fault("F004", f"the key {key!r} stands twice; first on line {first}", line)
            return VOID
        if frame.path is not None:
            self.keys[(*frame.path, key)] = line
        return key

    def _next_path(self) -> Location | None:
        if not self._frames:
            return ()
        frame = self._frames[-1]
        if frame.path is None or frame.key is VOID:
            return None
        step = len(frame.holder) if isinstance(frame.holder, list) else str(frame.key)
        return (*frame.path, step)

    def _put(self, value: Any, line: int) -> None:
        path = self._next_path()
        if path is not None:
            self._note_line(path, value, line)
        if value is VOID:
            value = None
        if not self._frames:
            self.root = value
            return
        frame = self._frames[-1]
        if isinstance(frame.holder, list):
            frame.holder.append(value)
            return
        if frame.key is not VOID:
            frame.holder[frame.key] = value
        frame.key = NO_KEY

    def _note_line(self, path: Location, value: object, line: int) -> None:
        if value is VOID:
            self.broken.add(path)
        in_list = bool(path) and isinstance(path[-1], int)
        if in_list or not isinstance(value, dict | list):
            self.values[path] = line


def _shown(key: object) -> str:
    names = {True: "true", False: "false", None: "null (nothing)"}
    return names[key] if isinstance(key, bool | None) else repr(key)
