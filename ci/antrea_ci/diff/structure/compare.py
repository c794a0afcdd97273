"""Two values, compared by their structure: the walk through mappings, lists and the texts inside strings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from antrea_ci.diff.model import ABSENT, Difference, Effect, Side
from antrea_ci.diff.paths import Inner
from antrea_ci.diff.structure.hidden import SECTIONS, hide, is_a_secret_object, is_secret
from antrea_ci.diff.structure.images import image_note
from antrea_ci.diff.structure.knowledge import kinds_of
from antrea_ci.diff.structure.lists import compare_lists
from antrea_ci.diff.structure.place import Found, Place
from antrea_ci.diff.structure.spelling import identical, identity, normal
from antrea_ci.diff.structure.texts import compare_texts
from antrea_ci.yamlio import Value


def differences(before: Side, after: Side, *, kind: str, hide_secrets: bool = True) -> list[Difference]:
    """Every place at which the values differ, in the order of ``before``; none if and only if they are the same YAML.

    ``kind`` is the object's kind, or the file's path in the repository: it says which lists have an order. What is
    there on one side only is one difference. Secrets are replaced by markers (`hidden.HIDDEN`) unless ``hide_secrets``
    is off, which only a caller may do that shows nothing.
    """
    place = Place(kinds=kinds_of(kind, [side for side in (before, after) if side is not ABSENT]))
    if before is ABSENT or after is ABSENT:
        found = [] if before is after else [Found(place, before, after)]
    else:
        found = list(_compare(before, after, place))
    return hide(found) if hide_secrets else [one.difference() for one in found]


def text_differences(before: str, after: str, *, file: str) -> list[Difference]:
    """The same for two texts of a file of the repository, whose path is ``file``.

    What they hold is compared as structure, as that of strings is, and the steps start inside; comments and style are
    told too. Steps that are empty mean the text as a whole.
    """
    if before == after:
        return []
    place = Place(kinds=kinds_of(file, []), key=file.rpartition("/")[2])
    return [
        replace(one, steps=one.steps[1:]) if one.steps and isinstance(one.steps[0], Inner) else one
        for one in hide(list(_scalars(before, after, place)))
    ]


def _compare(before: Value, after: Value, place: Place) -> Iterator[Found]:
    if identical(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _mappings(before, after, place)
    elif isinstance(before, list) and isinstance(after, list):
        yield from compare_lists(before, after, place, _compare)
    elif before is None and isinstance(after, dict) and after:
        # A key without a value, such as Antrea's `featureGates:` with only comments below it, is filled key by key.
        yield from _mappings({}, after, place)
    else:
        yield from _scalars(before, after, place)


def _mappings(before: dict[str, Value], after: dict[str, Value], place: Place) -> Iterator[Found]:
    secret = SECTIONS if is_a_secret_object(before) or is_a_secret_object(after) else ()
    for key, value in before.items():
        if key not in after:
            yield Found(place.below(key, secret=key in secret), value, ABSENT)
        elif not identical(value, after[key]):
            yield from _compare(value, after[key], place.below(key, secret=key in secret))
    for key, value in after.items():
        if key not in before:
            yield Found(place.below(key, secret=key in secret), ABSENT, value)


def _scalars(before: Value, after: Value, place: Place) -> Iterator[Found]:
    """Two values of which at most one is a mapping or list."""
    secret = place.secret or is_secret(place, before) or is_secret(place, after)
    if isinstance(before, str) and isinstance(after, str):
        inside = compare_texts(before, after, place, _compare)
        if inside is not None:
            yield from _as_one(before, after, place, inside) if secret else inside
            return
    effect = _effect(before, after, place)
    if effect:
        yield Found(place, before, after, effect, "" if secret else _note(before, after, place), secret)


def _as_one(before: Value, after: Value, place: Place, inside: Iterator[Found]) -> Iterator[Found]:
    """Of a secret it is only said that it changed, and whether it is more than its comments."""
    effects = [found.effect for found in inside]
    effect = Effect.MEANING if Effect.MEANING in effects else effects[0]
    yield Found(place, before, after, effect, secret=True)


def _effect(before: Value, after: Value, place: Place) -> Effect | None:
    if isinstance(before, dict | list) or isinstance(after, dict | list):
        return Effect.MEANING
    if identity(before) == identity(after):  # "not a number" is not equal to itself
        return None
    return Effect.SPELLING if normal(before, place) == normal(after, place) else Effect.MEANING


def _note(before: Value, after: Value, place: Place) -> str:
    return image_note(before, after, place) if isinstance(before, str) and isinstance(after, str) else ""
