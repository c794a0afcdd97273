"""From differences to the lines of a report."""

from __future__ import annotations

from collections.abc import Sequence

from antrea_ci.diff.classes import Subject, classify
from antrea_ci.diff.model import ABSENT, ChangeClass, Difference, ObjectChange, PathChange, Side, worst_first
from antrea_ci.diff.paths import path_text
from antrea_ci.yamlio import Value

_ONLY_THE_FORM = "it is written differently, and says the same"


def path_change(subject: Subject, difference: Difference) -> PathChange:
    """The difference with its class and the reason for it."""
    told = classify(subject, difference)
    before, after = _value(difference.before), _value(difference.after)
    text = path_text(difference.steps)
    return PathChange(text, before, after, told.classes, told.why, difference.effect, _note(difference))


def changed_whole(name: str, paths: Sequence[PathChange], *, is_file: bool = False) -> ObjectChange:
    """What stays under its name. Without a path that differs, only its form does."""
    ordered = tuple(sorted(paths, key=lambda path: list(ChangeClass).index(path.worst)))
    classes = worst_first(one for path in paths for one in path.classes) or (ChangeClass.DOCUMENTATION,)
    return ObjectChange("changed", name, classes, ordered, why="" if paths else _ONLY_THE_FORM, is_file=is_file)


def _value(side: Side) -> Value:
    return None if side is ABSENT else side


def _note(difference: Difference) -> str:
    """The note, and where null stands for something else than no value at all."""
    before, after = difference.before, difference.after
    nulls = ("null before", before), ("null now", after)
    return "; ".join(filter(None, (difference.note, *(text for text, side in nulls if side is None))))
