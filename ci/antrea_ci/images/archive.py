"""The images of an archive, whichever of the two forms it has."""

from __future__ import annotations

from pathlib import Path

from antrea_ci.images.docker_form import FILE as DOCKER
from antrea_ci.images.docker_form import docker_images
from antrea_ci.images.layout import ArchivedImage
from antrea_ci.images.members import Members, read_members
from antrea_ci.images.oci_form import FILE as OCI
from antrea_ci.images.oci_form import oci_images
from antrea_ci.images.proof import Reader

_ARCHIVES = (".tar", ".tar.gz", ".tgz")


def read_images(path: Path, folder: Path) -> tuple[ArchivedImage, ...]:
    """The images of ``path``, whose files are unpacked into the empty ``folder`` and stay there.

    Where both forms are there, as since Docker 25, that of `docker save` counts, which names every image in full.
    Raises BundleError for what is hostile, broken, or holds no image.
    """
    members = read_members(path, folder)
    reader = Reader(path.name or str(path), members)
    if DOCKER in members:
        return tuple(docker_images(reader))
    if OCI in members:
        return tuple(oci_images(reader))
    raise reader.fault("holds no image: there is neither manifest.json nor index.json", fix=_fix(members))


def _fix(members: Members) -> str:
    if any("antreainstall" in name for name in members):
        return "this is the operator's bundle: `antrea-gitops bundle import` takes it"
    inner = [name for name in members if name.endswith(_ARCHIVES)]
    if inner:
        return f"unpack it and give what is inside: {', '.join(inner[:5])}"
    return "give what `docker save` or `podman save` writes, or an OCI layout"
