"""`tag@digest` in cluster.yaml: each image by the digest that a pull of its tag gives, and nothing else is touched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from antrea_ci.bounded import each
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.images.plan import KEYS, PlannedImage
from antrea_ci.images.verify import Outside, Verified, Wanted, looked
from antrea_ci.model.effective import Cluster
from antrea_ci.yaml_nodes import child

_ANCHOR = re.compile(r"^(?:[&!]\S*\s+)+")


@dataclass(frozen=True)
class Locked:
    """An image that has a tag; ``after`` is its reference with the digest."""

    key: str
    before: str
    after: str


def lock_candidates(cluster: Cluster, images: Sequence[PlannedImage], outside: Outside) -> list[Verified]:
    """What the tags of cluster.yaml's images give: at the mirror where a mirror serves them, else where they are named.

    A mirror serves digests, so it is the mirror's image that nodes will get. An image by digest alone stays as it is.
    """
    tagged = [image for image in images if image.role and image.tag and image.uses[0].object == "cluster.yaml"]

    def look(image: PlannedImage) -> Verified:
        own = image.reference.partition("@")[0]
        wanted = Wanted(own, image.platforms, cluster.document.locate(("images", image.role)))
        return looked(wanted, tuple(dict.fromkeys((image.target, own))), outside)

    return each(look, tagged)


def locked(cluster: Cluster, answers: Sequence[Verified]) -> tuple[str, tuple[Locked, ...]]:
    """The text of cluster.yaml with the digests that were found, and the images. Writes nothing."""
    by_tag = {one.wanted.reference: one.found.digest for one in answers if one.found}
    images = tuple(_images(cluster, by_tag))
    text = cluster.repo.cluster_file.read_bytes().decode()
    return _replaced(text, cluster, {one.key: one.after for one in images if one.after != one.before}), images


def _images(cluster: Cluster, by_tag: Mapping[str, str]) -> Iterator[Locked]:
    for key in KEYS:
        before: str | None = getattr(cluster.file.images, key)
        if before and (digest := by_tag.get(before.partition("@")[0])):
            yield Locked(key, before, f"{before.partition('@')[0]}@{digest}")


def _replaced(text: str, cluster: Cluster, values: Mapping[str, str]) -> str:
    """``text`` with other scalars at their places, in the quotes that they have; the rest stays byte for byte."""
    images = child(cluster.document.node, "images")
    edits: dict[tuple[int, int], str] = {}
    for key, value in values.items():
        found = child(images[1], key) if images else None
        if found is None or not isinstance(found[1], yaml.ScalarNode) or found[1].style in ("|", ">"):
            message = f"`images.{key}` of cluster.yaml is not written as a plain text there"
            raise AntreaGitopsError(message, fix=f"write it as `{key}: {value}`")
        node = found[1]
        start, end, quote = node.start_mark.index, node.end_mark.index, node.style or ""
        # An anchor, which belongs to the scalar for libyaml, stays.
        start += len(text[start:end]) - len(_ANCHOR.sub("", text[start:end]))
        edits[start, end] = f"{quote}{value}{quote}"
    for (start, end), value in sorted(edits.items(), reverse=True):
        text = text[:start] + value + text[end:]
    return text
