"""Whether a cluster is registered in NSX, and the wait until it is no longer."""

from __future__ import annotations

from collections.abc import Callable

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.waiting import wait_until
from antrea_ci.model.effective import Cluster
from antrea_ci.nsx.access import nsx_of
from antrea_ci.nsx.manager import Nsx
from antrea_ci.secrets import Secrets

_WAIT_SECONDS = 900.0
STALE = "a cluster that is destroyed first leaves stale objects behind in NSX, and its name stays taken"


def wait_until_gone(
    cluster: Cluster, secrets: Secrets, say: Callable[[str], None], *, seconds: float = _WAIT_SECONDS
) -> None:
    """Returns when NSX does not know the cluster any more; AntreaGitopsError where it still does after ``seconds``, or
    where no manager says."""
    if not cluster.file.nsx.managers:
        raise AntreaGitopsError(
            "nsx.managers in cluster.yaml is empty, so nobody says whether the cluster is registered",
            why=STALE,
            fix="name the managers, or say with --nsx-gone that NSX does not know the cluster",
        )
    until_forgotten(nsx_of(cluster, secrets), cluster.nsx_name, say, seconds=seconds)


def until_forgotten(nsx: Nsx, name: str, say: Callable[[str], None], *, seconds: float) -> None:
    """The same for an NSX that is open already; ``name`` is the cluster's there."""

    def look() -> str:
        return f"{name} is still registered" if nsx.control_plane(name) else ""

    fix = (
        "`antrea-gitops nsx remove` takes it out while the cluster runs; where the cluster is gone already, "
        "`antrea-gitops nsx remove --cluster-gone` removes what NSX still has of it"
    )
    wait_until(look, what=f"NSX to forget {name}", seconds=seconds, progress=say, fix=fix)
