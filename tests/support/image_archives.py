"""Archives of images, as the vendor and its users make them, with everything in them that can be wrong."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OCI = "application/vnd.oci.image"


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def layer(text: str) -> bytes:
    """An uncompressed layer with one file."""
    return tar_of({"etc/hello": text.encode()})


def tar_of(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return stream.getvalue()


@dataclass(frozen=True)
class Image:
    """An image by what is in its one layer."""

    text: str
    architecture: str = "amd64"

    @property
    def layer(self) -> bytes:
        return layer(self.text)

    @property
    def config(self) -> bytes:
        rootfs = {"type": "layers", "diff_ids": [digest_of(self.layer)]}
        return json.dumps({"architecture": self.architecture, "os": "linux", "config": {}, "rootfs": rootfs}).encode()


def docker_save(images: Mapping[Image, Sequence[str] | None]) -> dict[str, bytes]:
    """The files of `docker save`: image to its tags."""
    files: dict[str, bytes] = {}
    listed: list[dict[str, Any]] = []
    for image, tags in images.items():
        config, place = digest_of(image.config)[7:] + ".json", digest_of(image.layer)[7:] + ".tar"
        files |= {config: image.config, place: image.layer}
        listed.append({"Config": config, "RepoTags": tags, "Layers": [place]})
    return {**files, "manifest.json": json.dumps(listed).encode()}


def oci_layout(images: Mapping[Image, str], *, index: str = "", without: Image | None = None) -> dict[str, bytes]:
    """The files of an OCI layout: image to its ref.name; with ``index`` they are one image of that name.

    The blobs of ``without`` are left out.
    """
    files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
    entries = [
        _entry(files, image, name if not index else "", left_out=image == without) for image, name in images.items()
    ]
    if index:
        data = json.dumps({"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json", "manifests": entries}).encode()
        entries = [_described(files, data, f"{OCI}.index.v1+json") | _named(index)]
    return {**files, "index.json": json.dumps({"schemaVersion": 2, "manifests": entries}).encode()}


def _entry(files: dict[str, bytes], image: Image, name: str, *, left_out: bool) -> dict[str, Any]:
    into: dict[str, bytes] = {} if left_out else files
    packed = gzip.compress(image.layer, mtime=0)
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{OCI}.manifest.v1+json",
        "config": _described(into, image.config, f"{OCI}.config.v1+json"),
        "layers": [_described(into, packed, f"{OCI}.layer.v1.tar+gzip")],
    }
    platform = {"platform": {"os": "linux", "architecture": image.architecture}}
    return _described(into, json.dumps(manifest).encode(), f"{OCI}.manifest.v1+json") | platform | _named(name)


def _named(name: str) -> dict[str, Any]:
    return {"annotations": {"org.opencontainers.image.ref.name": name}} if name else {}


def _described(files: dict[str, bytes], data: bytes, media_type: str) -> dict[str, Any]:
    digest = digest_of(data)
    files["blobs/" + digest.replace(":", "/")] = data
    return {"mediaType": media_type, "digest": digest, "size": len(data)}


def write(path: Path, files: Mapping[str, bytes], *, packed: bool = False) -> Path:
    """A tar of ``files``, gzipped where ``packed`` says so, whatever its name."""
    data = tar_of(files)
    path.write_bytes(gzip.compress(data, 1, mtime=0) if packed else data)
    return path


def write_folder(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
