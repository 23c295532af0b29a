"""The file of a cassette: requests and their answers as JSON that people can read and compare.

A text of several lines is a list of lines. Nothing else of a request is left out or shortened, so
the file needs no key beside it.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from coach.errors import InputError
from coach.vocabulary.llm import Completion, LlmRequest
from coach.vocabulary.value import Value

VERSION = 1


class Recording(Value):
    """A request, and what was answered each time it was made."""

    request: LlmRequest
    answers: tuple[Completion, ...]


def read_recordings(path: Path) -> list[Recording]:
    """What a file holds, [] when there is none. InputError says what cannot be read, and where."""
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text)
    except FileNotFoundError:
        return []
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: not valid JSON: {error.msg}") from None
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    if not isinstance(data, dict) or data.get("cassette") != VERSION:
        raise InputError(f"{path}:1: no cassette of version {VERSION}")
    found = data.get("recordings")
    if not isinstance(found, list):
        raise InputError(f"{path}: `recordings` is a list")
    return [_recording(path, number, item) for number, item in enumerate(found, 1)]


def _recording(path: Path, number: int, item: Any) -> Recording:
    try:
        return Recording.model_validate(_joined(item))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"{path}: recording {number}: {place}: {first['msg']}") from None


def write_recordings(path: Path, recordings: Iterable[Recording]) -> None:
    """All of them in place of the file, whole or not at all; folders are made as needed."""
    shown = [
        {"request": plain(one.request), "answers": [plain(answer) for answer in one.answers]}
        for one in recordings
    ]
    text = json.dumps({"cassette": VERSION, "recordings": shown}, indent=1, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text + "\n")
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def plain(value: BaseModel) -> dict[str, Any]:
    """A request or an answer as the file has it: without what is as usual, texts in lines."""
    data = value.model_dump(mode="json", exclude_defaults=True)
    for item, name in _texts(data):
        if "\n" in item[name]:
            item[name] = item[name].split("\n")
    return data


def _joined(item: Any) -> Any:
    """The same with texts in one piece."""
    if not isinstance(item, dict):
        return item
    answers = item.get("answers")
    for part in [item.get("request"), *(answers if isinstance(answers, list) else ())]:
        for holder, name in _texts(part):
            lines = holder[name]
            if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
                holder[name] = "\n".join(lines)
    return item


def _texts(data: Any) -> list[tuple[dict[str, Any], str]]:
    """Where texts of several lines stand: contents of messages, and the text of an answer."""
    if not isinstance(data, dict):
        return []
    messages = data.get("messages")
    found = [(one, "content") for one in (messages if isinstance(messages, list) else ())]
    found = [*found, (data, "text")]
    return [(one, name) for one, name in found if isinstance(one, dict) and name in one]
