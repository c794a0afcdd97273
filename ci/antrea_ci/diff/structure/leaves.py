"""A value taken apart into its leaves, to tell how much two values have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

from antrea_ci.diff.structure.forms import may_be_structured, readers
from antrea_ci.diff.structure.knowledge import is_ordered, keys_of
from antrea_ci.diff.structure.labels import labels_of_both
from antrea_ci.diff.structure.place import Place
from antrea_ci.diff.structure.spelling import normal
from antrea_ci.yamlio import Value

Leaf: TypeAlias = tuple[str, str, int]
Leaves: TypeAlias = frozenset[Leaf]

DEEPEST = 6
"""Texts inside texts are taken apart up to this depth; further inside they are plain text."""


def leaves(value: Value, place: Place) -> Leaves:
    """Path, scalar and number of every leaf; several equal ones count several times.

    Spelling and the order of lists make no difference. Texts that hold YAML, JSON, certificates or assignments are
    taken apart too. An empty mapping or list is a leaf.
    """
    counts: Counter[tuple[str, str]] = Counter()
    found: list[Leaf] = []
    for path, text in _walk(value, place, ""):
        counts[path, text] += 1
        found.append((path, text, counts[path, text]))
    return frozenset(found)


def meaning(value: Value, place: Place) -> str:
    """A text that values share which say the same: without spelling, comments, and order where that says nothing."""
    if isinstance(value, dict):
        return str(sorted((key, meaning(below, place.below(key))) for key, below in value.items()))
    if isinstance(value, list):
        texts = [meaning(below, place.item("")) for below in value]
        return f"list {texts if is_ordered(place, value, value) else sorted(texts)}"
    inner = _inside(value, place) if isinstance(value, str) else None
    return normal(value, place) if inner is None else f"text {meaning(inner, place.inner(''))}"


def likeness(one: Leaves, other: Leaves) -> float:
    """How much of the larger one both have, from 0 to 1. Two that have no leaf at all are alike."""
    larger = max(len(one), len(other))
    return len(one & other) / larger if larger else 1.0


def _walk(value: Value, place: Place, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _walk(below, place.below(key), f"{path}.{key}")
    elif isinstance(value, list) and value:
        for label, below in zip(_labels(value, place), value, strict=True):
            yield from _walk(below, place.item(label), f"{path}[{label}]")
    elif isinstance(value, dict | list):
        yield path, str(value)
    else:
        inner = _inside(value, place) if isinstance(value, str) else None
        if inner is None:
            yield path, normal(value, place)
        else:
            yield from _walk(inner, place.inner(""), f"{path} → ")


def _labels(items: list[Value], place: Place) -> list[str]:
    both = labels_of_both(items, items, keys_of(place))
    return both[0] if both else [""] * len(items)


def _inside(text: str, place: Place) -> Value:
    """What a text holds; None for a plain one."""
    if place.depth >= DEEPEST or not may_be_structured(text):
        return None
    parsed = next(filter(None, (read(text) for read in readers())), None)
    return parsed.value if parsed else None
