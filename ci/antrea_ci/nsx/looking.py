"""One look at phase 2: at the cluster, and at what NSX says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.api import Api, ApiError
from antrea_ci.model.effective import Cluster
from antrea_ci.nsx import identity, judging
from antrea_ci.nsx.certificate import public
from antrea_ci.nsx.living import Living
from antrea_ci.nsx.manager import Nsx
from antrea_ci.nsx.prepared import PreparedNsx
from antrea_ci.nsx.status import Joined, NsxStatus
from antrea_ci.nsx.waits import told_health
from antrea_ci.verify.check import Check, State

_PORTS = "see that every node reaches every manager on 443, 1234 and 1235 (`antrea-gitops nsx check`)"


@dataclass(frozen=True)
class Missing:
    """What cannot be looked at, and why."""

    why: str


def look(api: Api | Missing, nsx: Nsx | Missing, cluster: Cluster, prepared: PreparedNsx) -> NsxStatus:
    """What the cluster and NSX say now; what cannot be asked is a check that is unknown."""
    seen = _Seen([]) if isinstance(api, Api) else _Seen([Check("cluster", State.UNKNOWN, api.why)])
    if isinstance(api, Api):
        seen = _of_cluster(api, prepared, cluster.nsx_name)
    pem = seen.certificate or (prepared.certificate.pem if prepared.certificate else "")
    checks = [*seen.checks, *_of_nsx(nsx, cluster.nsx_name, pem, seen.cluster_id)]
    certificate = public(pem)
    return NsxStatus(
        cluster=cluster.nsx_name,
        looked=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        variant=prepared.variant.value,
        joined=_joined(checks),
        cluster_id=seen.cluster_id,
        common_name=certificate.common_name if certificate else "",
        expires=certificate.expires.date() if certificate else None,
        managers=tuple(cluster.file.nsx.managers),
        images=tuple(prepared.images),
        checks=tuple(checks),
    )


@dataclass(frozen=True)
class _Seen:
    """The checks of the cluster, and what those of NSX are compared with."""

    checks: Sequence[Check]
    certificate: str = ""
    cluster_id: str = ""


def _of_cluster(api: Api, prepared: PreparedNsx, name: str) -> _Seen:
    living = Living.of(api)
    checks = list(judging.of_cluster(living, prepared, name))
    try:
        pem = Living(api, prepared.secret_namespace).certificate()
        return _Seen(checks, pem, living.cluster_id())
    except ApiError:  # the checks have said so
        return _Seen(checks)


def _of_nsx(nsx: Nsx | Missing, name: str, pem: str, cluster_id: str) -> Iterator[Check]:
    if isinstance(nsx, Missing):
        yield Check("nsx", State.UNKNOWN, nsx.why)
        return
    try:
        yield _identity(nsx, name, pem)
        yield _registered(nsx, name, pem, cluster_id)
    except AntreaGitopsError as error:
        yield Check("nsx", State.UNKNOWN, error.message, error.why, error.fix)


def _identity(nsx: Nsx, name: str, pem: str) -> Check:
    faults = identity.known(nsx, name).faults(name, pem)
    if not faults:
        return Check("nsx-identity", State.OK, f"NSX has the principal identity {name}, by this certificate")
    message, fixes = "; ".join(text for text, _ in faults), "; ".join(fix for _, fix in faults)
    return Check("nsx-identity", State.FAILED, message, "the adapters log in to NSX by it", fixes)


def _registered(nsx: Nsx, name: str, pem: str, cluster_id: str) -> Check:
    """The cluster in NSX: there, the one that registered, by this certificate, and up."""
    plane = nsx.control_plane(name)
    if plane is None:
        fix = "`antrea-gitops nsx apply` registers it"
        return Check("nsx-cluster", State.FAILED, f"NSX does not know the cluster {name}", "", fix)
    if cluster_id and plane.cluster_id and cluster_id != plane.cluster_id:
        message = f"NSX knows {name} as {plane.cluster_id}, and the cluster has registered as {cluster_id}"
        why = "another cluster has registered under this name, or this one from another backup of NSX"
        fix = "give each cluster its own nsx.clusterName; else `antrea-gitops nsx remove`, then `nsx apply`"
        return Check("nsx-cluster", State.FAILED, message, why, fix)
    if pem and plane.certificate and not identity.is_same(plane.certificate, pem):
        why = "NSX refuses the cluster's connections"
        fix = "`antrea-gitops nsx renew` goes on where a renewal was interrupted"
        return Check("nsx-cluster", State.FAILED, "NSX expects another certificate of the cluster", why, fix)
    health = nsx.health(name)
    if health is None:
        return Check("nsx-cluster", State.OK, f"NSX knows {name}; this release does not tell whether it is up")
    if not health.is_up:
        message = told_health(health.parts, health.faults)
        return Check("nsx-health", State.FAILED, message, "NSX has no news of that part of the cluster", _PORTS)
    agents = ", ".join(f"{number} {state}" for state, number in health.agents.items() if number)
    return Check("nsx-health", State.OK, f"NSX says that {name} is up{f' (agents: {agents})' if agents else ''}")


def _joined(checks: Sequence[Check]) -> Joined:
    by_name = {check.name: check.state for check in checks}
    if by_name.get("nsx-health") is State.OK or by_name.get("nsx-cluster") is State.OK:
        return Joined.UP
    if "nsx-health" in by_name:
        return Joined.DOWN
    if by_name.get("nsx-cluster") is State.FAILED:
        return Joined.COMING if by_name.get("interworking") is State.OK else Joined.NO
    return Joined.UNKNOWN
