"""The images that the cluster pulls, and whether a tag or a digest fixes what they are."""

from __future__ import annotations

from collections.abc import Sequence

from antrea_ci.image_references import repository_of
from antrea_ci.images.plan import PlannedImage
from antrea_ci.page.markup import Child, Markup, element, fragment
from antrea_ci.page.parts import badge, cell, code, named, nothing, prose, row, section, table
from antrea_ci.page.words import NONE

_HEADS = (("Image", ""), ("Tag", ""), ("Fixed by", ""), ("Used by", ""))


def images_section(images: Sequence[PlannedImage]) -> Markup:
    """One row an image."""
    if not images:
        return section("images", "Images", nothing("This repository names no image."))
    tagged = sum(not image.digest for image in images)
    lead = (
        f"{tagged} of {len(images)} are fixed by their tag alone, which a registry can give to another image; "
        "`antrea-gitops images lock` adds digests."
        if tagged
        else "Every image is fixed by its digest."
    )
    rows = [_row(image) for image in images]
    shown = table("Images of this repository", _HEADS, rows, key="images", sorts=False)
    return section("images", "Images", shown, lead=prose(lead))


def _row(image: PlannedImage) -> Markup:
    fixed = fragment(badge("digest", "good"), " ", code(image.digest)) if image.digest else badge("tag only", "warn")
    users = [element("div", f"{use.object} ", element("span", use.path, class_="quiet")) for use in image.uses]
    platforms = element("span", ", ".join(image.platforms), class_="quiet")
    name = named(code(repository_of(image.reference)), _target(image), platforms)
    return row(name, cell(code(image.tag) if image.tag else NONE), cell(fixed, kind="long"), cell(users))


def _target(image: PlannedImage) -> Child:
    """Where a mirror or the site's registry has it, if that is another place."""
    if repository_of(image.target) == repository_of(image.reference):
        return None
    return element("span", "lies at ", code(image.target), class_="quiet")
