"""What `docker save` and `podman save` write: manifest.json, configurations and layers.

source: moby image/spec (v1.2, combined image JSON + filesystem changeset); moby 25 (blobs/sha256/); containers/image
docker/internal/tarfile; google/go-containerregistry pkg/v1/tarball
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.images.layout import ArchivedImage, Layout, write_layout, written
from antrea_ci.images.members import Member, spooled
from antrea_ci.images.proof import Reader, packing
from antrea_ci.values import text_at, texts_at
from antrea_ci.yamlio import Value

FILE = "manifest.json"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_CHUNK = 1 << 20
_LEVEL = 3  # of 9: twice as fast as the usual 6, and a twentieth larger


@dataclass(frozen=True)
class _Docker:
    """Layers are packed when they are laid out, always in the same way, because registries keep packed ones."""

    config: Member
    layers: tuple[Member, ...]

    def lay_out(self, folder: Path) -> Layout:
        work = folder / "made"
        work.mkdir()

        def packed(layer: Member) -> Member:
            return layer if packing(layer) else _packed(layer, work)

        with ThreadPoolExecutor() as pool:
            layers = list(pool.map(packed, self.layers))
        manifest: dict[str, Value] = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": _descriptor(_CONFIG, self.config),
            "layers": [_descriptor(_LAYER, layer) for layer in layers],
        }
        root = written(work, json.dumps(manifest, separators=(",", ":")).encode())
        return write_layout(folder, root, _MANIFEST, [self.config, *layers, root])


def docker_images(reader: Reader) -> Iterator[ArchivedImage]:
    """Every image that manifest.json lists. Raises BundleError at the first that is not what it says it is."""
    listed = reader.json(reader.members[FILE], FILE)
    if not isinstance(listed, list) or not listed:
        raise reader.fault(f"{FILE} lists no image")
    for item in listed:
        yield _image(reader, item)


def _image(reader: Reader, item: Value) -> ArchivedImage:
    name = text_at(item, ("Config",))
    if not name:
        raise reader.fault(f"{FILE} lists an image without its configuration (Config)")
    config = reader.member(name, FILE)
    _compare(reader, name, config, "configuration")
    value = reader.json(config, name)
    layers = [_layer(reader, path) for path in texts_at(item, ("Layers",))]
    platform = reader.platform(value, name)
    reader.check_layers(value, layers, name)
    names = tuple(texts_at(item, ("RepoTags",)))
    return ArchivedImage(reader.label, names, (platform,), config.digest, "", _Docker(config, tuple(layers)))


def _layer(reader: Reader, path: str) -> Member:
    """A layer below ``blobs/``, or packed, is named by its digest; others by what it unpacks to, or by an old id."""
    layer = reader.member(path, FILE)
    if path.startswith("blobs/") or path.endswith(".gz"):
        _compare(reader, path, layer, "layer")
    if packing(layer) == "zstd":
        raise reader.fault(f"the layer {path} is packed by zstd, which this form of archive does not know")
    return layer


def _compare(reader: Reader, path: str, member: Member, what: str) -> None:
    told = _DIGEST.search(path.rpartition("/")[2])
    if told and f"sha256:{told[0]}" != member.digest:
        raise reader.fault(f"the {what} {path} has the digest {member.digest}, not the one of its name")


def _packed(layer: Member, folder: Path) -> Member:
    """By gzip, without a time or a name in it."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)

    def pieces() -> Iterator[bytes]:
        with layer.file.open("rb") as stream:
            while data := stream.read(_CHUNK):
                yield packer.compress(data)
        yield packer.flush()

    return spooled(pieces(), folder)


def _descriptor(media_type: str, blob: Member) -> dict[str, Value]:
    return {"mediaType": media_type, "size": blob.size, "digest": blob.digest}
