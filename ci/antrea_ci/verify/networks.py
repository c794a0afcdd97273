"""Whose network the cluster has: what Network.config says, and whether another one runs too."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.facts import facts
from antrea_ci.model.effective import Cluster
from antrea_ci.model.network import Entry
from antrea_ci.values import items_at, mapping_at, text_at, texts_at
from antrea_ci.verify.check import Check, State
from antrea_ci.verify.look import Look, name_of, number_at
from antrea_ci.yamlio import Value

_TYPE = "antrea"


def status(look: Look, cluster: Cluster) -> Check:
    """The status of Network.config.openshift.io, which the installation waits for: Antrea's operator writes it."""
    found = look.at("/apis/config.openshift.io/v1/networks/cluster")
    faults = [*_type_faults(found), *_network_faults(found, cluster)]
    if not faults:
        pods = ", ".join(_pod_networks(found))
        return Check("network-status", State.OK, f"the network is {_TYPE}, with pods in {pods}")
    why = "an installation without this status does not end, and what it says cannot be changed afterwards"
    fix = f"`{look.cli} get networks.config.openshift.io cluster -o yaml`, and see what operator-antrea says"
    return Check("network-status", State.FAILED, f"Network.config: {'; '.join(faults)}", why, fix)


def _type_faults(found: Value) -> Iterator[str]:
    kind = text_at(found, ("status", "networkType"))
    if not kind:
        yield "status.networkType is empty: no operator has published the network yet"
    elif kind.casefold() != _TYPE:
        yield f"status.networkType is {kind}, not {_TYPE}"


def _network_faults(found: Value, cluster: Cluster) -> Iterator[str]:
    wanted = [_pods(entry) for entry in cluster.plan.cluster]
    rows = (
        ("clusterNetwork", _pod_networks(found), wanted),
        ("serviceNetwork", texts_at(found, ("status", "serviceNetwork")), [one.usual for one in cluster.plan.service]),
    )
    for key, there, planned in rows:
        if planned and sorted(there) != sorted(planned):
            yield f"status.{key} is {', '.join(there) or 'empty'}, install-config.yaml has {', '.join(planned)}"


def _pods(entry: Entry) -> str:
    return f"{entry.usual} (/{entry.host_prefix} a node)" if entry.host_prefix else entry.usual


def _pod_networks(found: Value) -> list[str]:
    entries = items_at(found, ("status", "clusterNetwork"))
    return [f"{text_at(one, ('cidr',))} (/{number_at(one, 'hostPrefix')} a node)" for one in entries]


def others(look: Look, cluster: Cluster) -> Check:
    """No pods of another network, which would fight for the same nodes."""
    if cluster.file.antrea.trafficEncapMode == "networkPolicyOnly":
        return Check("other-networks", State.OK, "Antrea adds policies to another network (networkPolicyOnly)")
    rows = mapping_at(facts("verify"), ("other-networks", cluster.file.flavour))
    found = {str(network): [name_of(pod) for pod in look.items(path)] for path, network in rows.items()}
    running = {network: pods for network, pods in found.items() if pods}
    if not running:
        return Check("other-networks", State.OK, "no pods of another network are there")
    told = "; ".join(f"{network} has {len(pods)} pods, such as {pods[0]}" for network, pods in running.items())
    why = "two networks write CNI configurations on every node, and pods get one or the other"
    fix = "remove the other network from every node, its file in /etc/cni/net.d too"
    if cluster.file.flavour == "openshift":
        fix = "networkType must have been antrea when the cluster was installed: destroy it and install again"
    return Check("other-networks", State.FAILED, told, why, fix)
