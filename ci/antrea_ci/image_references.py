"""Every image that an object names, wherever it hides: in fields, in variables, in YAML and JSON inside of strings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Location

if TYPE_CHECKING:
    from antrea_ci.bundle.objects import BundleObject
    from antrea_ci.yamlio import Value

RELATED_IMAGE = "RELATED_IMAGE_"  # the Operator Lifecycle Manager's convention, which bundles of operators share
_LATEST = re.compile(r"(?<![\w./:@-])[\w.-]+(?::\d+)?(?:/[\w.-]+)+:latest(?![\w.@-])")
# Reading a long configuration as YAML takes longer than this look at it.
_MAY_HOLD_FIELDS = re.compile(r"[iI]mage[\"']?\s*:|RELATED_IMAGE_")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
# The grammar of the distribution's references: host, path, tag, digest; a host is not needed.
_REFERENCE = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]+)?/)?"
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,})?"
)
_TAG = re.compile(r":(?P<tag>[\w][\w.-]{0,127})$")
Steps = tuple[str | int, ...]


class Form(StrEnum):
    """``field``: the whole of a field that holds an image; ``placeholder`` and ``latest``: a part of any text."""

    FIELD = "field"
    PLACEHOLDER = "placeholder"
    LATEST = "latest"


@dataclass(frozen=True)
class ImageText:
    """A text that is or names an image.

    ``path`` leads to the string of the object that holds it, ``inside`` is its place in that string (lines and columns
    from 1; none where it is the whole string).
    """

    path: Steps
    text: str
    form: Form
    inside: Location = field(default_factory=Location)


def is_reference(text: str) -> bool:
    """Whether a container runtime can read ``text`` as the name of an image."""
    return _REFERENCE.fullmatch(text) is not None


def repository_of(reference: str) -> str:
    """The reference without tag and digest; Docker Hub's short names in full."""
    name = reference.partition("@")[0]
    head, slash, last = name.rpartition("/")
    name = f"{head}{slash}{last.partition(':')[0]}"
    host, slash, _ = name.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        return name
    return f"docker.io/{name}" if slash else f"docker.io/library/{name}"


def tag_of(image: str) -> str:
    """The tag of a reference, without its digest; empty if it has none."""
    found = _TAG.search(image.partition("@")[0])
    return found["tag"] if found else ""


def image_texts(item: BundleObject) -> Iterator[ImageText]:
    """Every image of an object. Comments, and the texts of a CustomResourceDefinition, name none."""
    return images_in(item.value)


def images_in(manifest: Mapping[str, Value]) -> Iterator[ImageText]:
    """The same for the manifest of an object."""
    if manifest.get("kind") != "CustomResourceDefinition":
        for name, value in manifest.items():
            if name != "metadata":
                yield from _in_value(value, (name,), is_image=False)


def _in_value(value: Value, path: Steps, *, is_image: bool) -> Iterator[ImageText]:
    if isinstance(value, dict):
        related = str(value.get("name", "")).startswith(RELATED_IMAGE)
        for key, below in value.items():
            yield from _in_value(below, (*path, key), is_image=names_an_image(key) or (related and key == "value"))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _in_value(below, (*path, index), is_image=False)
    elif isinstance(value, str):
        yield from _in_text(value, path, is_image=is_image)


def names_an_image(key: str) -> bool:
    """Whether the value of ``key`` is an image, by the custom of Kubernetes and of operators."""
    return key == "image" or key.endswith("Image") or key.startswith(RELATED_IMAGE)


def _in_text(text: str, path: Steps, *, is_image: bool) -> Iterator[ImageText]:
    from antrea_ci.bundle.images import placeholders_in

    found = [ImageText(path, what, Form.PLACEHOLDER, _at(line, column)) for line, column, what in placeholders_in(text)]
    yield from found
    if is_image:
        if not found:
            yield ImageText(path, text, Form.FIELD)
        return
    inner = list(_embedded(text, path)) if _MAY_HOLD_FIELDS.search(text) else []
    yield from inner
    told = {(one.inside.line, one.text) for one in inner}
    for number, line in enumerate(text.split("\n") if ":latest" in text else ()):
        for match in _LATEST.finditer(_COMMENT.sub("", line)):
            if (number + 1, match[0]) not in told:
                yield ImageText(path, match[0], Form.LATEST, _at(number, match.start()))


def _embedded(text: str, path: Steps) -> Iterator[ImageText]:
    """The image fields of YAML or JSON that ``text`` is; nothing where it is neither."""
    from antrea_ci.yamlio import parse_all

    try:
        documents = parse_all(text, "")
    except FindingsError:
        return
    for document in documents:
        if isinstance(document.value, (dict, list)):
            for one in _in_value(document.value, (), is_image=False):
                if one.form is Form.FIELD:
                    yield ImageText(path, one.text, Form.FIELD, document.locate(one.path))


def _at(line: int, column: int) -> Location:
    return Location("", line + 1, column + 1)
