"""The objects of two states, compared and classified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from antrea_ci.diff.classes import Subject, classify_whole
from antrea_ci.diff.lineup import changed_whole, path_change
from antrea_ci.diff.model import ABSENT, ObjectChange, worst_first
from antrea_ci.diff.pairing import Located, Pair, pair
from antrea_ci.diff.structure import differences
from antrea_ci.render.naming import ObjectId
from antrea_ci.yamlio import Value, parse

_ANOTHER_FILE = "it stands in another file, which means nothing to the cluster"


def compare_objects(before: Mapping[str, str], after: Mapping[str, str], where: str) -> list[ObjectChange]:
    """What differs between the manifests of two states, by the names of their files below ``where``."""
    differing = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    old = {name: _manifest(before[name], f"{where}/{name}") for name in differing if name in before}
    new = {name: _manifest(after[name], f"{where}/{name}") for name in differing if name in after}
    return [_change(one) for one in pair(old, new)]


def _manifest(text: str, file: str) -> dict[str, Value]:
    return parse(text, file).mapping


def _change(one: Pair) -> ObjectChange:
    identity = (one.after or one.before or Located("", {})).identity or ObjectId("", "", "", one.name)
    subject = Subject(
        is_file=False,
        name="",
        group=identity.group,
        kind=identity.kind,
        namespace=identity.namespace,
        object_name=identity.name,
    )
    sides = [side.manifest if side else ABSENT for side in (one.before, one.after)]
    paths = [path_change(subject, difference) for difference in differences(*sides, kind=identity.kind)]
    told = changed_whole(one.name, paths)
    if one.change == "changed":
        return told
    if one.before and one.after and one.before.identity == one.after.identity:
        return replace(told, change="moved", was=f"{one.name} in {one.before.file}", why=_ANOTHER_FILE)
    whole = classify_whole(subject, one.change)
    if not (one.before and one.after):
        # The object as a whole is the only difference, and what that means is said once.
        paths = [replace(path, classes=whole.classes, why="") for path in paths]
    classes = worst_first([*whole.classes, *(name for path in paths for name in path.classes)])
    was = one.before.name if one.before and one.after else ""
    return replace(told, change=one.change, classes=classes, paths=tuple(paths), was=was, why=whole.why)
