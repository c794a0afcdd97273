"""What of a living object can be compared with its manifest, by reading alone: what the manifest says, and what was
applied before and is not said any more. Defaults, statuses and what others added are left out.

How the object's lists are merged, which only its schema says, is read from the names of their items in `managedFields`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from antrea_ci.apply.fieldsets import Entry, identity_of, kept, node_of, owned
from antrea_ci.apply.predecessors import is_predecessor
from antrea_ci.facts import facts
from antrea_ci.values import mapping_at, value_at
from antrea_ci.yamlio import Value

# What only the server writes. source: kubernetes API reference, ObjectMeta
_WRITTEN_BY_SERVER = frozenset(
    {"creationTimestamp", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"}
)


def bare(manifest: Mapping[str, Value]) -> dict[str, Value]:
    """An object without its status and what only the server writes."""
    metadata = mapping_at(dict(manifest), ("metadata",))
    about = {key: value for key, value in metadata.items() if key not in _WRITTEN_BY_SERVER}
    return {**{key: value for key, value in manifest.items() if key != "status"}, "metadata": cast("Value", about)}


def projected(live: Mapping[str, Value], rendered: Mapping[str, Value]) -> dict[str, Value]:
    """What of ``live`` is to be compared with ``rendered``."""
    before = owned(dict(live), _is_ours_or_before)
    # Who creates an object of a built-in kind owns its defaults too; of a custom resource it owns what it said.
    mine = before if is_custom(live) else owned(dict(live), lambda entry: entry.is_ours)
    every = owned(dict(live), lambda _: True)
    at = _At(mine, before, every)
    return mapping_at(_projected(cast("Value", bare(live)), cast("Value", bare(rendered)), at), ())


def is_custom(manifest: Mapping[str, Value]) -> bool:
    """Whether an object is a custom resource, by its group."""
    group = str(manifest.get("apiVersion", "")).rpartition("/")[0]
    return "." in group and not group.endswith(".k8s.io")


def _is_ours_or_before(entry: Entry) -> bool:
    return entry.is_ours or is_predecessor(entry)


@dataclass(frozen=True)
class _At:
    """Where we are: what we own there, what we or our predecessors own, and what anybody owns; None is nothing.

    ``is_foreign``: inside of what is owned as a whole by others, so that what they added there counts. ``holder`` is
    the key that led here.
    """

    mine: Value = None
    before: Value = None
    every: Value = None
    is_foreign: bool = False
    holder: str = ""

    def below(self, key: str) -> _At:
        nodes = (mapping_at(node, ()).get(f"f:{key}") for node in (self.mine, self.before, self.every))
        return replace(self._entered(*nodes), holder=key)

    def item(self, item: Value) -> _At:
        return self._entered(*(node_of(item, mapping_at(node, ())) for node in (self.mine, self.before, self.every)))

    def _entered(self, mine: Value, before: Value, every: Value) -> _At:
        is_whole = every == {}
        return replace(
            self, mine=mine, before=before, every=every, is_foreign=self.is_foreign or (is_whole and before is None)
        )


def _projected(live: Value, rendered: Value, at: _At) -> Value:
    if isinstance(live, dict) and isinstance(rendered, dict):
        return _mapping(live, rendered, at)
    if isinstance(live, list) and isinstance(rendered, list):
        return _list(live, rendered, at)
    return live


def _mapping(live: dict[str, Value], rendered: dict[str, Value], at: _At) -> Value:
    found: dict[str, Value] = {}
    for key, value in live.items():
        inside = at.below(key)
        if key in rendered:
            found[key] = _projected(value, rendered[key], inside)
        elif isinstance(inside.mine, dict):
            found[key] = kept(value, inside.mine)
        elif at.is_foreign and value != value_at(facts("apply"), ("defaults_within", at.holder, key)):
            found[key] = value
    # Where nothing is said, the server leaves out what says nothing.
    nothing = {key: value for key, value in rendered.items() if key not in live and not value}
    return found | nothing


def _list(live: list[Value], rendered: list[Value], at: _At) -> Value:
    names = [key for key in mapping_at(at.every, ()) if key != "."]
    if not names:
        return _whole(live, rendered, at)
    found: list[Value] = []
    for item in live:
        inside, said = at.item(item), _said(item, rendered, names)
        if said:
            found.append(_projected(item, said[0], inside))
        elif isinstance(inside.mine, dict):
            found.append(kept(item, inside.mine))
    return found


def _said(item: Value, rendered: list[Value], names: list[str]) -> list[Value]:
    """The item of the manifest that is this one; keys that it leaves out are the server's to fill in."""
    keys = {name for key in names for name in identity_of(key)}
    if not keys:
        return [one for one in rendered if one == item]
    wanted = {key: mapping_at(item, ()).get(key) for key in keys}
    return [one for one in rendered if all(mapping_at(one, ()).get(k, v) == v for k, v in wanted.items())]


def _whole(live: list[Value], rendered: list[Value], at: _At) -> Value:
    if len(live) != len(rendered):
        return live
    return [_projected(one, other, _At(is_foreign=at.is_foreign)) for one, other in zip(live, rendered, strict=True)]
