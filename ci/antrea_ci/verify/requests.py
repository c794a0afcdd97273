"""Whether a certificate request is what a kubelet of this cluster asks for, and nothing more.

The rules are those of OpenShift's own cluster-machine-approver as far as they need no Machine objects, which
user-provisioned clusters do not have; what stands in their place is in decision record 0034.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from antrea_ci.certificates import Request, read_request
from antrea_ci.values import items_at, text_at, texts_at
from antrea_ci.verify.nodes import Planned
from antrea_ci.yamlio import Value

# source: kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests (Kubernetes signers)
CLIENT, SERVING = "kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving"
_NODE = "system:node:"
_NODES = "system:nodes"
_EVERYBODY = "system:authenticated"
# source: openshift/cluster-machine-approver pkg/controller/csr_check.go
_BOOTSTRAPPER = "system:serviceaccount:openshift-machine-config-operator:node-bootstrapper"
_BOOTSTRAPPERS = {"system:serviceaccounts:openshift-machine-config-operator", "system:serviceaccounts", _EVERYBODY}
_USAGES = {CLIENT: "client auth", SERVING: "server auth"}


class Standing(Enum):
    """Where a request stands."""

    PENDING = auto()
    APPROVED = auto()
    REFUSED = auto()


@dataclass(frozen=True)
class Known:
    """The nodes that are there, by name to their addresses, and the names whose first request has been approved."""

    nodes: Mapping[str, Collection[str]]
    approved: frozenset[str]


def standing(manifest: Value) -> Standing:
    """Whether somebody has decided about the request already."""
    types = [text_at(one, ("type",)) for one in items_at(manifest, ("status", "conditions"))]
    if "Denied" in types or "Failed" in types:
        return Standing.REFUSED
    return Standing.APPROVED if "Approved" in types else Standing.PENDING


def node_of(manifest: Value) -> str:
    """The node that the request is for by its subject; empty where that is no node's."""
    asked = _request(manifest)
    if asked is None or len(asked.common_names) != 1 or not asked.common_names[0].startswith(_NODE):
        return ""
    return asked.common_names[0].removeprefix(_NODE)


def fault(manifest: Value, plan: Planned, known: Known) -> str:
    """Why the request may not be approved without a person; empty if it may."""
    asked, node, signer = _request(manifest), node_of(manifest), text_at(manifest, ("spec", "signerName"))
    if asked is None:
        return "its request cannot be read"
    if not node:
        return f"it asks for {', '.join(asked.common_names) or 'nobody'}, which is no node"
    if asked.organizations != (_NODES,):
        return f"it asks for the groups {', '.join(asked.organizations) or '(none)'}, not for {_NODES} alone"
    if asked.more:
        return f"it also asks for {', '.join(asked.more)}"
    if told := _usage_fault(texts_at(manifest, ("spec", "usages")), _USAGES[signer]):
        return told
    if signer == CLIENT:
        return _client_fault(manifest, asked, node, plan, known)
    return _serving_fault(manifest, asked, node, plan, known)


def _usage_fault(usages: list[str], wanted: str) -> str:
    allowed = {"digital signature", "key encipherment", wanted}
    if set(usages) <= allowed and wanted in usages:
        return ""
    return f"it asks for the usages {', '.join(usages) or '(none)'}, a kubelet for {wanted}"


def _client_fault(manifest: Value, asked: Request, node: str, plan: Planned, known: Known) -> str:
    user, groups = _requestor(manifest)
    if user != _BOOTSTRAPPER or groups != _BOOTSTRAPPERS:
        return f"it comes from {user}, not from the machines' bootstrapper"
    if asked.dns_names or asked.addresses:
        return "it asks for names beside the subject"
    if node in known.nodes:
        return f"the node {node} is there already"
    if told := plan.fault(node):
        return told
    others = {*known.nodes, *known.approved} - {node}
    if len(others) >= plan.number:
        return f"{plan.number} nodes are planned, and with {node} there would be {len(others) + 1}"
    return ""


def _serving_fault(manifest: Value, asked: Request, node: str, plan: Planned, known: Known) -> str:
    user, groups = _requestor(manifest)
    if user != _NODE + node or groups != {_NODES, _EVERYBODY}:
        return f"it comes from {user}, and is for {node}"
    if node not in known.nodes:
        return f"there is no node {node}"
    if not asked.dns_names and not asked.addresses:
        return "it names no address"
    own = {node, node.partition(".")[0], f"{node}.{plan.domain}"}
    strange = [name for name in asked.dns_names if name not in own]
    strange += [text for text in asked.addresses if not plan.has(text) or text not in known.nodes[node]]
    strange += [text for text in asked.addresses if _is_of_another(text, node, known)]
    return f"it asks for {', '.join(dict.fromkeys(strange))}, which is not the node's own" if strange else ""


def _is_of_another(address: str, node: str, known: Known) -> bool:
    return any(address in addresses for name, addresses in known.nodes.items() if name != node)


def _requestor(manifest: Value) -> tuple[str, set[str]]:
    return text_at(manifest, ("spec", "username")), set(texts_at(manifest, ("spec", "groups")))


def _request(manifest: Value) -> Request | None:
    try:
        return read_request(base64.b64decode(text_at(manifest, ("spec", "request")), validate=True))
    except binascii.Error:
        return None
