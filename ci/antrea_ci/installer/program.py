"""Which openshift-install is run: the locked and verified one, or the one that was given."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError, UsageError
from antrea_ci.installer.known import known

if TYPE_CHECKING:
    from antrea_ci.model.effective import Cluster

NAME = "openshift-install"
_ASK_SECONDS = 60.0


@dataclass(frozen=True)
class Installer:
    """openshift-install: ``version`` as it tells it, empty if it tells none; it installs OpenShift 4.``minor``."""

    path: Path
    version: str
    minor: int


def find_installer(cluster: Cluster, given: Path | None, *, any_version: bool, allow_install: bool = True) -> Installer:
    """The installer that the repository locks, verified, or ``given``.

    Its version must be the cluster's, unless ``any_version``: then it may be any, and where it tells none that can be
    read, it is taken to do what the cluster's version does. ``allow_install`` False: nothing is fetched.

    Raises MissingRequirementError (exit code 4) with the ways to get one, AntreaGitopsError for another version.
    """
    if given is None:
        return _locked(cluster, any_version=any_version, allow_install=allow_install)
    installer = _given(cluster, given)
    if installer.version.removeprefix("v") != cluster.version and not any_version:
        told = f"is version {installer.version}" if installer.version else "does not tell its version"
        raise _other_version(cluster, f"{given} {told}", "leave --installer out to use the locked one")
    return installer


def _locked(cluster: Cluster, *, any_version: bool, allow_install: bool) -> Installer:
    from antrea_ci.tools.find import ensure_tool
    from antrea_ci.tools.lock import read_lock

    lock = read_lock(cluster.repo.tools_lock_file)
    tool = lock.tool(NAME)
    if tool.version != cluster.version and not any_version:
        raise _other_version(cluster, f"{lock.file} locks {NAME} {tool.version}", "run `antrea-gitops tools lock`")
    # Its checksum stands for its version; to ask a program of half a gigabyte takes long.
    path = ensure_tool(NAME, lock, allow_install=allow_install)
    return Installer(path, tool.version, _minor_of(tool.version) or _minor_of(cluster.version))


def _given(cluster: Cluster, path: Path) -> Installer:
    if not path.is_file():
        raise MissingRequirementError(
            f"{path}: there is no such program", fix="name the file of openshift-install with --installer"
        )
    if not os.access(path, os.X_OK):
        raise MissingRequirementError(f"{path} is not executable", fix=f"chmod +x {path}")
    answer = _answer(path.absolute())
    forms = known().version
    version = found["version"] if (found := forms.line.search(answer)) else ""
    of_image = int(found["minor"]) if (found := forms.image.search(answer)) else 0
    return Installer(path.absolute(), version, _minor_of(version) or of_image or _minor_of(cluster.version))


def _minor_of(version: str) -> int:
    """n of a version 4.n; 0 for what is none."""
    found = known().version.numbers.search(version)
    return int(found["minor"]) if found else 0


def _answer(path: Path) -> str:
    from antrea_ci import process

    # An override of the release image would make it tell something else, and needs the network.
    env = {"PATH": os.environ.get("PATH", os.defpath), "HOME": os.environ.get("HOME", "/")}
    done = process.run([str(path), "version"], env=env, timeout=_ASK_SECONDS, check=False)
    answer = done.stdout.decode("utf-8", "replace")
    if done.code != 0 or not answer.strip():
        raise UsageError(
            f"`{path} version` failed with exit code {done.code}: it is no openshift-install that runs here",
            fix="name another one with --installer, or let the locked one be fetched by leaving it out",
        )
    return answer


def _other_version(cluster: Cluster, what: str, way: str) -> AntreaGitopsError:
    return AntreaGitopsError(
        f"{what}, and cluster.yaml wants {cluster.version}",
        why="an installer installs the release of its own version, and files and checks differ between versions",
        fix=f"name {NAME} {cluster.version} with --installer, {way}, or accept this one with --any-version",
    )
