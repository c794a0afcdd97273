"""Which image of cluster.yaml an archive's image is: by name and tag, by what the vendor calls it, by digest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from antrea_ci.findings import Finding, Severity
from antrea_ci.image_references import is_reference, repository_of, tag_of
from antrea_ci.images.layout import ArchivedImage
from antrea_ci.images.plan import PlannedImage, role_of

_FILE = re.compile(r"(?P<name>[a-z][a-z0-9-]*?)[-_:](?P<tag>v?\d+\.[\w.+-]*?)(?:\.tar(?:\.(?:gz|bz2|xz))?|\.tgz)?")


@dataclass(frozen=True)
class Match:
    """An image to push: from an archive to the target of the plan."""

    planned: PlannedImage
    image: ArchivedImage


@dataclass
class Matches:
    """``findings`` are errors that keep everything from being pushed, and warnings."""

    matches: list[Match] = field(default_factory=list[Match])
    findings: list[Finding] = field(default_factory=list[Finding])


def matched(images: Sequence[ArchivedImage], plan: Sequence[PlannedImage], *, platform: Severity) -> Matches:
    """What goes where. ``platform`` is how bad an image for another architecture is."""
    result = Matches()
    taken: dict[str, list[ArchivedImage]] = {}
    left: list[ArchivedImage] = []
    for image in images:
        wanted = list(_wanted(image, plan))
        for one in wanted:
            taken.setdefault(one.reference, []).append(image)
        left += [] if wanted else [image]
    for one in plan:
        if one.reference in taken:
            _choose(one, taken[one.reference], result, platform)
    result.findings += [_unasked(image, plan, taken) for image in left]
    return result


def names_of(image: ArchivedImage) -> tuple[tuple[str, str], ...]:
    """The last part of the repository and the tag, for every name; where they are not told, those of the file."""
    found = _FILE.fullmatch(image.archive)
    file = found["name"] if found else image.archive.partition(".")[0]
    full = [name for name in image.names if is_reference(name) and (":" in name or "/" in name)]
    if full:
        return tuple((_base(name), tag_of(name)) for name in full)
    if image.names:  # an OCI layout may have the tag alone
        return tuple((file, name) for name in image.names)
    return ((file, found["tag"]),) if found else ()


def _wanted(image: ArchivedImage, plan: Sequence[PlannedImage]) -> Iterator[PlannedImage]:
    names = names_of(image)
    exact = [one for one in plan if (_base(one.reference), one.tag) in names]
    alike = [one for one in plan if any(_is_alike(one, name) and one.tag in (tag, "") for name, tag in names)]
    same = [one for one in plan if image.digest and one.digest == image.digest]
    told_more = any(role_of(name) for name, _ in names) or any(":" in name for name in image.names)
    only = [one for one in plan if one.tag in {tag for _, tag in names}]
    yield from exact or same or alike or (only if len(only) == 1 and not told_more else ())


def _choose(one: PlannedImage, images: Sequence[ArchivedImage], result: Matches, platform: Severity) -> None:
    """Of several with the same name the one for the nodes; two different ones are an error."""
    fitting = [image for image in images if set(one.platforms) <= set(image.platforms)]
    if not fitting:
        has = ", ".join(sorted({platform for image in images for platform in image.platforms}))
        message = f"{images[0].archive}: {one.reference} is for {has}; the nodes are {' and '.join(one.platforms)}"
        result.findings.append(Finding("push/platform", message, platform))
        if platform is Severity.ERROR:
            return
    chosen = fitting or images
    if len({image.config or image.digest for image in chosen}) > 1:
        archives = " and ".join(dict.fromkeys(image.archive for image in chosen))
        message = f"{archives}: {len(chosen)} different images are called {one.reference}"
        result.findings.append(Finding("push/ambiguous", message))
        return
    result.matches.append(Match(one, chosen[0]))


def _unasked(image: ArchivedImage, plan: Sequence[PlannedImage], taken: Mapping[str, object]) -> Finding:
    """An image of another version than the one that nobody has, or one that nothing asks for."""
    names = names_of(image)
    shown = " and ".join(f"{name or '?'}:{tag}" for name, tag in names) or f"an image without a name ({image.config})"
    for one in plan:
        if one.reference not in taken and any(_is_alike(one, name) for name, _ in names):
            message = f"{image.archive}: holds {shown}; {one.uses[0].object} wants {one.reference}"
            return Finding("push/tag", message)
    rule = "push/unasked" if any(":" in name for name in image.names) else "push/nameless"
    wanted = ", ".join(one.reference for one in plan)
    message = f"{image.archive}: holds {shown}, which no image of cluster.yaml asks for"
    return Finding(rule, message, Severity.WARNING, fix=f"wanted are {wanted}")


def _is_alike(one: PlannedImage, name: str) -> bool:
    return bool(name) and (_base(one.reference) == name or (bool(one.role) and role_of(name) == one.role))


def _base(reference: str) -> str:
    return repository_of(reference).rpartition("/")[2]
