"""Antrea's operator as a cluster sees it: what it makes of the AntreaInstall, and what it says of itself.

As the public operator does (vmware/antrea-operator-for-kubernetes controllers/): it needs its Deployment and the
resource antrea-operator/antrea-install, makes Antrea's objects in kube-system, deletes the pods whose configuration
changed with grace 0, and writes conditions into the AntreaInstall, on OpenShift into the ClusterOperator, too.
"""

from __future__ import annotations

from typing import Any

from support.kubernetes_rest import Object, Rest
from support.workloads import now_text

INSTALL = "/apis/operator.antrea.vmware.com/v1/namespaces/antrea-operator/antreainstalls/antrea-install"
INSTALLS = "/apis/operator.antrea.vmware.com/v1/antreainstalls"
OPERATOR = "/apis/apps/v1/namespaces/antrea-operator/deployments/antrea-operator"
AGENT = "/apis/apps/v1/namespaces/kube-system/daemonsets/antrea-agent"
CONTROLLER = "/apis/apps/v1/namespaces/kube-system/deployments/antrea-controller"
CONFIG = "/api/v1/namespaces/kube-system/configmaps/antrea-config"
CLUSTER_OPERATOR = "/apis/config.openshift.io/v1/clusteroperators/antrea"
_PODS = "/api/v1/namespaces/kube-system/pods"


class Operator:
    """``degraded`` is the reason and the message that it says; None if all is well."""

    def __init__(self, rest: Rest, *, openshift: bool) -> None:
        self._rest, self._openshift = rest, openshift
        self.degraded: tuple[str, str] | None = None

    def reconcile(self) -> None:
        operator, install = self._rest.found(OPERATOR), None
        if operator and operator.get("status", {}).get("availableReplicas"):
            install = self._rest.found(INSTALL)
        if not install:
            return
        if self.degraded:
            self._say(install, Degraded=("True", *self.degraded))
            return
        self._make(install["spec"])
        missing = self._missing()
        available = {} if missing else {"Available": ("True", "", "")}
        progressing = ("True", "Deploying", missing) if missing else ("False", "", "")
        self._say(install, **available, Progressing=progressing, Degraded=("False", "", ""))

    def _make(self, spec: Object) -> None:
        config = {
            "antrea-agent.conf": spec["antreaAgentConfig"],
            "antrea-cni.conflist": spec["antreaCNIConfig"],
            "antrea-controller.conf": spec["antreaControllerConfig"],
        }
        image = spec.get("antreaImage", "")
        before = self._rest.found(CONFIG)
        self._put(CONFIG, {"metadata": _metadata("antrea-config"), "data": config})
        containers = ("install-cni", "antrea-agent", "antrea-ovs")
        self._put(AGENT, _workload("antrea-agent", spec.get("antreaAgentImage", image), containers[1:]))
        controller = _workload("antrea-controller", spec.get("antreaControllerImage", image), ("antrea-controller",))
        self._put(CONTROLLER, controller)
        if before:
            changed = {name for name in config if before["data"].get(name) != config[name]}
            self._restart("antrea-agent", changed & {"antrea-agent.conf", "antrea-cni.conflist"})
            self._restart("antrea-controller", changed & {"antrea-controller.conf"})

    def _put(self, path: str, wanted: Object) -> None:
        there = self._rest.found(path)
        if there is None:
            self._rest.ask("POST", path.rpartition("/")[0], wanted)
        elif _image(there) != _image(wanted) or there.get("data") != wanted.get("data"):
            self._rest.ask("PATCH", path, wanted)

    def _restart(self, component: str, because: set[str]) -> None:
        if because:
            self._rest.ask("DELETE", f"{_PODS}?labelSelector=component%3D{component}&gracePeriodSeconds=0")

    def _missing(self) -> str:
        """What is not there yet, in the operator's words."""
        agent, controller = self._rest.get(AGENT), self._rest.get(CONTROLLER)
        status = agent.get("status", {})
        if _is_old(agent) or status.get("numberUnavailable") or not status.get("numberAvailable"):
            return 'DaemonSet "/kube-system/antrea-agent" is not available'
        if _is_old(controller) or not controller["status"].get("availableReplicas"):
            return 'Deployment "/kube-system/antrea-controller" is not available'
        return ""

    def _say(self, install: Object, **conditions: tuple[str, str, str]) -> None:
        """Changes those of the conditions, and keeps the others."""
        before = {one["type"]: one for one in install.get("status", {}).get("conditions", [])}
        after = before | {kind: _condition(before.get(kind), kind, *said) for kind, said in conditions.items()}
        after.setdefault("Upgradeable", _condition(None, "Upgradeable", "True", "", ""))
        if after == before:
            return
        self._rest.put_status(INSTALL, {"conditions": list(after.values())})
        if self._openshift:
            self._say_to_openshift(list(after.values()))

    def _say_to_openshift(self, conditions: list[Object]) -> None:
        if not self._rest.found(CLUSTER_OPERATOR):
            made = {"apiVersion": "config.openshift.io/v1", "kind": "ClusterOperator", "metadata": {"name": "antrea"}}
            self._rest.ask("POST", CLUSTER_OPERATOR.rpartition("/")[0], made)
        self._rest.put_status(CLUSTER_OPERATOR, {"conditions": conditions})


def _condition(before: Object | None, kind: str, status: str, reason: str, message: str) -> Object:
    since = before["lastTransitionTime"] if before and before["status"] == status else now_text()
    told = {"reason": reason} if reason else {}
    told |= {"message": message} if message else {}
    return {"type": kind, "status": status, "lastTransitionTime": since, **told}


def _metadata(name: str) -> Object:
    return {"name": name, "namespace": "kube-system", "labels": {"app": "antrea"}}


def _workload(component: str, image: str, containers: tuple[str, ...]) -> Object:
    labels = {"app": "antrea", "component": component}
    spec: dict[str, Any] = {"hostNetwork": True}
    spec["containers"] = [{"name": name, "image": image} for name in containers]
    template = {"metadata": {"labels": labels}, "spec": spec}
    return {"metadata": _metadata(component), "spec": {"selector": {"matchLabels": labels}, "template": template}}


def _image(found: Object) -> object:
    template = found.get("spec", {}).get("template", {}).get("spec", {})
    return [container["image"] for container in template.get("containers", [])]


def _is_old(found: Object) -> bool:
    """Whether its status is of an earlier spec."""
    return found.get("status", {}).get("observedGeneration") != found["metadata"]["generation"]
