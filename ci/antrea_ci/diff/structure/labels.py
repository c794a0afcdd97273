"""What the items of a list are called: ``name=manager``, ``containerPort=8080,protocol=TCP``."""

from __future__ import annotations

from collections.abc import Sequence

from antrea_ci.diff.structure.knowledge import Keys
from antrea_ci.diff.structure.spelling import identity, usual_address
from antrea_ci.yamlio import Value


def labels_of_both(before: Sequence[Value], after: Sequence[Value], keys: Keys) -> tuple[list[str], list[str]] | None:
    """The labels of both lists by the first keys that all items have, each in its own way; None if there are none."""
    for one in keys.by:
        left, right = _labels(before, one, keys.default), _labels(after, one, keys.default)
        if left is None or right is None:
            continue
        if len(set(left)) == len(left) and len(set(right)) == len(right):
            return left, right
    return None


def labels_of(items: Sequence[Value], keys: Keys) -> list[str] | None:
    """The labels of a list alone."""
    for one in keys.by:
        labels = _labels(items, one, keys.default)
        if labels is not None and len(set(labels)) == len(labels):
            return labels
    return None


def numbered(labels: Sequence[str]) -> list[str]:
    """The labels, each once: the second ``a`` is ``a#2``."""
    unique: dict[str, None] = {}
    for label in labels:
        name = label
        for count in range(2, len(labels) + 2):
            if name not in unique:
                break
            name = f"{label}#{count}"
        unique[name] = None
    return list(unique)


def _labels(items: Sequence[Value], keys: tuple[str, ...], default: dict[str, Value]) -> list[str] | None:
    labels: list[str] = []
    for item in items:
        if not isinstance(item, dict):
            return None
        parts: list[str] = []
        for key in keys:
            value = item.get(key, default.get(key))
            if value is None or isinstance(value, dict | list):
                return None
            parts.append(f"{key}={_plain(value)}")
        labels.append(",".join(parts))
    return labels


def _plain(value: Value) -> str:
    return usual_address(value) if isinstance(value, str) and value.isprintable() else identity(value)
