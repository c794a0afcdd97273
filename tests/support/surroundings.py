"""What a cluster has before Antrea: nodes, kube-proxy, on OpenShift other operators; and namespaces that end."""

from __future__ import annotations

from support.kubelet import ADDRESS
from support.kubernetes_cluster import CONTROL_PLANE, WELL, conditions
from support.kubernetes_rest import Object, Rest
from support.workloads import now_text

_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_CONFIG = "config.openshift.io"
_GROUP = f"/apis/{_CONFIG}/v1"
PODS = "10.244.{}.0/24"
"""The pod network of a node, by its number."""
_OPERATORS = ("network", "dns", "ingress", "console")


class Surroundings:
    """A cluster of ``nodes``."""

    def __init__(self, rest: Rest, nodes: tuple[str, ...], *, openshift: bool) -> None:
        self._rest, self._nodes, self._openshift = rest, nodes, openshift

    def make(self, kubelet: int) -> None:
        """Makes it; ``kubelet`` is the port at which every node's kubelet answers."""
        for number, name in enumerate(self._nodes):
            # On OpenShift Antrea's own controller gives nodes their pod networks.
            pods = {} if self._openshift else {"podCIDR": PODS.format(number), "podCIDRs": [PODS.format(number)]}
            self._rest.ask("POST", "/api/v1/nodes", _node(name) | {"spec": pods})
            self._rest.put_status(f"/api/v1/nodes/{name}", _node_status(name, kubelet))
        namespace = "openshift-kube-proxy" if self._openshift else "kube-system"
        if self._openshift:
            self._rest.ask("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
        name = "openshift-kube-proxy" if self._openshift else "kube-proxy"
        self._rest.ask("POST", f"/apis/apps/v1/namespaces/{namespace}/daemonsets", _proxy(name))
        if self._openshift:
            self._make_openshift()

    def _make_openshift(self) -> None:
        for kind in ("ClusterOperator", "Network"):
            self._rest.ask("POST", _DEFINITIONS, _definition(kind))
        for plural in ("clusteroperators", "networks"):
            self._rest.wait_served(f"{_GROUP}/{plural}")
        networks = {
            "networkType": "antrea",
            "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}],
            "serviceNetwork": ["172.30.0.0/16"],
        }
        self._put("Network", "networks", "cluster", networks)
        for name in _OPERATORS:
            self._put("ClusterOperator", "clusteroperators", name, {"conditions": conditions(WELL)})

    def _put(self, kind: str, plural: str, name: str, status: Object) -> None:
        made = {"apiVersion": f"{_CONFIG}/v1", "kind": kind, "metadata": {"name": name}}
        self._rest.ask("POST", f"{_GROUP}/{plural}", made)
        self._rest.put_status(f"{_GROUP}/{plural}/{name}", status)

    def on_namespace(self, found: Object) -> None:
        """Empties a namespace that is to go, and lets it go."""
        if not found["metadata"].get("deletionTimestamp") or not found["spec"].get("finalizers"):
            return
        name = found["metadata"]["name"]
        for collection in self._rest.collections(name):
            self._rest.ask("DELETE", f"{collection}?gracePeriodSeconds=0")
        ended = {**found, "apiVersion": "v1", "kind": "Namespace", "spec": {"finalizers": []}}
        self._rest.ask("PUT", f"/api/v1/namespaces/{name}/finalize", ended)


def _node(name: str) -> Object:
    role = "control-plane" if name in CONTROL_PLANE or name == "node-0" else "worker"
    labels = {"kubernetes.io/os": "linux", "kubernetes.io/hostname": name, f"node-role.kubernetes.io/{role}": ""}
    return {"metadata": {"name": name, "labels": labels}}


def _node_status(name: str, kubelet: int) -> Object:
    return {
        "conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": now_text()}],
        "addresses": [{"type": "InternalIP", "address": ADDRESS}, {"type": "Hostname", "address": name}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet}},
        "nodeInfo": {"kubeletVersion": "v1.35.4"},
    }


def _proxy(name: str) -> Object:
    labels = {"k8s-app": "kube-proxy"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "kube-proxy", "image": "registry.k8s.io/kube-proxy:v1.35.4"}]},
    }
    return {"metadata": {"name": name}, "spec": {"selector": {"matchLabels": labels}, "template": template}}


def _definition(kind: str) -> Object:
    plural, free = f"{kind.lower()}s", {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "subresources": {"status": {}}}
    version["schema"] = {"openAPIV3Schema": free}
    names = {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{_CONFIG}"},
        "spec": {"group": _CONFIG, "names": names, "scope": "Cluster", "versions": [version]},
    }
