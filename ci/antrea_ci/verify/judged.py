"""What the pods of the transfer said, as checks: which part of the network works, and which does not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from antrea_ci.model.effective import Cluster
from antrea_ci.model.network import Network, parse_address, parse_network
from antrea_ci.verify.check import Check, State
from antrea_ci.verify.pods import MEBIBYTES, Fetched

# What kubelet says of a pod whose image cannot be had or run, which is no fault of the network.
_IMAGE_FAULTS = ("ImagePull", "ErrImage", "InvalidImage", "CreateContainer", "RunContainer", "CrashLoop")
_AMOUNT = f"{MEBIBYTES} MiB"


def not_started(node: str, waits_for: str, cli: str) -> tuple[Check, Check]:
    """The pod that serves did not run: only a fault of the image says nothing about the network."""
    message = f"the pod on {node} does not run: {waits_for or 'it says nothing'}"
    if waits_for.startswith(_IMAGE_FAULTS):
        return Check("transfer", State.UNKNOWN, message), Check("dns", State.UNKNOWN, message)
    why = "a pod that stays in ContainerCreating mostly waits for its network"
    fix = f"look at the agent on {node}: `{cli} -n kube-system logs -l component=antrea-agent -c antrea-agent`"
    return Check("transfer", State.FAILED, message, why, fix), Check("dns", State.UNKNOWN, message)


def transferred(first: str, fetched: Mapping[str, Fetched], cli: str) -> Check:
    """The transfer from a pod on ``first`` to a pod on each node; that on ``first`` itself is the control."""
    control, others = fetched[first], {node: one for node, one in fetched.items() if node != first}
    if not control.is_complete:
        why = "this traffic does not leave the node: it is not the tunnel, nor anything between nodes"
        fix = f"look at the agent on {first}, and for policies that apply to every namespace (`{cli} get acnp`)"
        message = f"a pod on {first} cannot fetch {_AMOUNT} from another one on the same node{_stuck(control)}"
        return Check("transfer", State.FAILED, message, why, fix)
    unreached = [node for node, one in others.items() if not one.is_connected]
    stalled = [node for node, one in others.items() if one.is_connected and not one.is_complete]
    if unreached:
        return _unreached(first, {node: others[node] for node in unreached}, len(others))
    if stalled:
        return _stalled(first, stalled)
    if not others:
        return Check("transfer", State.OK, f"{_AMOUNT} went from pod to pod on {first}, the only ready node")
    return Check("transfer", State.OK, f"{_AMOUNT} went from a pod on {first} to one on {', '.join(others)}")


def _stuck(one: Fetched) -> str:
    return f" ({one.stuck})" if one.stuck else ""


def _unreached(first: str, nodes: Mapping[str, Fetched], number: int) -> Check:
    told = ", ".join(f"{node}{_stuck(one)}" for node, one in nodes.items())
    message = f"on {len(nodes)} of {number} other nodes pods do not reach one on {first}: {told}"
    why = (
        "within one node it works, so the way between nodes does not: a firewall drops the tunnel, or the network card "
        "drops TCP in it because of its checksum offload (vmxnet3)"
    )
    fix = (
        "let through between the nodes what `antrea-gitops firewall report` lists (Geneve is UDP 6081); if that is "
        "open, set antrea.agent.disableTXChecksumOffload: true in cluster.yaml, render, and apply the AntreaInstall"
    )
    return Check("transfer", State.FAILED, message, why, fix)


def _stalled(first: str, nodes: list[str]) -> Check:
    message = f"pods on {', '.join(nodes)} reach one on {first}, but {_AMOUNT} do not arrive"
    why = (
        "small packets pass the tunnel and full ones do not: checksum offload of the network card (vmxnet3), or an MTU "
        "that the network between the nodes does not carry"
    )
    fix = (
        "set antrea.agent.disableTXChecksumOffload: true in cluster.yaml, render, and apply the AntreaInstall; if that "
        "is not it, set antrea.defaultMTU to the smallest MTU between the nodes less 50"
    )
    return Check("transfer", State.FAILED, message, why, fix)


def resolved(cluster: Cluster, fetched: Mapping[str, Fetched], cli: str) -> Check:
    """Whether the pods that ran found the address of kubernetes.default in the service network."""
    ran = {node: one for node, one in fetched.items() if not one.stuck}
    if not ran:
        return Check("dns", State.UNKNOWN, "no pod ran that could have asked")
    silent = [node for node, one in ran.items() if not one.resolved]
    strange = [f"{node} ({', '.join(one.resolved)})" for node, one in ran.items() if not _are_services(cluster, one)]
    if silent:
        message = f"pods on {', '.join(silent)} cannot resolve kubernetes.default"
        why = "DNS is asked at a Service's address, and answered by pods on other nodes"
        pods = "-n openshift-dns" if cluster.file.flavour == "openshift" else "-n kube-system -l k8s-app=kube-dns"
        fix = f"see `transfer` first; then `{cli} {pods} get pods -o wide`"
        return Check("dns", State.FAILED, message, why, fix)
    if strange:
        message = f"kubernetes.default is no address of serviceNetwork for pods on {'; '.join(strange)}"
        return Check("dns", State.FAILED, message, "another DNS answers than the cluster's own")
    return Check("dns", State.OK, f"kubernetes.default is {', '.join(next(iter(ran.values())).resolved)}")


def _are_services(cluster: Cluster, one: Fetched) -> bool:
    networks: list[Network] = []
    for entry in cluster.plan.service:
        with suppress(ValueError):
            networks.append(parse_network(entry.text))
    return not networks or all(any(parse_address(text) in net for net in networks) for text in one.resolved)
