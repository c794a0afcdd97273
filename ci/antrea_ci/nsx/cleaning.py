"""What is removed at NSX itself: a cluster that is gone, its principal identity, and the identity's certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.model.effective import load as load_cluster
from antrea_ci.nsx.access import nsx_of
from antrea_ci.nsx.manager import Nsx, delete_command
from antrea_ci.nsx.opening import Progress, leased, refuse_disabled
from antrea_ci.nsx.registration import until_forgotten
from antrea_ci.nsx.request import Request
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import load
from antrea_ci.vault import Vault


def clean_up(home: ClusterRepo, request: Request, environment: Mapping[str, str], progress: Progress) -> None:
    """Removes what NSX still has of a cluster that is gone. AntreaGitopsError where NSX still hears of it."""
    cluster = load_cluster(home)
    refuse_disabled(cluster)
    name = cluster.nsx_name
    if request.dry_run:
        progress(f"would be done, or by hand: {delete_command(cluster.file.nsx.managers[0], name)}")
        return
    secrets = load(cluster, "nsx-remove", environment)
    nsx, vault = nsx_of(cluster, secrets), Vault.of(cluster, secrets)
    with leased(cluster, vault.without_remote() if request.no_vault else vault, request, "nsx-remove"):
        if nsx.control_plane(name) is None:
            progress(f"NSX does not know {name} any more")
        else:
            _refuse_living(nsx, name)
            remove_leftovers(nsx, name, progress, seconds=request.timeout)
        if request.with_identity:
            remove_identity(nsx, name, progress)


def _refuse_living(nsx: Nsx, name: str) -> None:
    health = nsx.health(name)
    if health is not None and health.is_up:
        raise AntreaGitopsError(
            f"NSX says that {name} is up, so the cluster is not gone",
            why="a cluster that is removed at NSX alone goes on with policies that nobody can change any more",
            fix="`antrea-gitops nsx remove` without --cluster-gone takes it out by its deregister job",
        )


def remove_leftovers(nsx: Nsx, name: str, say: Callable[[str], None], *, seconds: float) -> None:
    """The documented call, and the wait until NSX has done it."""
    nsx.delete_control_plane(name)
    until_forgotten(nsx, name, say, seconds=seconds)
    say(f"NSX does not know {name} any more")


def remove_identity(nsx: Nsx, name: str, say: Callable[[str], None]) -> None:
    """The principal identity, then its certificate, which NSX does not remove with it; neither may be there."""
    identity = nsx.identity(name)
    if identity is None:
        say(f"NSX has no principal identity {name}")
        return
    nsx.delete_identity(identity)
    nsx.delete_certificate(identity.certificate_id)
    say(f"NSX has removed the principal identity {name} and its certificate")
