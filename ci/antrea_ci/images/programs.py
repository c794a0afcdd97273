"""The programs that can push an image, behind one interface: skopeo, crane and podman.

source: skopeo-copy(1), containers-auth.json(5), containers-certs.d(5); crane push (go-containerregistry
cmd/crane/doc/crane_push.md, pkg/authn); podman-pull(1), podman-push(1)
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from antrea_ci import process
from antrea_ci.errors import MissingRequirementError
from antrea_ci.images.access import Access
from antrea_ci.images.layout import Layout

_SECONDS = 3600.0
_FIX = "install skopeo, crane or podman: skopeo is in every Linux distribution, and `brew install skopeo` on macOS"


class Pusher(Protocol):
    """A program that pushes. ``keeps_digest``: whether the registry gets the very bytes of the layout."""

    @property
    def name(self) -> str: ...

    @property
    def keeps_digest(self) -> bool: ...

    def push(self, layout: Layout, target: str, access: Access) -> None:
        """Puts the image to ``target`` (``repository:tag`` or ``repository@digest``). Raises ProcessError."""
        ...


@dataclass(frozen=True)
class Skopeo:
    program: str
    name: str = "skopeo"
    keeps_digest: bool = True

    def push(self, layout: Layout, target: str, access: Access) -> None:
        # What has to be trusted is the layout, and that is our own: the system's policy is about pulls.
        command = [self.program, "--insecure-policy", "copy", "--preserve-digests", "--authfile", str(access.authfile)]
        command += ["--all"] if layout.is_index else []
        command += ["--dest-cert-dir", str(access.certificates)] if access.certificates else []
        command += ["--dest-tls-verify=false"] if access.is_plain else []
        process.run([*command, f"oci:{layout.folder}", f"docker://{target}"], env=_environment({}), timeout=_SECONDS)


@dataclass(frozen=True)
class Crane:
    program: str
    name: str = "crane"
    keeps_digest: bool = True

    def push(self, layout: Layout, target: str, access: Access) -> None:
        # Without --index it pushes the one entry of the layout, be it an index; with it, the layout's own list.
        command = [self.program, "push", *(["--insecure"] if access.is_plain else [])]
        own = {"DOCKER_CONFIG": str(access.authfile.parent)}
        if access.trusted:
            own["SSL_CERT_FILE"] = str(access.trusted)
        process.run([*command, str(layout.folder), target], env=_environment(own), timeout=_SECONDS)


@dataclass(frozen=True)
class Podman:
    """It keeps images in a storage, which is one of our own here, and packs layers anew."""

    program: str
    name: str = "podman"
    keeps_digest: bool = False

    def push(self, layout: Layout, target: str, access: Access) -> None:
        if layout.is_index:
            message = "podman cannot push an image for several platforms as one"
            raise MissingRequirementError(message, fix="install skopeo or crane")
        with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as folder:
            storage = ["--root", f"{folder}/root", "--runroot", f"{folder}/run", "--storage-driver", "vfs"]
            # Its own name for the image is made of this path, in which capitals and the like may not be.
            pulled = [self.program, *storage, "pull", "--quiet", f"oci:{layout.folder.name}"]
            above = layout.folder.parent
            image = process.run(pulled, cwd=above, env=_environment({}), timeout=_SECONDS).stdout.decode().split()[-1]
            command = [self.program, *storage, "push", "--quiet", "--authfile", str(access.authfile)]
            command += ["--cert-dir", str(access.certificates)] if access.certificates else []
            command += ["--tls-verify=false"] if access.is_plain else []
            process.run([*command, image, f"docker://{target}"], env=_environment({}), timeout=_SECONDS)


_KNOWN = {"skopeo": Skopeo, "crane": Crane, "podman": Podman}


def pusher(name: str = "", path: str | None = None) -> Pusher:
    """The first of skopeo, crane and podman that is in ``path`` (default PATH), or the one called ``name``.

    Raises MissingRequirementError, which names all three.
    """
    for known, kind in _KNOWN.items():
        if name in ("", known) and (found := shutil.which(known, path=path)):
            return kind(found)
    what = f"{name} is not in PATH" if name else "none of skopeo, crane and podman is in PATH"
    raise MissingRequirementError(what, why="one of them pushes the images", fix=_FIX)


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """Ours without secrets, and without a login of this machine's that would go before the one we give."""
    left_out = ("REGISTRY_AUTH_FILE", "DOCKER_CONFIG")
    inherited = {key: value for key, value in process.environment().items() if key not in left_out}
    return {**inherited, **own}
