"""Guards, actions and tools of the operator's own: the registry in a Python file, `--code FILE.py`.

The file is named on the command line or in COACH_CODE, never by a flow and never by what was
said. It is loaded from that very path, under a name that nothing else imports.
"""

import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from coach.errors import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from coach.flows.registry import Registry

HINT = "Guards, actions and tools of your own: --code FILE.py"


def registry(code: str | None) -> "Registry":
    """The registry of 'FILE.py' or 'FILE.py:name'; an empty one for None."""
    from coach.flows.registry import EMPTY

    if not code:
        return EMPTY
    place, name = _split(code)
    return _only(place, _loaded(place), name)


def hinted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems; those with code that is not known say where to put them."""
    return tuple(
        replace(p, message=f"{p.message} {HINT}") if _is_of_code(p) else p for p in problems
    )


def _is_of_code(problem: Problem) -> bool:
    return problem.code in ("F208", "F210") or (
        problem.code == "F207" and "guard" in problem.message
    )


def _split(code: str) -> tuple[Path, str | None]:
    path, _, name = code.rpartition(":")
    return (Path(path), name) if path and name.isidentifier() else (Path(code), None)


def _only(path: Path, module: ModuleType, name: str | None) -> "Registry":
    """The registry of that name, or the one that is there."""
    from coach.flows.registry import Registry

    known = {key: each for key, each in vars(module).items() if isinstance(each, Registry)}
    if name is not None:
        if name not in known:
            hint = did_you_mean(name, known) or " It holds none."
            raise InputError(f"--code {str(path)!r} holds no coach.Registry {name!r}.{hint}")
        return known[name]
    different = list({id(each): each for each in known.values()}.values())
    if not different:
        raise InputError(f"--code {str(path)!r} holds no coach.Registry at its top level")
    if len(different) > 1:
        names = ", ".join(known)
        raise InputError(f"--code {str(path)!r} holds several registries ({names}): add ':NAME'")
    return different[0]


def _loaded(path: Path) -> ModuleType:
    """The module of a file."""
    if not path.is_file():
        raise InputError(f"--code {str(path)!r}: there is no such file")
    place = path.resolve()
    name = f"_coach_code_{hashlib.sha256(str(place).encode()).hexdigest()[:16]}"
    spec = importlib.util.spec_from_file_location(name, place)
    if spec is None or spec.loader is None:
        raise InputError(f"--code {str(path)!r} is no Python file: its name ends with .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while it is being run
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise InputError(f"--code {_where(path, place, error)} {_what(error)}") from error
    return module


def _where(path: Path, place: Path, error: BaseException) -> str:
    """The file, with the line in it that was being run, or that cannot be read."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(place)]
    line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
    return repr(str(path)) if line is None else f"{str(path)!r} line {line}"


def _what(error: BaseException) -> str:
    words = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"raised {type(error).__name__}{': ' if words else ''}{words}"
