"""The objects of a state: those of the installation, and those of phase 2, which may have one of them otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from antrea_ci.diff.model import ObjectChange, worst_first
from antrea_ci.diff.objects import compare_objects
from antrea_ci.repo import ClusterRepo


@dataclass(frozen=True)
class Manifests:
    """Texts by file name: of rendered/install, of rendered/nsx (what phase 2 adds or has otherwise), and of the way out
    of NSX."""

    install: Mapping[str, str] = field(default_factory=dict[str, str])
    nsx: Mapping[str, str] = field(default_factory=dict[str, str])
    removal: Mapping[str, str] = field(default_factory=dict[str, str])


def compare_manifests(before: Manifests, after: Manifests, repo: ClusterRepo) -> list[ObjectChange]:
    """What differs, each object once. What phase 2 has otherwise is compared with what was in force before it."""
    first = compare_objects(before.install, after.install, repo.name(repo.rendered))
    names = {*before.nsx, *after.nsx}
    old, new = ({**side.install, **side.nsx} for side in (before, after))
    second = compare_objects(_only(old, names), _only(new, names), repo.name(repo.rendered_nsx))
    third = compare_objects(before.removal, after.removal, repo.name(repo.rendered_nsx_removal))
    return [*_joined(first, second), *third]


def _only(texts: Mapping[str, str], names: set[str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name in names}


def _joined(first: Sequence[ObjectChange], second: Sequence[ObjectChange]) -> list[ObjectChange]:
    """An object that both phases have is told once, with the paths of both."""
    found = {(one.object, one.was): one for one in first}
    for change in second:
        known = found.get((change.object, change.was))
        paths = tuple(path for path in change.paths if known is None or path not in known.paths)
        if known is None:
            found[change.object, change.was] = change
        elif paths:
            classes = worst_first([*known.classes, *(name for path in paths for name in path.classes)])
            found[change.object, change.was] = replace(known, classes=classes, paths=(*known.paths, *paths), why="")
    return list(found.values())
