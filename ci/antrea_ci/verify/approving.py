"""One round over the certificate requests of a cluster's nodes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from antrea_ci.kube.api import Api, ApiError
from antrea_ci.model.effective import Cluster
from antrea_ci.values import items_at, mapping_at, text_at
from antrea_ci.verify.approval import Approvals, LeftRequest
from antrea_ci.verify.look import name_of
from antrea_ci.verify.nodes import planned
from antrea_ci.verify.requests import CLIENT, SERVING, Known, Standing, fault, node_of, standing
from antrea_ci.yamlio import Value

_REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
_ADDRESSES = ("InternalIP", "ExternalIP")


def approve(cluster: Cluster, api: Api) -> Approvals:
    """Approves what may be, oldest first, and tells of the rest."""
    requests = [one for one in api.items(_REQUESTS) if text_at(one, ("spec", "signerName")) in (CLIENT, SERVING)]
    requests.sort(key=lambda one: (text_at(one, ("metadata", "creationTimestamp")), name_of(one)))
    pending = [one for one in requests if standing(one) is Standing.PENDING]
    if not pending:
        return Approvals()
    plan, nodes = planned(cluster), _nodes(api)
    names = {node_of(one) for one in requests if _is_first(one) and standing(one) is Standing.APPROVED}
    approved: list[str] = []
    left: list[LeftRequest] = []
    for request in pending:
        why = fault(request, plan, Known(nodes, frozenset(names))) or _approve(api, request)
        if why:
            left.append(LeftRequest(name_of(request), why, f"{_command(api)} {name_of(request)}"))
            continue
        approved.append(name_of(request))
        names |= {node_of(request)} if _is_first(request) else set[str]()
    return Approvals(tuple(approved), tuple(left))


def _is_first(request: Value) -> bool:
    """Whether it is the request with which a machine becomes a node."""
    return text_at(request, ("spec", "signerName")) == CLIENT


def _nodes(api: Api) -> Mapping[str, Collection[str]]:
    """The nodes that are there, each with the addresses that it tells."""
    return {name_of(node): _addresses(node) for node in api.items("/api/v1/nodes")}


def _addresses(node: Value) -> frozenset[str]:
    found = items_at(node, ("status", "addresses"))
    return frozenset(text_at(one, ("address",)) for one in found if text_at(one, ("type",)) in _ADDRESSES)


def _approve(api: Api, request: Value) -> str:
    """Approves the very request that was judged: one that has changed since is refused by the API. Why it failed."""
    approval: Value = {
        "type": "Approved",
        "status": "True",
        "reason": "AntreaGitopsInstall",
        "message": "it belongs to a planned node of this cluster",
    }
    manifest = mapping_at(request, ())
    conditions: Value = [*items_at(request, ("status", "conditions")), approval]
    status: Value = {**mapping_at(request, ("status",)), "conditions": conditions}
    kind: dict[str, Value] = {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest"}
    try:
        api.replace(f"{_REQUESTS}/{name_of(request)}/approval", {**kind, **manifest, "status": status})
    except ApiError as error:
        return error.message
    return ""


def _command(api: Api) -> str:
    return "oc adm certificate approve" if api.cli == "oc" else "kubectl certificate approve"
