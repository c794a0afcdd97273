"""Which openshift-install is run: the locked and verified one, or the one that was given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antrea_ci.model.effective import Cluster


@dataclass(frozen=True)
class Installer:
    """openshift-install: ``version`` as it tells it, ``minor`` n of the OpenShift 4.n that it installs."""

    path: Path
    version: str
    minor: int


def find_installer(cluster: Cluster, given: Path | None, *, any_version: bool) -> Installer:
    """The installer that the repository locks, or ``given``; its version must be the cluster's unless ``any_version``."""
    raise NotImplementedError
