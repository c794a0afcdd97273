"""Which part of an image's reference changed."""

from __future__ import annotations

import re

from antrea_ci.diff.paths import Item
from antrea_ci.diff.structure.place import Place

_PINNED = re.compile(r"\S+@[a-z0-9]+:[0-9a-f]{32,}")
_SHOWN_OF_A_DIGEST = 12


def image_note(before: str, after: str, place: Place) -> str:
    """``tag v1.13.1 → v1.14.1, digest unchanged``; empty where one of the two is no image."""
    if not (_holds_an_image(place) or (_PINNED.fullmatch(before) and _PINNED.fullmatch(after))):
        return ""
    from antrea_ci.image_references import is_reference

    if not (is_reference(before) and is_reference(after)):
        return ""
    parts = zip(("registry", "name", "tag", "digest"), _parts(before), _parts(after), strict=True)
    return ", ".join(filter(None, (_part(*part) for part in parts)))


def _holds_an_image(place: Place) -> bool:
    from antrea_ci.image_references import RELATED_IMAGE, names_an_image

    of = place.steps[-2] if len(place.steps) > 1 else ""
    is_related = place.key == "value" and isinstance(of, Item) and of.label.startswith(f"name={RELATED_IMAGE}")
    return names_an_image(place.key) or is_related or place.parent == "images"


def _parts(reference: str) -> tuple[str, str, str, str]:
    """Registry, name, tag and digest."""
    from antrea_ci.image_references import repository_of

    registry, _, name = repository_of(reference).partition("/")
    named, _, digest = reference.partition("@")
    tag = named.rpartition("/")[2].partition(":")[2]
    return registry, name, tag, digest


def _part(what: str, before: str, after: str) -> str:
    if before != after:
        return f"{what} {_short(before)} → {_short(after)}"
    return "digest unchanged" if what == "digest" and before else ""


def _short(text: str) -> str:
    algorithm, colon, digits = text.partition(":")
    if colon and len(digits) > _SHOWN_OF_A_DIGEST:
        return f"{algorithm}:{digits[:_SHOWN_OF_A_DIGEST]}…"
    return text or "none"
