"""Deployments, DaemonSets and Jobs with their pods, as their controllers and kubelet bring them about."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from support.kubernetes_rest import Object, Rest

COLLECTIONS = {
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
}
_TEMPLATE = "tests.example/template"
_IMAGE = "registry.example.com/any@sha256:" + "0" * 64


@dataclass
class Wishes:
    """How workloads fare, by their names: see support.players."""

    stuck: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)


class Workloads:
    """The controllers of workloads over the nodes ``nodes``."""

    def __init__(self, rest: Rest, nodes: tuple[str, ...], wishes: Wishes) -> None:
        self._rest, self._nodes, self._wishes = rest, nodes, wishes
        self._numbers = itertools.count(1)

    def on_workload(self, kind: str, found: Object) -> None:
        """Brings pods and status of a workload to what its spec says."""
        path = path_of(kind, found)
        # Events come late, and how a Job ended cannot be said twice.
        found = (self._rest.found(path) if kind == "Job" else found) or {}
        if not found or found["metadata"].get("deletionTimestamp"):
            return
        pods = self._current(kind, found)
        if kind == "Job":
            status = self._job_status(found, pods)
        else:
            ready = [pod for pod in pods if _is_ready(pod)]
            count = {"Deployment": _deployment_status, "DaemonSet": _daemon_set_status}[kind]
            status = count(found, len(self._wanted(kind, found)), len(pods), len(ready))
        if not _is_part(status, found.get("status", {})):
            self._rest.put_status(path, status)

    def on_gone(self, found: Object) -> None:
        """Takes the pods of a workload that is gone with it."""
        for pod in self._pods(found):
            self.end_pod(pod)

    def on_pod(self, pod: Object) -> None:
        """Lets a pod of a workload run, and one that is to go, go."""
        if pod["metadata"].get("deletionTimestamp"):
            self.end_pod(pod)
            return
        status = self._pod_status(pod)
        if owner_of(pod) and not _is_part(status, pod.get("status", {})):
            self._rest.put_status(pod_path(pod), status)

    def end_pod(self, pod: Object) -> None:
        self._rest.ask("DELETE", f"{pod_path(pod)}?gracePeriodSeconds=0")

    def _current(self, kind: str, found: Object) -> list[Object]:
        """The pods of the template as it is now; those of an older one go, and missing ones are made."""
        digest = hashlib.sha256(json.dumps(found["spec"]["template"], sort_keys=True).encode()).hexdigest()
        current: list[Object] = []
        for pod in self._pods(found):
            if pod["metadata"]["annotations"][_TEMPLATE] == digest:
                current.append(pod)
            else:
                self.end_pod(pod)
        wanted = self._wanted(kind, found)
        for pod in current[len(wanted) :]:
            self.end_pod(pod)
        for node in wanted[len(current) :]:
            self._make(kind, found, node, digest)
        return current[: len(wanted)]

    def _wanted(self, kind: str, found: Object) -> tuple[str, ...]:
        """The nodes that the pods are on."""
        if kind == "DaemonSet":
            return self._nodes
        number = found["spec"].get("replicas", 1) if kind == "Deployment" else 1
        return tuple(itertools.islice(itertools.cycle(self._nodes or ("",)), number))

    def _pods(self, found: Object) -> list[Object]:
        namespace, uid = found["metadata"]["namespace"], found["metadata"]["uid"]
        pods = self._rest.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
        return [pod for pod in pods if uid in [one["uid"] for one in pod["metadata"].get("ownerReferences", [])]]

    def _make(self, kind: str, found: Object, node: str, digest: str) -> None:
        template, metadata = found["spec"]["template"], found["metadata"]
        owner = {"apiVersion": COLLECTIONS[kind].split("/")[2] + "/v1", "kind": kind, "controller": True}
        owner |= {"name": metadata["name"], "uid": metadata["uid"]}
        given = template.get("metadata", {})
        pod = {
            "metadata": {
                "name": f"{metadata['name']}-{next(self._numbers):05}",
                "labels": given.get("labels", {}),
                "annotations": given.get("annotations", {}) | {_TEMPLATE: digest},
                "ownerReferences": [owner],
            },
            "spec": template["spec"] | {"nodeName": node},
        }
        self._rest.ask("POST", f"/api/v1/namespaces/{metadata['namespace']}/pods", pod)

    def _pod_status(self, pod: Object) -> Object:
        owner, kind = owner_of(pod), _kind_of_owner(pod)
        waits = self._wishes.stuck.get(owner, "")
        ended = "" if kind != "Job" or waits else "Failed" if self._wishes.jobs.get(owner) else "Succeeded"
        states = [self._container(one, owner, waits, ended) for one in pod["spec"]["containers"]]
        is_ready = "True" if not waits and not ended else "False"
        return {
            "phase": ended or ("Pending" if waits else "Running"),
            "podIP": "10.244.0.7",
            "conditions": [{"type": "Ready", "status": is_ready}],
            "containerStatuses": states,
        }

    def _container(self, container: Object, owner: str, waits: str, ended: str) -> Object:
        state: Object = {"running": {}}
        if waits:
            state = {"waiting": {"reason": waits}}
        elif ended:
            state = {"terminated": {"exitCode": 0 if ended == "Succeeded" else 1}}
        status = {"name": container["name"], "image": container["image"], "imageID": _IMAGE, "state": state}
        return status | {"ready": not waits and not ended, "restartCount": self._wishes.restarts.get(owner, 0)}

    def _job_status(self, found: Object, pods: list[Object]) -> Object:
        """Complete or failed once its pod has ended; the API wants what leads to the end, too."""
        name, now = found["metadata"]["name"], now_text()
        status = {"startTime": found.get("status", {}).get("startTime", now)}
        if not pods or pods[0].get("status", {}).get("phase") not in ("Succeeded", "Failed"):
            return status | {"active": 1}
        if found.get("status", {}).get("conditions"):
            return {}
        if reason := self._wishes.jobs.get(name):
            both = [{"type": kind, "status": "True", "reason": reason} for kind in ("FailureTarget", "Failed")]
            return status | {"active": 0, "failed": 1, "conditions": [one | _since(now) for one in both]}
        both = [{"type": kind, "status": "True"} for kind in ("SuccessCriteriaMet", "Complete")]
        end = {"completionTime": now, "conditions": [one | _since(now) for one in both]}
        return status | {"active": 0, "succeeded": 1} | end


def now_text() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _since(now: str) -> Object:
    return {"lastTransitionTime": now, "lastProbeTime": now}


def path_of(kind: str, found: Object) -> str:
    return f"{COLLECTIONS[kind].format(found['metadata']['namespace'])}/{found['metadata']['name']}"


def pod_path(pod: Object) -> str:
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


def owner_of(pod: Object) -> str:
    """The name of the workload that the pod is of; "" if it is alone."""
    return next((one["name"] for one in pod["metadata"].get("ownerReferences", [])), "")


def owners_path(pod: Object) -> tuple[str, str]:
    """The kind and the path of the workload that the pod is of."""
    kind = _kind_of_owner(pod)
    return kind, f"{COLLECTIONS[kind].format(pod['metadata']['namespace'])}/{owner_of(pod)}"


def _kind_of_owner(pod: Object) -> str:
    return next((one["kind"] for one in pod["metadata"].get("ownerReferences", [])), "")


def _is_ready(pod: Object) -> bool:
    return any(
        one["type"] == "Ready" and one["status"] == "True" for one in pod.get("status", {}).get("conditions", [])
    )


def _deployment_status(found: Object, wanted: int, there: int, ready: int) -> Object:
    are_all = wanted == ready
    available = ("True", "MinimumReplicasAvailable") if are_all else ("False", "MinimumReplicasUnavailable")
    progressing = ("True", "NewReplicaSetAvailable" if are_all else "ReplicaSetUpdated")
    conditions = [_condition("Available", *available), _condition("Progressing", *progressing)]
    counts = {"replicas": there, "updatedReplicas": there, "readyReplicas": ready, "availableReplicas": ready}
    counts |= {"unavailableReplicas": wanted - ready, "observedGeneration": found["metadata"]["generation"]}
    return counts | {"conditions": conditions}


def _condition(kind: str, status: str, reason: str) -> Object:
    return {"type": kind, "status": status, "reason": reason}


def _daemon_set_status(found: Object, wanted: int, there: int, ready: int) -> Object:
    counts = {"desiredNumberScheduled": wanted, "currentNumberScheduled": there, "updatedNumberScheduled": there}
    counts |= {"numberReady": ready, "numberAvailable": ready, "numberUnavailable": wanted - ready}
    return counts | {"numberMisscheduled": 0, "observedGeneration": found["metadata"]["generation"]}


def _is_part(status: object, of: object) -> bool:
    """Whether everything in ``status`` is so already; counts of zero are left out by the API."""
    if isinstance(status, Mapping):
        there = of if isinstance(of, Mapping) else {}
        return all(_is_part(value, there.get(key)) for key, value in status.items())
    if isinstance(status, list):
        there = of if isinstance(of, list) else []
        return len(status) == len(there) and all(map(_is_part, status, there))
    return status == of or (not status and of is None)
