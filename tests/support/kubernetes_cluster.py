"""A cluster with Antrea as its API shows it: what is well, and pods that a network of a test's choice carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from antrea_ci.verify.pods import digest
from support.kubernetes_api import Object, RefusedError, State

CONTROL_PLANE = ("control-plane-0", "control-plane-1", "control-plane-2")
COMPUTE = ("compute-0", "compute-1", "compute-2")
NODES = (*CONTROL_PLANE, *COMPUTE)
OPERATORS = "/apis/config.openshift.io/v1/clusteroperators"
NETWORK = "/apis/config.openshift.io/v1/networks/cluster"
INSTALL = "/apis/operator.antrea.vmware.com/v1/namespaces/antrea-operator/antreainstalls/antrea-install"
AGENT = "/apis/apps/v1/namespaces/kube-system/daemonsets/antrea-agent"
CONTROLLER = "/apis/apps/v1/namespaces/kube-system/deployments/antrea-controller"
KUBE_PROXY = "/apis/apps/v1/namespaces/openshift-kube-proxy/daemonsets/openshift-kube-proxy"
IMAGE = "r.example.org/antrea-ubi:v1.14.1"
SERVICE = "172.30.0.1"
WELL = {"Available": "True", "Degraded": "False", "Progressing": "False"}


def conditions(given: Mapping[str, str], reason: str = "", message: str = "") -> list[Object]:
    """Conditions by type; reason and message are those of every one that is ill."""
    ill = {"Available": "False", "Degraded": "True", "Ready": "False"}
    return [
        {"type": kind, "status": status, **({"reason": reason, "message": message} if ill.get(kind) == status else {})}
        for kind, status in given.items()
    ]


def operator(name: str, reason: str = "", message: str = "", **given: str) -> Object:
    """A ClusterOperator that is well but for ``given``."""
    return {"metadata": {"name": name}, "status": {"conditions": conditions({**WELL, **given}, reason, message)}}


def node(name: str, address: str = "", *, ready: str = "True") -> Object:
    """A node; workers have their label."""
    labels = {"kubernetes.io/os": "linux"}
    labels |= {} if name in CONTROL_PLANE else {"node-role.kubernetes.io/worker": ""}
    status = {"conditions": conditions({"Ready": ready}, "KubeletNotReady", "no CNI configuration file")}
    status["addresses"] = [{"type": "Hostname", "address": name}]
    status["addresses"] += [{"type": "InternalIP", "address": address}] if address else []
    return {"metadata": {"name": name, "labels": labels}, "status": status}


def daemon_set(name: str, ready: int) -> Object:
    """A DaemonSet of six nodes."""
    counts = {"desiredNumberScheduled": 6, "updatedNumberScheduled": 6, "numberReady": ready, "observedGeneration": 2}
    container = {"name": name, "image": IMAGE}
    template = {"spec": {"containers": [container]}}
    metadata = {"name": name, "generation": 2, "labels": {"app": "antrea"} if "antrea" in name else {}}
    return {"metadata": metadata, "spec": {"template": template}, "status": counts}


def deployment(name: str, available: int) -> Object:
    """A Deployment of one replica."""
    status = {"availableReplicas": available} if available else {}
    metadata = {"name": name, "labels": {"app": "antrea"}}
    return {"metadata": metadata, "spec": {"replicas": 1}, "status": status}


def healthy() -> State:
    """An OpenShift cluster of three and three nodes, of the networks that the small repository has."""
    status = {
        "networkType": "antrea",
        "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}],
        "serviceNetwork": ["172.30.0.0/16"],
    }
    objects: dict[str, Object] = {f"/api/v1/nodes/{name}": node(name) for name in NODES}
    objects |= {f"{OPERATORS}/{name}": operator(name) for name in ("antrea", "network", "dns", "ingress", "console")}
    objects[NETWORK] = {"metadata": {"name": "cluster"}, "status": status}
    objects[AGENT] = daemon_set("antrea-agent", 6)
    objects[CONTROLLER] = deployment("antrea-controller", 1)
    objects[KUBE_PROXY] = daemon_set("openshift-kube-proxy", 6)
    crd = {"name": "egresses.crd.antrea.io", "labels": {"app": "antrea"}}
    objects[f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{crd['name']}"] = {"metadata": crd}
    objects["/api/v1/namespaces/antrea-operator"] = {"metadata": {"name": "antrea-operator"}}
    objects["/api/v1/namespaces/default"] = {"metadata": {"name": "default"}}
    return carried_by(State(objects), Network())


def plain(state: State) -> State:
    """The same as plain Kubernetes: the AntreaInstall has the status, and kube-proxy is kubeadm's."""
    for path in [path for path in state.objects if "openshift" in path]:
        del state.objects[path]
    state.objects[INSTALL] = {"metadata": {"name": "antrea-install"}, "status": {"conditions": conditions(WELL)}}
    state.objects["/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy"] = daemon_set("kube-proxy", 6)
    return state


@dataclass
class Network:
    """Runs the pods of a transfer at once.

    ``unreached`` nodes get no answer from another node, ``stalled`` ones an answer that is not whole, ``speechless``
    ones cannot resolve names; ``broken``: not even on one node. ``waiting``: what every pod waits for.
    """

    unreached: Sequence[str] = ()
    stalled: Sequence[str] = ()
    speechless: Sequence[str] = ()
    broken: bool = False
    waiting: str = ""
    resolved: str = SERVICE
    accounts_missing: int = 0
    logs: dict[str, str] = field(default_factory=dict)
    server: str = ""

    def carry(self, path: str, made: Object) -> None:
        """Gives a new pod its status, and its log to ``logs``."""
        if "/pods/" not in path:
            return
        if self.accounts_missing:
            self.accounts_missing -= 1
            raise RefusedError(403, "Forbidden", 'error looking up service account: serviceaccount "default" not found')
        made["status"] = self._status(path, made["metadata"]["name"], made["spec"]["nodeName"])

    def _status(self, path: str, name: str, on: str) -> dict[str, Any]:
        if self.waiting:
            return {"phase": "Pending", "containerStatuses": [{"state": {"waiting": {"reason": self.waiting}}}]}
        if name == "server":
            self.server = on
            return {"phase": "Running", "podIP": "10.128.2.7"}
        self.logs[path] = "\n".join([*self._said(on), "done", ""])
        return {"phase": "Succeeded"}

    def _said(self, on: str) -> list[str]:
        said = [] if on in self.speechless else [f"resolved {self.resolved}"] * 3
        if self.broken or (on in self.unreached and on != self.server):
            return said
        said.append("connected")
        is_whole = on not in self.stalled or on == self.server
        return [*said, f"sum {digest(64, 65_000) if is_whole else digest(1, 1)}"]


def carried_by(state: State, network: Network) -> State:
    """The same cluster with another network."""
    state.on_create, state.logs = network.carry, network.logs
    return state
