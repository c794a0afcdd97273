"""OCI layouts: oci-layout, index.json and blobs.

source: opencontainers/image-spec image-layout.md, image-index.md, manifest.md; containerd (io.containerd.image.name)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from antrea_ci.images.layout import INDEXES, MANIFESTS, ArchivedImage, Layout, write_layout
from antrea_ci.images.members import Member
from antrea_ci.images.proof import Reader, number_at
from antrea_ci.values import items_at, mapping_at, text_at
from antrea_ci.yamlio import Value

FILE = "index.json"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NAMES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
_ATTESTATION = "vnd.docker.reference.type"
_MARK = "oci-layout"


@dataclass(frozen=True)
class _Oci:
    """Manifest and index stay as they are, byte for byte."""

    root: Member
    media_type: str
    blobs: tuple[Member, ...]

    def lay_out(self, folder: Path) -> Layout:
        return write_layout(folder, self.root, self.media_type, self.blobs)


def oci_images(reader: Reader) -> Iterator[ArchivedImage]:
    """Every image of the layout, each once with all its names."""
    version = text_at(reader.json(reader.member(_MARK, FILE), _MARK), ("imageLayoutVersion",))
    if version.partition(".")[0] != "1":
        raise reader.fault(f"{_MARK} says version {version or 'nothing'}; this tool reads version 1")
    entries = items_at(reader.json(reader.members[FILE], FILE), ("manifests",))
    if not entries:
        raise reader.fault(f"{FILE} lists no image")
    found: dict[str, ArchivedImage] = {}
    for entry in entries:
        for image in _images(reader, mapping_at(entry, ()), ()):
            known = found.setdefault(image.digest, image)
            names = tuple(dict.fromkeys((*known.names, *image.names)))
            found[image.digest] = replace(known, names=names)
    yield from found.values()


def _images(reader: Reader, entry: dict[str, Value], above: tuple[str, ...]) -> Iterator[ArchivedImage]:
    names = _names(entry) or above
    kind = text_at(entry, ("mediaType",))
    if kind in MANIFESTS:
        yield replace(_single(reader, entry), names=names)
    elif kind in INDEXES:
        yield from _of_index(reader, entry, names)
    else:
        raise reader.fault(f"{FILE} lists something of the type {kind or 'nothing'!r}, which is no image")


def _of_index(reader: Reader, entry: dict[str, Value], names: tuple[str, ...]) -> Iterator[ArchivedImage]:
    """The index as a whole; where only some of its images are in the archive, these alone."""
    index = _blob(reader, entry)
    below = [mapping_at(one, ()) for one in items_at(reader.json(index, index.digest), ("manifests",))]
    there = [one for one in below if _path(reader, one) in reader.members]
    images = [_single(reader, one) for one in there if not _is_attestation(one)]
    if not images:
        raise reader.fault(f"the index {index.digest} has no image in this archive")
    if len(there) < len(below):
        yield from (replace(image, names=names) for image in images)
        return
    blobs = {blob.digest: blob for one in there for blob in _blobs(reader, one)}
    platforms = tuple(dict.fromkeys(platform for image in images for platform in image.platforms))
    form = _Oci(index, text_at(entry, ("mediaType",)), (index, *blobs.values()))
    yield ArchivedImage(reader.label, names, platforms, "", index.digest, form)


def _single(reader: Reader, entry: dict[str, Value]) -> ArchivedImage:
    manifest, config, *layers = _blobs(reader, entry)
    value = reader.json(config, config.digest)
    platform = reader.platform(value, config.digest)
    told = [text_at(entry, ("platform", key)) for key in ("os", "architecture")]
    if all(told) and "/".join(told) != platform:
        raise reader.fault(f"the image {manifest.digest} is for {platform}; the index says {'/'.join(told)}")
    reader.check_layers(value, layers, config.digest)
    form = _Oci(manifest, text_at(entry, ("mediaType",)), (manifest, config, *layers))
    return ArchivedImage(reader.label, (), (platform,), config.digest, manifest.digest, form)


def _blobs(reader: Reader, entry: dict[str, Value]) -> list[Member]:
    """The manifest, its configuration and its layers."""
    manifest = _blob(reader, entry)
    value = reader.json(manifest, manifest.digest)
    parts = [mapping_at(value, ("config",)), *(mapping_at(layer, ()) for layer in items_at(value, ("layers",)))]
    return [manifest, *(_blob(reader, part) for part in parts)]


def _blob(reader: Reader, descriptor: dict[str, Value]) -> Member:
    """The blob of a descriptor, of the size and with the digest that it says."""
    digest = text_at(descriptor, ("digest",))
    blob = reader.member(_path(reader, descriptor), "a descriptor")
    if blob.digest != digest:
        raise reader.fault(f"the blob {digest} has the digest {blob.digest}")
    if blob.size != number_at(descriptor, "size"):
        raise reader.fault(f"the blob {digest} has {blob.size:,} bytes; its descriptor says {descriptor.get('size')}")
    return blob


def _path(reader: Reader, descriptor: dict[str, Value]) -> str:
    digest = text_at(descriptor, ("digest",))
    if not _DIGEST.fullmatch(digest):
        raise reader.fault(f"a descriptor has the digest {digest!r}; sha256 is the one that registries know")
    return "blobs/" + digest.replace(":", "/")


def _names(entry: dict[str, Value]) -> tuple[str, ...]:
    annotations = mapping_at(entry, ("annotations",))
    full = [name for key in _NAMES if isinstance(name := annotations.get(key), str) and name]
    return tuple(full[:1])


def _is_attestation(entry: dict[str, Value]) -> bool:
    return _ATTESTATION in mapping_at(entry, ("annotations",))
