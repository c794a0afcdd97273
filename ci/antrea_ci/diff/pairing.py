"""Which object of one state is which object of the other: the same one, one that was moved or renamed, or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from antrea_ci.diff.likeness import alike_pairs
from antrea_ci.diff.model import Change
from antrea_ci.diff.structure.knowledge import kinds_of
from antrea_ci.diff.structure.leaves import Leaves, leaves
from antrea_ci.diff.structure.place import Place
from antrea_ci.diff.structure.spelling import identity
from antrea_ci.render.explode import identify
from antrea_ci.render.naming import ObjectId
from antrea_ci.yamlio import Value

Manifest: TypeAlias = dict[str, Value]


@dataclass(frozen=True)
class Located:
    """A manifest and the name of its file; ``identity`` is None where it is no object of Kubernetes."""

    file: str
    manifest: Manifest

    @cached_property
    def identity(self) -> ObjectId | None:
        return identify(self.manifest)

    @property
    def name(self) -> str:
        """What messages call it: ``kind/namespace/name``, else its file."""
        return str(self.identity or self.file)


@dataclass(frozen=True)
class Pair:
    """An object before and after; one of them is None where it was added or removed.

    ``changed`` is the same object on both sides, which may well be equal. ``moved`` is in another namespace, or only
    in another file; ``renamed`` has another name or belongs to another group. Both may have changed besides.
    """

    change: Change
    before: Located | None
    after: Located | None

    @property
    def name(self) -> str:
        """What it is called now, or was, where it is gone."""
        return (self.after or self.before or _NOTHING).name


_NOTHING = Located("", {})


def pair(before: Mapping[str, Manifest], after: Mapping[str, Manifest]) -> list[Pair]:
    """Every object of both states, which are files by name, exactly once; in the order of their names.

    Objects with the same identity belong together; where a state holds one twice, the same file name, then the same
    content decides, and what is left is added or removed. Of the others a deleted and a created one belong together if
    each is the only match of the other and at least 90 % equal: the leaves that both have, of the leaves of the larger
    one. A leaf is a path with its scalar, also inside texts; identity (apiVersion, kind, name, namespace) does not
    count, nor do spelling and order. Those with the same name in another namespace are looked for first, then those of
    another group, then equal ones with another name, then those that are alike.
    """
    pairs, deleted, created = _same_objects(_located(before), _located(after))
    pairs += _matched(deleted, created)
    pairs += [Pair("removed", one, None) for one in deleted]
    pairs += [Pair("added", None, one) for one in created]
    return sorted(pairs, key=lambda one: (one.name, (one.after or one.before or _NOTHING).file))


def _located(files: Mapping[str, Manifest]) -> list[Located]:
    return [Located(file, manifest) for file, manifest in sorted(files.items())]


def _same_objects(before: list[Located], after: list[Located]) -> tuple[list[Pair], list[Located], list[Located]]:
    """The pairs of objects that both sides have, and what is left of either."""
    pairs: list[Pair] = []
    left, right = _by(before, _key), _by(after, _key)
    for key in left.keys() & right.keys():
        for same in (_file, _content, _key):
            pairs += [_same(*found) for found in _take(left[key], right[key], same)]
    return pairs, [one for rest in left.values() for one in rest], [one for rest in right.values() for one in rest]


def _key(one: Located) -> Hashable:
    return one.identity or one.file


def _file(one: Located) -> Hashable:
    return one.file


def _content(one: Located) -> Hashable:
    return identity(one.manifest)


def _by(items: Sequence[Located], key: Callable[[Located], Hashable]) -> dict[Hashable, list[Located]]:
    groups: dict[Hashable, list[Located]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def _take(
    before: list[Located], after: list[Located], key: Callable[[Located], Hashable]
) -> Iterator[tuple[Located, Located]]:
    """Takes those with the same key out of both lists, the first with the first."""
    groups = _by(after, key)
    for one in list(before):
        if others := groups.get(key(one)):
            other = others.pop(0)
            before.remove(one)
            after.remove(other)
            yield one, other


def _same(before: Located, after: Located) -> Pair:
    return Pair("changed" if before.file == after.file else "moved", before, after)


def _matched(deleted: list[Located], created: list[Located]) -> list[Pair]:
    """Takes those that belong together out of both lists; what is the most likely, the same name, first."""
    leaves = {id(one): _leaves(one) for one in (*deleted, *created)}
    pairs: list[Pair] = []
    for change, key in _KEYS:
        lefts, rights = _by(deleted, key), _by(created, key)
        for common in lefts.keys() & rights.keys():
            left, right = lefts[common], rights[common]
            edges = alike_pairs([leaves[id(one)] for one in left], [leaves[id(one)] for one in right])
            pairs += [Pair(change, left[i], right[j]) for i, j in edges]
        paired = {id(side) for found in pairs for side in (found.before, found.after)}
        for rest in (deleted, created):
            rest[:] = [one for one in rest if id(one) not in paired]
    return pairs


def _leaves(one: Located) -> Leaves:
    """The leaves of an object without its identity."""
    value: Manifest = {key: below for key, below in one.manifest.items() if key not in ("apiVersion", "kind")}
    metadata = value.pop("metadata", None)
    named = metadata.items() if isinstance(metadata, dict) else ()
    about = {key: below for key, below in named if key not in ("name", "namespace")}
    place = Place(kinds=kinds_of(str(one.manifest.get("kind", "")), [one.manifest]))
    return leaves({**value, **({"metadata": about} if about else {})}, place)


def _named(one: Located) -> Hashable:
    return (one.identity.group, one.identity.kind, one.identity.name) if one.identity else one.file


def _of_any_group(one: Located) -> Hashable:
    return (one.identity.kind, one.identity.namespace, one.identity.name) if one.identity else one.file


def _kind(one: Located) -> Hashable:
    return (one.identity.group, one.identity.kind) if one.identity else one.file


_KEYS: tuple[tuple[Change, Callable[[Located], Hashable]], ...] = (
    ("moved", _named),
    ("renamed", _of_any_group),
    ("renamed", _kind),
)
