"""One image as an OCI layout in a folder of its own: what every program that pushes can read."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from antrea_ci.images.members import Member

INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")


@dataclass(frozen=True)
class Layout:
    """``digest`` is that of the manifest, or of the index of an image for several platforms."""

    folder: Path
    digest: str
    is_index: bool


class Form(Protocol):
    """How an archive keeps an image."""

    def lay_out(self, folder: Path) -> Layout:
        """The image in ``folder``, which must be empty. The same archive gives the same digest."""
        ...


@dataclass(frozen=True)
class ArchivedImage:
    """An image of an archive whose digests have been proven.

    ``names`` are references, or tags alone; none where the archive says none. ``config`` is the digest of its
    configuration, which stays the same wherever it is pushed, and empty for an index; ``digest`` that of its manifest
    or index, where the archive has one.
    """

    archive: str
    names: tuple[str, ...]
    platforms: tuple[str, ...]
    config: str
    digest: str
    form: Form


def write_layout(folder: Path, root: Member, media_type: str, blobs: Iterable[Member]) -> Layout:
    """Links ``blobs`` (with ``root`` among them) into an OCI layout whose only entry is ``root``."""
    for blob in blobs:
        algorithm, _, name = blob.digest.partition(":")
        place = folder / "blobs" / algorithm
        place.mkdir(parents=True, exist_ok=True)
        if not (place / name).exists():
            os.symlink(blob.file.resolve(), place / name)
    entry = {"mediaType": media_type, "digest": root.digest, "size": root.size}
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    return Layout(folder, root.digest, media_type in INDEXES)


def written(folder: Path, data: bytes) -> Member:
    """``data`` as a file of ``folder``, named by its digest."""
    name = hashlib.sha256(data).hexdigest()
    (folder / name).write_bytes(data)
    return Member(folder / name, len(data), f"sha256:{name}")
