"""Whether the cluster joins NSX, and what the last look at that found."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.model.effective import Cluster
from antrea_ci.nsx.status import NsxStatus, last_look


@dataclass(frozen=True)
class Nsx:
    """``is_wanted``: cluster.yaml says so. ``is_prepared``: its objects are in rendered/nsx."""

    is_wanted: bool
    managers: tuple[str, ...]
    is_prepared: bool
    last: NsxStatus | None


def nsx(cluster: Cluster) -> Nsx:
    """What files say; the cluster is not asked."""
    section, folder = cluster.file.nsx, cluster.repo.rendered_nsx
    return Nsx(section.enabled, section.managers, folder.is_dir(), last_look(cluster.repo))
