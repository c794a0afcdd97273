"""The objects of two states, compared and classified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from antrea_ci.diff.classes import Subject, classify_moved, classify_whole
from antrea_ci.diff.lineup import changed_whole, path_change
from antrea_ci.diff.model import ABSENT, ObjectChange, worst_first
from antrea_ci.diff.pairing import Located, Manifest, Pair, pair
from antrea_ci.diff.structure import differences
from antrea_ci.render.naming import ObjectId
from antrea_ci.yamlio import Value, parse

_ANOTHER_FILE = "it stands in another file, which means nothing to the cluster"


def compare_objects(before: Mapping[str, str], after: Mapping[str, str], where: str) -> list[ObjectChange]:
    """What differs between the manifests of two states, by the names of their files below ``where``."""
    differing = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    old = {name: _manifest(before[name], f"{where}/{name}") for name in differing if name in before}
    new = {name: _manifest(after[name], f"{where}/{name}") for name in differing if name in after}
    return compare_manifests(old, new)


def compare_manifests(before: Mapping[str, Manifest], after: Mapping[str, Manifest]) -> list[ObjectChange]:
    """What differs between the manifests of two states, by any names that are the same on both sides."""
    return [_change(one) for one in pair(before, after)]


def _manifest(text: str, file: str) -> dict[str, Value]:
    return parse(text, file).mapping


def _change(one: Pair) -> ObjectChange:
    subjects = [_subject(side) for side in (one.before, one.after) if side]
    sides = [side.manifest if side else ABSENT for side in (one.before, one.after)]
    found = differences(*sides, kind=subjects[0].kind)
    # Of what has another name now, it is known by the old one what its parts mean.
    told = changed_whole(one.name, [path_change(subjects[0], difference) for difference in found])
    if one.change == "changed":
        return told
    if not (one.before and one.after):
        whole = classify_whole(subjects[0], "added" if one.after else "removed")
        # The object as a whole is the only difference, and what that means is said once.
        paths = tuple(replace(path, classes=whole.classes, why="") for path in told.paths)
        return replace(told, change=one.change, classes=whole.classes, paths=paths, why=whole.why)
    if one.before.identity == one.after.identity:
        return replace(told, change="moved", was=f"{one.name} in {one.before.file}", why=_ANOTHER_FILE)
    whole = classify_moved(*subjects)
    classes = worst_first([*whole.classes, *(name for path in told.paths for name in path.classes)])
    return replace(told, change=one.change, classes=classes, was=one.before.name, why=whole.why)


def _subject(side: Located) -> Subject:
    identity = side.identity or ObjectId("", "", "", side.name)
    return Subject(
        is_file=False,
        group=identity.group,
        kind=identity.kind,
        namespace=identity.namespace,
        object_name=identity.name,
    )
