"""A value taken apart into its leaves, to tell how much two values have in common."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TypeAlias

from antrea_ci.diff.structure.forms import read_any
from antrea_ci.diff.structure.knowledge import is_ordered, keys_of
from antrea_ci.diff.structure.labels import labels_of
from antrea_ci.diff.structure.place import Place
from antrea_ci.diff.structure.spelling import normal
from antrea_ci.yamlio import Value

Leaf: TypeAlias = tuple[str, str, int]
Leaves: TypeAlias = frozenset[Leaf]


def leaves(value: Value, place: Place) -> Leaves:
    """Path, scalar and number of every leaf; several equal ones count several times.

    Spelling and the order of lists make no difference. Texts that hold YAML, JSON, certificates or assignments are
    taken apart too. An empty mapping or list is a leaf.
    """
    found: list[tuple[str, str]] = []
    _collect(value, place, "", found)
    if len(set(found)) == len(found):
        return frozenset((path, text, 1) for path, text in found)
    counts: Counter[tuple[str, str]] = Counter()
    leaves: list[Leaf] = []
    for one in found:
        counts[one] += 1
        leaves.append((*one, counts[one]))
    return frozenset(leaves)


def meaning(value: Value, place: Place) -> str:
    """A text that values share which say the same: without spelling, comments, and order where that says nothing."""
    if isinstance(value, dict):
        keys = sorted(value)
        return _digest("mapping", [part for key in keys for part in (key, meaning(value[key], place.below(key)))])
    if isinstance(value, list):
        texts = [meaning(below, place.item("")) for below in value]
        return _digest("list", texts if is_ordered(place, value, value) else sorted(texts))
    inner = _inside(value, place)
    return normal(value, place) if inner is None else _digest("text", [meaning(inner, place.inner(""))])


def _digest(what: str, parts: list[str]) -> str:
    """Of a fixed length, so that nothing grows with depth."""
    text = "".join(f"{len(part)} {part} " for part in (what, *parts))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def likeness(one: Leaves, other: Leaves) -> float:
    """How much of the larger one both have, from 0 to 1. Two that have no leaf at all are alike."""
    larger = max(len(one), len(other))
    return len(one & other) / larger if larger else 1.0


def _collect(value: Value, place: Place, path: str, found: list[tuple[str, str]]) -> None:
    if isinstance(value, dict) and value:
        for key, below in value.items():
            _collect(below, place.below(key), f"{path}.{key}", found)
    elif isinstance(value, list) and value:
        labels = labels_of(value, keys_of(place)) or [""] * len(value)
        for label, below in zip(labels, value, strict=True):
            _collect(below, place.item(label), f"{path}[{label}]", found)
    elif isinstance(value, dict | list):
        found.append((path, str(value)))
    else:
        inner = _inside(value, place)
        if inner is None:
            found.append((path, normal(value, place)))
        else:
            _collect(inner, place.inner(""), f"{path} → ", found)


def _inside(value: Value, place: Place) -> Value:
    """What a text holds; None for a plain one, and for anything else."""
    parsed = read_any(value) if isinstance(value, str) and not place.is_deep else None
    return parsed.value if parsed else None
