"""What the operator reads in the configurations before it hands them on, and what it puts into them (DOMAIN 1.3)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.checks.antrea_inner import Inner
from antrea_ci.embedded import embedded_text
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.model.effective import Cluster
from antrea_ci.yamlio import Value

_MASKS = {4: "nodeCIDRMaskSizeIPv4", 6: "nodeCIDRMaskSizeIPv6"}
_CNI = ("spec", "antreaCNIConfig")
_PLUGIN = "antrea"


def operator_faults(
    cluster: Cluster, resource: BundleObject, agent: Inner | None, controller: Inner | None, source: str
) -> Iterator[Finding]:
    """What the operator would crash at or replace, and what the network outside must do for the mode."""
    if agent:
        yield from _mtu(agent)
        yield from _service_networks(cluster, agent)
        yield from _routed_pods(cluster, agent)
    if controller:
        yield from _pod_networks(cluster, controller)
    yield from _cni(cluster, resource, source)


def _mtu(agent: Inner) -> Iterator[Finding]:
    value = agent.at("defaultMTU")
    if agent.has("defaultMTU") and (value is None or isinstance(value, float)):
        shown = "null" if value is None else value
        yield agent.fault("operator-mtu", f"`defaultMTU` is {shown}, which is no whole number", "defaultMTU")


def _service_networks(cluster: Cluster, agent: Inner) -> Iterator[Finding]:
    networks = [entry.text for entry in cluster.plan.service]
    for key in ("serviceCIDR", "serviceCIDRv6"):
        value = agent.at(key)
        if isinstance(value, str) and value and value not in networks:
            message = f"`{key}` is {value}; the service network is {' and '.join(networks) or 'not known'}"
            yield agent.fault("service-network", message, key)
    has_ipv4 = any(":" not in text for text in networks)
    if cluster.file.flavour == "kubernetes" and has_ipv4 and not agent.at("serviceCIDR"):
        message = "`serviceCIDR` is not set, and on Kubernetes nobody fills it in"
        yield agent.fault("service-network", message, "serviceCIDR", fix="remove the patch that removes it")


def _routed_pods(cluster: Cluster, agent: Inner) -> Iterator[Finding]:
    mode = str(agent.at("trafficEncapMode") or "").lower()
    if mode not in ("noencap", "hybrid"):
        return
    pods = " and ".join(_piece(entry.text, entry.host_prefix) for entry in cluster.plan.cluster)
    nodes = " and ".join(entry.text for entry in cluster.plan.machine)
    where = "of different subnets " if mode == "hybrid" else ""
    message = (
        f"packets of pods travel between nodes {where}without a tunnel: the routers of {nodes or 'the nodes'} "
        f"must send {pods} to the node that has it"
    )
    fix = "route the pod networks, for example by BGP, or use the mode encap"
    finding = agent.fault("routed-pods", message, "trafficEncapMode", fix=fix)
    yield Finding(finding.rule, message, Severity.WARNING, finding.location, finding.object, fix=fix)


def _piece(network: str, host_prefix: int | None) -> str:
    return f"each /{host_prefix} of {network}" if host_prefix else f"each node's piece of {network}"


def _pod_networks(cluster: Cluster, controller: Inner) -> Iterator[Finding]:
    path = ("nodeIPAM", "clusterCIDRs")
    given = controller.at(*path)
    if cluster.file.flavour == "openshift" and isinstance(given, list) and given:
        message = "`nodeIPAM.clusterCIDRs` is set, and the operator adds the cluster network to it"
        yield controller.fault("cluster-cidrs", message, *path)
    for version, key in _MASKS.items():
        mask = controller.at("nodeIPAM", key)
        wanted = {e.host_prefix for e in cluster.plan.cluster if (":" in e.text) is (version == 6) and e.host_prefix}
        # The vendor ships a mask that the operator replaces, which surprises nobody.
        if isinstance(mask, int) and wanted and mask not in wanted and controller.is_set_here("nodeIPAM", key):
            prefixes = " or ".join(f"/{prefix}" for prefix in sorted(wanted))
            message = f"`nodeIPAM.{key}` is {mask}; the host prefix of the cluster network is {prefixes}"
            yield controller.fault("node-mask", message, "nodeIPAM", key)


def _cni(cluster: Cluster, resource: BundleObject, source: str) -> Iterator[Finding]:
    embedded = embedded_text(resource.document, (*resource.base, *_CNI), source)
    if embedded is None or not isinstance(resource.at(_CNI), str):
        return
    own = cluster.document.locate(("antrea", "cni")) if cluster.file.antrea.cni else None
    place, problem = own or embedded.place(Location()), ""
    try:
        problem = _conflist_problem(json.loads(embedded.text))
    except json.JSONDecodeError as error:
        place = embedded.place(Location("", error.lineno, error.colno))
        problem = f"this is not JSON: {error.msg}"
    except RecursionError:
        problem = "it is nested too deeply"
    if problem:
        yield Finding("antrea/cni-config", f"antreaCNIConfig: {problem}", location=place, object=resource.label)


def _conflist_problem(value: Value) -> str:
    """Why a value is no list of CNI plugins that starts with Antrea's own; empty if it is one."""
    if not isinstance(value, dict):
        return "it must be a JSON object"
    missing = [name for name in ("cniVersion", "name") if not isinstance(value.get(name), str)]
    if missing:
        return f"{' and '.join(missing)} must be there, as a text"
    plugins = value.get("plugins")
    types = (
        [item.get("type") if isinstance(item, dict) else None for item in plugins] if isinstance(plugins, list) else []
    )
    if not types or not all(isinstance(kind, str) and kind for kind in types):
        return "plugins must be a list of objects that have a type each"
    return "" if types[0] == _PLUGIN else f"the first plugin must be {_PLUGIN}, not {types[0]}"
