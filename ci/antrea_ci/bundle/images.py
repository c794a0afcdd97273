"""Image references of a bundle: which are placeholders, which float, and which version a tag tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import yaml

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.image_references import tag_of

# Names that the vendor has used for its image fields, in the order of the custom resource (DOMAIN 1.2).
IMAGE_FIELDS = ("antreaImage", "antreaAgentImage", "antreaControllerImage", "interworkingImage")

# `dummy` needs a capital after it: dummyClusterName is the vendor's placeholder, dummy0 a network interface.
_PLACEHOLDER = re.compile(
    r"(?<![\w./-])(?:Replace\w*Image|REPLACE_IMAGE|dummy[A-Z]\w*|vmware\.io/[^\s'\",\]]+)(?![\w])",
)
_PLACEHOLDER_WORDS = ("Replace", "REPLACE_IMAGE", "dummy", "vmware.io/")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_VERSION = re.compile(r"v?\d+(?:\.\d+){1,2}(?:[._+-][\w.+-]+)?")
_ARCHIVE_VERSION = re.compile(r"antrea-operator[-_](v?\d+\.\d+\.\d+(?:[_+-]vmware\.\d+)?)")


class PlaceholderKind(StrEnum):
    """``placeholder``: a text to be replaced; ``floating``: an image whose content changes under the same name."""

    PLACEHOLDER = "placeholder"
    FLOATING = "floating"


@dataclass(frozen=True, order=True)
class Placeholder:
    """Where a bundle's file leaves something open. ``file`` is its name within the bundle, ``line`` counts from 1."""

    file: str
    line: int
    value: str
    kind: PlaceholderKind


def is_floating(image: str) -> bool:
    """Whether the same reference can mean another image tomorrow: no digest, and no tag or ``latest``."""
    return "@" not in image and tag_of(image) in ("", "latest")


def version_of_image(image: str) -> str | None:
    """The tag if it is a version, such as ``v1.13.1_vmware.1``."""
    tag = tag_of(image)
    return tag if _VERSION.fullmatch(tag) else None


def version_of_archive(name: str) -> str | None:
    """The operator's version in the name of an archive such as ``antrea-operator-v1.14.1-deploy.tar.gz``."""
    found = _ARCHIVE_VERSION.search(name)
    return found[1] if found else None


def placeholders_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Line and column (from 0) and text of each placeholder outside the comments of ``text``."""
    if not any(word in text for word in _PLACEHOLDER_WORDS):
        return
    for number, line in enumerate(text.split("\n")):
        for match in _PLACEHOLDER.finditer(_COMMENT.sub("", line)):
            yield number, match.start(), match[0]


def find_placeholders(objects: Iterable[BundleObject]) -> tuple[Placeholder, ...]:
    """Every placeholder and floating image, by place. Comments and the texts of a CRD are no places."""
    found: set[Placeholder] = set()
    for item in objects:
        if item.kind != "CustomResourceDefinition" and item.document.node is not None:
            found.update(_in_node(item.file, item.document.node, is_image=False))
    return tuple(sorted(found))


def _in_node(file: str, node: yaml.Node, *, is_image: bool) -> Iterator[Placeholder]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _in_node(file, value, is_image=key.value == "image" or key.value in IMAGE_FIELDS)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _in_node(file, item, is_image=False)
    elif isinstance(node, yaml.ScalarNode):
        yield from _in_scalar(file, node, is_image=is_image)


def _in_scalar(file: str, node: yaml.ScalarNode, *, is_image: bool) -> Iterator[Placeholder]:
    text = str(node.value)
    start = node.start_mark.line + 1
    if is_image and not _PLACEHOLDER.search(text):
        if is_floating(text):
            yield Placeholder(file, start, text, PlaceholderKind.FLOATING)
        return
    # Only in a literal block does each line of the value stand on a line of its own, from the one after `|` on.
    step = 1 if node.style == "|" else 0
    for offset, _, found in placeholders_in(text):
        yield Placeholder(file, start + step * (offset + 1), found, PlaceholderKind.PLACEHOLDER)
