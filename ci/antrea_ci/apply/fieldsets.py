"""Who owns which field: `metadata.managedFields`, whose `fieldsV1` names fields of an object as a tree.

A key is ``f:NAME`` (a key of a mapping), ``k:{...}`` (an item of a list, by the keys that identify it) or ``v:VALUE``
(an item of a set); ``.`` is the thing itself beside what is below it, an empty mapping the thing as a whole.
source: kubernetes.io/docs/reference/using-api/server-side-apply; kubernetes-sigs/structured-merge-diff fieldpath
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import cast

from antrea_ci.kube.api import FIELD_MANAGER
from antrea_ci.values import items_at, mapping_at, text_at
from antrea_ci.yamlio import Value

Fields = dict[str, Value]
_SELF = "."


@dataclass(frozen=True)
class Entry:
    """What one manager owns. ``is_applied``: by server-side apply, which gives up what it no longer names."""

    manager: str
    is_applied: bool
    api_version: str
    fields: Fields

    @property
    def is_ours(self) -> bool:
        """Whether it is what this project applied."""
        return self.is_applied and self.manager == FIELD_MANAGER


def entries(live: Value) -> Iterator[Entry]:
    """The managers of an object's own fields; those of its status are left out."""
    for one in items_at(live, ("metadata", "managedFields")):
        if not text_at(one, ("subresource",)):
            manager, operation, version = (text_at(one, (key,)) for key in ("manager", "operation", "apiVersion"))
            yield Entry(manager, operation == "Apply", version, mapping_at(one, ("fieldsV1",)))


def owned(live: Value, wanted: Callable[[Entry], bool]) -> Fields:
    """The fields of all managers that are ``wanted``."""
    found = [entry.fields for entry in entries(live) if entry.fields and wanted(entry)]
    return reduce(union, found) if found else {}


def union(one: Mapping[str, Value], other: Mapping[str, Value]) -> Fields:
    """The fields of both nodes."""
    if not one or not other:
        below = dict(one or other)
        return {**below, _SELF: cast("Value", {})} if below else {}
    found = dict(one)
    for key, node in other.items():
        found[key] = union(mapping_at(found[key], ()), mapping_at(node, ())) if key in found else node
    return found


def without(fields: Mapping[str, Value], known: Mapping[str, Value]) -> Fields:
    """The fields of ``fields`` that ``known`` has not. What ``known`` names as a whole covers all that is below it."""
    found: Fields = {}
    for key, node in fields.items():
        if key == _SELF:
            continue
        if key not in known:
            found[key] = node
        elif known[key] and (rest := without(mapping_at(node, ()), mapping_at(known[key], ()))):
            found[key] = rest
    return found


def removed(value: Value, fields: Mapping[str, Value]) -> Value:
    """A copy of ``value`` without ``fields``."""
    if isinstance(value, dict):
        left = {key: _left(below, fields.get(f"f:{key}")) for key, below in value.items()}
        return {key: kept[0] for key, kept in left.items() if kept}
    if isinstance(value, list):
        return [kept for item in value for kept in _left(item, node_of(item, fields))]
    return value


def _left(value: Value, node: Value) -> list[Value]:
    """What is left of a value: itself, a part of it, or nothing."""
    if not isinstance(node, dict):
        return [value]
    return [] if not node or _SELF in node else [removed(value, node)]


def kept(value: Value, fields: Mapping[str, Value]) -> Value:
    """A copy of ``value`` with nothing but ``fields``."""
    inner = {key: node for key, node in fields.items() if key != _SELF}
    if isinstance(value, dict) and inner:
        named = {key: inner.get(f"f:{key}") for key in value}
        return {key: kept(value[key], node) for key, node in named.items() if isinstance(node, dict)}
    if isinstance(value, list) and inner:
        found = ((item, node_of(item, inner)) for item in value)
        return [kept(item, node) for item, node in found if isinstance(node, dict)]
    return value


def node_of(item: Value, fields: Mapping[str, Value]) -> Value:
    """The node of an item of a list; None where the fields have none."""
    for key, node in fields.items():
        if key.startswith("v:") and json.loads(key[2:]) == item:
            return node
        if identity := identity_of(key):
            found = mapping_at(item, ())
            if all(found.get(name) == value for name, value in identity.items()):
                return node
    return None


def identity_of(key: str) -> dict[str, Value]:
    """The keys and values of ``k:{...}``; empty for any other key."""
    return cast("dict[str, Value]", json.loads(key[2:])) if key.startswith("k:") else {}
