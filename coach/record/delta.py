"""Deltas: what one turn changed, as a JSON Patch (RFC 6902) and its inverse.

The context document is `CoachContext.to_dict()`. A delta costs what has changed, not what is
there: values are frozen and shared between two contexts, so identity tells what is new.
"""

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from coach.record.base import RawJson, dump_json, model_json
from coach.record.collection import Collection
from coach.record.context import COLLECTIONS, COUNTERS, CoachContext

MAPS = (
    *("asked", "answers", "superseded", "resume_points", "metadata", "achieved"),
    *("given", "known", "fired"),
)
SCALARS = tuple(
    name
    for name in CoachContext.model_fields
    if name not in (*MAPS, *COLLECTIONS) and name != "visits"
)

Patch = list[dict[str, Any]]


def delta(old: CoachContext, new: CoachContext) -> tuple[Patch, Patch]:
    """(patch, inverse): applied to the documents of `old` and `new` they give the other."""
    patch, inverse = _delta(old, new)
    return json.loads(model_json(patch)), json.loads(model_json(inverse))


def delta_json(old: CoachContext, new: CoachContext) -> tuple[RawJson, RawJson]:
    """The same as JSON text, ready to be kept; the inverse without the counters.

    That of a rewind gives the summaries back whole: they may be others when it is undone.
    """
    patch, inverse = _delta(old, new)
    given_back = [op for op in inverse if root(op) not in COUNTERS]
    if new.rewound == new.revision:
        summaries = _op("replace", "/summaries", dict(old.summaries))
        given_back = [op for op in given_back if root(op) != "summaries"] + [summaries]
    return model_json(patch), model_json(given_back)


def root(op: dict[str, Any]) -> str:
    """The name of what an operation of a patch is about: 'answers' of '/answers/goal'."""
    path: str = op["path"]
    return path.split("/", 2)[1]


def _delta(old: CoachContext, new: CoachContext) -> tuple[Patch, Patch]:
    patch: Patch = []
    inverse: Patch = []
    before, after = old.__dict__, new.__dict__
    for name in SCALARS:
        if before[name] is not after[name] and before[name] != after[name]:
            patch.append(_op("replace", f"/{name}", after[name]))
            inverse.append(_op("replace", f"/{name}", before[name]))
    for name in MAPS:
        _diff_map(f"/{name}/", before[name], after[name], patch, inverse)
    for name in COLLECTIONS:
        _diff_collection(f"/{name}/", before[name], after[name], patch, inverse)
    _diff_list("/visits/", before["visits"], after["visits"], patch, inverse)
    inverse.reverse()
    return patch, inverse


def apply(document: dict[str, Any], patch: Patch) -> dict[str, Any]:
    """The document with the patch applied, in place; ValueError when it does not fit."""
    import jsonpatch  # not needed by a turn that undoes nothing

    try:
        result: dict[str, Any] = jsonpatch.apply_patch(document, patch, in_place=True)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
        raise ValueError(f"the patch does not fit: {error}") from error
    return result


def _diff_map(
    base: str, before: dict[str, Any], after: dict[str, Any], patch: Patch, inverse: Patch
) -> None:
    for key, value in after.items():
        if key not in before:
            patch.append(_op("add", base + _escape(key), value))
            inverse.append({"op": "remove", "path": base + _escape(key)})
        elif before[key] is not value and not _same(before[key], value):
            patch.append(_op("replace", base + _escape(key), value))
            inverse.append(_op("replace", base + _escape(key), before[key]))
    for key, value in before.items():
        if key not in after:
            patch.append({"op": "remove", "path": base + _escape(key)})
            inverse.append(_op("add", base + _escape(key), value))


def _diff_collection(
    base: str, before: Collection[Any], after: Collection[Any], patch: Patch, inverse: Patch
) -> None:
    """The same for what knows itself which of its values were written."""
    keys = after.changed_since(before)
    old = {key: before[key] for key in keys if key in before}
    new = {key: after[key] for key in keys if key in after}
    _diff_map(base, old, new, patch, inverse)


def _diff_list(
    base: str, before: list[Any], after: list[Any], patch: Patch, inverse: Patch
) -> None:
    shared = min(len(before), len(after))
    for index in range(shared):
        if before[index] is not after[index] and before[index] != after[index]:
            patch.append(_op("replace", f"{base}{index}", after[index]))
            inverse.append(_op("replace", f"{base}{index}", before[index]))
    for index in range(shared, len(after)):
        patch.append(_op("add", f"{base}{index}", after[index]))
        inverse.append({"op": "remove", "path": f"{base}{index}"})
    for index in reversed(range(shared, len(before))):
        patch.append({"op": "remove", "path": f"{base}{index}"})
        inverse.append(_op("add", f"{base}{index}", before[index]))


def _same(before: Any, after: Any) -> bool:
    """Equal as JSON too, where 1 and true differ."""
    if before != after:
        return False
    return isinstance(after, BaseModel | str) or dump_json(before) == dump_json(after)


def _op(kind: str, path: str, value: Any) -> dict[str, Any]:
    return {"op": kind, "path": path, "value": value}


def plain(value: Any) -> Any:
    """A context value as JSON data, as `to_dict` writes it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
