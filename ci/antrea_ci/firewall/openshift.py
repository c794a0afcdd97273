"""Which rows OpenShift and the platform that it is installed on need."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.firewall.rule import Phase, Wanted
from antrea_ci.model.effective import Cluster

_EVERYWHERE = (
    *("reachability", "router-metrics", "host-services", "kubelet", "node-ports", "etcd"),
    *("api", "machine-config", "api-clients", "ingress", "names", "time", "installer-api", "installer-ssh"),
)
_BEHIND_A_BALANCER = ("api-backends", "api-bootstrap", "ingress-backends")
_OF_PLATFORM = {
    "vsphere": ("vcenter", "esxi", "installer-vcenter", "installer-esxi"),
    "nutanix": ("prism", "installer-prism"),
}
_TO_PODS = ("aggregated", "dns-health", "check-endpoints")


def openshift_rows(cluster: Cluster, *, shows_pods: bool, has_proxy: bool) -> Iterator[Wanted]:
    """The rows of the cluster's platform. ``shows_pods``: pods' own addresses are seen between nodes for good."""
    yield from map(Wanted, _EVERYWHERE)
    yield from map(Wanted, _BEHIND_A_BALANCER if _has_balancers_outside(cluster) else ["keepalived"])
    if has_proxy:
        yield Wanted("proxy")
    yield from map(Wanted, _OF_PLATFORM.get(cluster.platform, ()))
    phase: Phase = "always" if shows_pods else "install"
    yield from (Wanted(row, phase=phase) for row in _TO_PODS)


def _has_balancers_outside(cluster: Cluster) -> bool:
    """Whether the API and applications are reached through load balancers that are not the cluster's own."""
    plan = cluster.plan
    return plan.user_managed_load_balancer or not (plan.api_vips and plan.ingress_vips)
