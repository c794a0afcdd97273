"""The JSON form of a diff (DESIGN section 8), written and read back."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from antrea_ci.diff.model import ChangeClass, ListChange, ObjectChange, PathChange, RepositoryDiff, worst_first
from antrea_ci.yamlio import Value


def to_json(diffs: Sequence[RepositoryDiff]) -> dict[str, Value]:
    """``objects`` and ``summary`` of one repository; of several, ``repositories`` too, each in that form."""
    if len(diffs) == 1:
        return _of_one(diffs[0])
    every: list[Value] = [{"repository": one.repository, **_object(change)} for one in diffs for change in one.objects]
    classes = worst_first(name for one in diffs for name in one.classes)
    summary: dict[str, Value] = {"worst": classes[0].value if classes else "", **_counts(_objects_of(diffs))}
    repositories: list[Value] = [_of_one(one) for one in diffs]
    return {"repositories": repositories, "objects": every, "summary": summary}


def from_json(data: bytes) -> tuple[RepositoryDiff, ...]:
    """What ``to_json`` wrote, from a file that anybody may have changed. Raises ValueError for any other form."""
    from antrea_ci.diff.report_model import read  # pydantic is for who reads

    return read(data)


def _objects_of(diffs: Iterable[RepositoryDiff]) -> list[ObjectChange]:
    return [change for one in diffs for change in one.objects]


def _of_one(diff: RepositoryDiff) -> dict[str, Value]:
    return {"objects": [_object(change) for change in diff.objects], "summary": _summary(diff)}


def _summary(diff: RepositoryDiff) -> dict[str, Value]:
    return {
        "repository": diff.repository,
        "base": diff.base,
        "head": diff.head,
        "worst": diff.classes[0].value if diff.objects else "",
        **_counts(diff.objects),
        "images": _list_change(diff.images),
        "networks": _list_change(diff.networks),
        "firewall": _list_change(diff.firewall),
        "warnings": list(diff.warnings),
        "stale_base": [_object(change) for change in diff.stale_base],
        "blocked": diff.blocked,
        "error": diff.error,
    }


def _counts(changes: Sequence[ObjectChange]) -> dict[str, Value]:
    """How many objects changed in which way; by class each object counts once, with its worst."""
    kinds = Counter(change.change for change in changes)
    classes = Counter(change.worst for change in changes)
    return {
        "counts": dict(sorted(kinds.items())),
        "classes": {name.value: classes[name] for name in ChangeClass if name in classes},
    }


def _list_change(change: ListChange) -> dict[str, Value]:
    return {
        "before": list(change.before),
        "after": list(change.after),
        "added": list(change.added),
        "removed": list(change.removed),
    }


def _object(change: ObjectChange) -> dict[str, Value]:
    return {
        "change": change.change,
        "object": change.object,
        "was": change.was,
        "class": change.worst.value,
        "classes": [name.value for name in change.classes],
        "why": change.why,
        "is_file": change.is_file,
        "paths": [_path(path) for path in change.paths],
    }


def _path(path: PathChange) -> dict[str, Value]:
    return {
        "path": path.path,
        "before": _finite(path.before),
        "after": _finite(path.after),
        "class": path.worst.value,
        "classes": [name.value for name in path.classes],
        "why": path.why,
        "effect": path.effect.value,
        "note": path.note,
    }


def _finite(value: Value) -> Value:
    """JSON has no infinity: what YAML writes as ``.inf`` becomes that text."""
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return {key: _finite(item) for key, item in value.items()} if isinstance(value, dict) else value
