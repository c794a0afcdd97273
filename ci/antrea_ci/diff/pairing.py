"""Which object of one state is which object of the other: the same one, one that was moved or renamed, or none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TypeAlias

from antrea_ci.diff.model import Change
from antrea_ci.diff.structure.knowledge import kinds_of
from antrea_ci.diff.structure.leaves import Leaf, leaves
from antrea_ci.diff.structure.place import Place
from antrea_ci.diff.structure.spelling import identity
from antrea_ci.render.explode import identify
from antrea_ci.render.naming import ObjectId
from antrea_ci.yamlio import Value

Manifest: TypeAlias = dict[str, Value]

# DESIGN and issue 5: "paired when unique and at least 90 % equal".
_ALIKE = 0.9
# Comparisons of leaves in a group of objects that were deleted and created; beyond it only equal ones are paired.
_MOST_WORK = 20_000_000


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


class _Group:
    """Deleted and created objects that could be the same ones, with numbers for their leaves."""

    def __init__(self) -> None:
        self._numbers: dict[Leaf, int] = defaultdict(count().__next__)
        self._leaves: dict[int, frozenset[int]] = {}

    def leaves(self, one: Located) -> frozenset[int]:
        """The leaves of an object without its identity."""
        if id(one) not in self._leaves:
            place = Place(kinds=kinds_of(str(one.manifest.get("kind", "")), [one.manifest]))
            found = leaves(_without_identity(one.manifest), place)
            self._leaves[id(one)] = frozenset(self._numbers[leaf] for leaf in found)
        return self._leaves[id(one)]

    def size(self, one: Located) -> int:
        """How many leaves it has."""
        return len(self.leaves(one))

    def alike(self, one: Located, other: Located) -> bool:
        left, right = self.leaves(one), self.leaves(other)
        needed = _ALIKE * max(len(left), len(right))
        return min(len(left), len(right)) >= needed and len(left & right) >= needed


def _without_identity(manifest: Manifest) -> Value:
    value = {key: below for key, below in manifest.items() if key not in ("apiVersion", "kind", "metadata")}
    metadata = manifest.get("metadata")
    named = metadata.items() if isinstance(metadata, dict) else ()
    about = {key: below for key, below in named if key not in ("name", "namespace")}
    return {**value, **({"metadata": about} if about else {})}


def _matched(deleted: list[Located], created: list[Located]) -> list[Pair]:
    """Takes those that belong together out of both lists."""
    group = _Group()
    pairs: list[Pair] = []
    for change, key in _LIKELY:
        pairs += _unique(change, deleted, created, key, group.alike, group.size)
    pairs += _unique("renamed", deleted, created, lambda one: (_kind(one), group.leaves(one)), _always)
    pairs += _unique("renamed", deleted, created, _kind, group.alike, group.size)
    return pairs


def _kind(one: Located) -> Hashable:
    return (one.identity.group, one.identity.kind) if one.identity else one


def _named(one: Located) -> Hashable:
    return (one.identity.group, one.identity.kind, one.identity.name) if one.identity else one


def _of_any_group(one: Located) -> Hashable:
    return (one.identity.kind, one.identity.namespace, one.identity.name) if one.identity else one


# What is the most likely comes first: a name is kept, a group is kept.
_LIKELY: tuple[tuple[Change, Callable[[Located], Hashable]], ...] = (("moved", _named), ("renamed", _of_any_group))


def _always(_one: Located, _other: Located) -> bool:
    return True


def _unique(
    change: Change,
    deleted: list[Located],
    created: list[Located],
    key: Callable[[Located], Hashable],
    fits: Callable[[Located, Located], bool],
    size: Callable[[Located], int] | None = None,
) -> Iterator[Pair]:
    """Takes out of both lists the pairs with the same key of which each is the only one that fits the other."""
    groups = _by(created, key)
    for common, lefts in _by(deleted, key).items():
        rights = groups.get(common, [])
        if size and sum(map(size, lefts)) * len(rights) > _MOST_WORK:
            continue
        edges = [(i, j) for i, one in enumerate(lefts) for j, other in enumerate(rights) if fits(one, other)]
        per_left, per_right = Counter(i for i, _ in edges), Counter(j for _, j in edges)
        for i, j in edges:
            if per_left[i] == per_right[j] == 1:
                deleted.remove(lefts[i])
                created.remove(rights[j])
                yield Pair(change, lefts[i], rights[j])
