"""What has to run on the nodes: the nodes themselves, Antrea's agents and controller, kube-proxy."""

from __future__ import annotations

from antrea_ci.errors import FindingsError
from antrea_ci.facts import facts
from antrea_ci.model.effective import Cluster
from antrea_ci.values import items_at, mapping_at, text_at, value_at
from antrea_ci.verify.check import Check, State
from antrea_ci.verify.look import Look, condition, name_of, number_at
from antrea_ci.yamlio import Value, parse

_NODES = "/api/v1/nodes"
_SHOWN = 5


def linux_nodes(look: Look) -> list[Value]:
    """The nodes that Antrea's agents run on."""
    found = look.items(_NODES)
    return [one for one in found if text_at(one, ("metadata", "labels", "kubernetes.io/os")) in ("linux", "")]


def is_ready(node: Value) -> bool:
    """Whether the node says that it is ready."""
    return condition(node, "Ready").is_true


def nodes(look: Look, cluster: Cluster) -> Check:
    """Every planned node is there, and every one is ready."""
    found = look.items(_NODES)
    planned = max(0, cluster.control_plane) + max(0, cluster.compute)
    ill = [f"{name_of(one)} ({condition(one, 'Ready').told or 'says nothing'})" for one in found if not is_ready(one)]
    if ill:
        message = f"{len(ill)} of {len(found)} nodes are not ready: {_listed(ill)}"
        why = "a node is not ready until its agent has written the CNI configuration"
        return Check("nodes", State.FAILED, message, why, f"`{look.cli} describe node` of the first")
    if len(found) < planned or not found:
        message = f"{len(found)} nodes are there, {planned} are planned"
        fix = f"`{look.cli} get csr`: those of new nodes may wait for approval, or their machines did not start"
        return Check("nodes", State.FAILED, message, fix=fix)
    return Check("nodes", State.OK, f"{len(found)} nodes are ready")


def agents(look: Look, _: Cluster) -> Check:
    """A ready agent on every node."""
    found, wanted = look.at(text_at(facts("verify"), ("antrea-agent",))), len(linux_nodes(look))
    if not found:
        return _missing("antrea-agent", "DaemonSet kube-system/antrea-agent")
    ready, updated = number_at(found, "status", "numberReady"), number_at(found, "status", "updatedNumberScheduled")
    if ready >= wanted > 0 and updated >= wanted and _is_observed(found):
        return Check("antrea-agent", State.OK, f"antrea-agent is ready on all {wanted} nodes")
    without = _without_agent(look)
    message = f"antrea-agent is ready on {ready} of {wanted} nodes{f'; not on {_listed(without)}' if without else ''}"
    why = "pods on a node without a ready agent have no network"
    fix = (
        f"`{look.cli} -n kube-system describe pod -l component=antrea-agent`, then the logs of the container that fails"
    )
    return Check("antrea-agent", State.FAILED, message, why, fix)


def _without_agent(look: Look) -> list[str]:
    """The nodes without a ready agent, each with what its pod waits for."""
    pods = look.items(text_at(facts("verify"), ("antrea-pods",)))
    agent_pods = [pod for pod in pods if text_at(pod, ("metadata", "labels", "component")) == "antrea-agent"]
    by_node = {text_at(pod, ("spec", "nodeName")): pod for pod in agent_pods}
    told: list[str] = []
    for node in map(name_of, linux_nodes(look)):
        pod = by_node.get(node)
        if pod is None:
            told.append(f"{node} (no pod)")
        elif not condition(pod, "Ready").is_true:
            told.append(f"{node} ({waiting_for(pod) or text_at(pod, ('status', 'phase')) or 'unknown'})")
    return told


def waiting_for(pod: Value) -> str:
    """Why a container of the pod does not run, such as ``ImagePullBackOff``; empty if none waits."""
    statuses = [*items_at(pod, ("status", "initContainerStatuses")), *items_at(pod, ("status", "containerStatuses"))]
    found = (text_at(one, ("state", "waiting", "reason")) for one in statuses)
    return next(filter(None, found), "")


def controller(look: Look, _: Cluster) -> Check:
    """The controller's Deployment."""
    found = look.at(text_at(facts("verify"), ("antrea-controller",)))
    if not found:
        return _missing("antrea-controller", "Deployment kube-system/antrea-controller")
    available, wanted = number_at(found, "status", "availableReplicas"), number_at(found, "spec", "replicas")
    if available >= wanted > 0 and _is_observed(found):
        return Check("antrea-controller", State.OK, "antrea-controller is available")
    why = "without it nodes get no pod networks, and policies are not realised"
    fix = f"`{look.cli} -n kube-system describe pod -l component=antrea-controller`"
    return Check("antrea-controller", State.FAILED, f"antrea-controller: {available} of {wanted} available", why, fix)


def kube_proxy(look: Look, cluster: Cluster) -> Check:
    """kube-proxy, on which Antrea relies for the nodes' own way to Services unless it is told to take it over."""
    path = text_at(facts("verify"), ("kube-proxy", cluster.file.flavour))
    found, what = look.at(path), "/".join(part for part in path.split("/")[5:] if part != "daemonsets")
    if not found:
        return _without_kube_proxy(look, what, cluster)
    ready, wanted = number_at(found, "status", "numberReady"), number_at(found, "status", "desiredNumberScheduled")
    if ready >= wanted > 0:
        return Check("kube-proxy", State.OK, f"kube-proxy is ready on {ready} nodes")
    message = f"kube-proxy ({what}) is ready on {ready} of {wanted} nodes"
    return Check("kube-proxy", State.FAILED, message, fix=f"`{look.cli} -n {what.split('/')[0]} get pods -o wide`")


def _without_kube_proxy(look: Look, what: str, cluster: Cluster) -> Check:
    proxy = _antrea_proxy(look)
    if proxy.get("proxyAll") is True:
        return Check("kube-proxy", State.OK, "there is no kube-proxy: Antrea takes its place (antreaProxy.proxyAll)")
    why = "without it and without antreaProxy.proxyAll nodes reach no Service, the API among them"
    own = "let deployKubeProxy of Network.operator.openshift.io be"
    own = own if cluster.file.flavour == "openshift" else "deploy kube-proxy (`kubeadm init phase addon kube-proxy`)"
    fix = f"{own}, or set antreaProxy.proxyAll and kubeAPIServerOverride"
    return Check("kube-proxy", State.FAILED, f"there is no DaemonSet {what}", why, fix)


def _antrea_proxy(look: Look) -> dict[str, Value]:
    """``antreaProxy`` of the agents' configuration; empty where that cannot be read."""
    install = look.at(text_at(facts("verify"), ("antrea-install",)))
    try:
        config = parse(text_at(install, ("spec", "antreaAgentConfig")), "antreaAgentConfig").value
    except FindingsError:
        return {}
    return mapping_at(config, ("antreaProxy",))


def _missing(name: str, what: str) -> Check:
    why = "Antrea's operator makes it from the AntreaInstall"
    return Check(name, State.FAILED, f"there is no {what}", why, "see what operator-antrea says")


def _is_observed(found: Value) -> bool:
    """Whether the status speaks of the present specification."""
    generation = value_at(found, ("metadata", "generation"))
    return generation is None or number_at(found, "status", "observedGeneration") >= number_at(
        found, "metadata", "generation"
    )


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
