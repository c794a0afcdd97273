"""Who is missing beside a real API server: kubelet, the controllers of workloads, and Antrea's operator.

A test says how they play; each plays by the events of the API, in one thread, and nobody sleeps::

    with Players(api_server, nodes=3) as players:
        players.degraded = ("RenderConfigError", "no such key")   # what the operator says instead of Available
        players.stuck = {"antrea-agent"}                          # workloads (by name) whose pods do not become ready
        players.jobs["register"] = "BackoffLimitExceeded"         # the reason for which a Job fails; else it completes
        players.restarts["antrea-agent"] = 7                      # restarts that each pod of a workload has
        players.logs["register"] = "no such manager"              # what the pods of a workload say
        players.network.unreached = ("node-2",)                   # what happens to the pods of `verify`
        players.on_event.append(lambda kind, event, found: ...)   # anything else; runs before the players
        players.until(path, lambda found: ...)                    # the object, once it is so (None: is gone)
        players.poke()                                            # everybody looks at everything again, after a change

They make the nodes ``node-0`` to ``node-N``, kube-proxy, and with ``openshift`` the CRDs ClusterOperator and Network,
Network.config and operators that are well. A workload gets pods, as many as there are nodes or replicas; a pod that is
deleted is gone at once and made again. A namespace that is deleted is emptied and ends. CRDs are established by the API
server itself. ``players.commands`` lists what kubelet was asked for (paths of logs). What goes wrong in a player fails
the test.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from support.antrea_operator import INSTALLS, Operator
from support.api_server import Server
from support.kubelet import kubelet
from support.kubernetes_cluster import Network
from support.kubernetes_rest import Object, RestError, Watch
from support.surroundings import Surroundings
from support.workloads import Wishes, Workloads, owner_of, owners_path, pod_path

_KINDS = {
    "Namespace": "/api/v1/namespaces",
    "Pod": "/api/v1/pods",
    "Deployment": "/apis/apps/v1/deployments",
    "DaemonSet": "/apis/apps/v1/daemonsets",
    "Job": "/apis/batch/v1/jobs",
    "CustomResourceDefinition": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
}
_GONE = (404, 409)


class Players:
    """See the module's text. ``network`` carries the pods that no workload has made, such as those of `verify`."""

    def __init__(self, server: Server, *, nodes: int = 3, openshift: bool = False) -> None:
        self.rest = server.rest
        self.nodes = tuple(f"node-{number}" for number in range(nodes))
        self.network = Network()
        self.logs: dict[str, str] = {}
        self.commands: list[str] = []
        self.on_event: list[Callable[[str, str, Object], None]] = []
        self.operator = Operator(self.rest, openshift=openshift)
        self._wishes = Wishes()
        self.stuck, self.jobs, self.restarts = self._wishes.stuck, self._wishes.jobs, self._wishes.restarts
        self._workloads = Workloads(self.rest, self.nodes, self._wishes)
        self._cluster = Surroundings(self.rest, self.nodes, openshift=openshift)
        self._kubelet = kubelet(server.folder / "kubelet", self._log)
        self._events: queue.Queue[tuple[str, str, Object] | None] = queue.Queue()
        self._watches: dict[str, Watch] = {}
        self._pumps: list[threading.Thread] = []
        self._played = threading.Condition()
        self._thread = threading.Thread(target=self._play)
        self._failure: BaseException | None = None
        self._alone: set[str] = set()

    def __enter__(self) -> Self:
        self._cluster.make(self._kubelet.__enter__())
        for kind, collection in _KINDS.items():
            self._follow(kind, collection)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._events.put(None)
        self._thread.join()
        for watch in self._watches.values():
            watch.close()
        for pump in self._pumps:
            pump.join()
        self._kubelet.__exit__(None, None, None)
        if self._failure and not error:
            raise self._failure

    @property
    def degraded(self) -> tuple[str, str] | None:
        """The reason and the message that the operator says; None if all is well."""
        return self.operator.degraded

    @degraded.setter
    def degraded(self, said: tuple[str, str] | None) -> None:
        self.operator.degraded = said

    def until(
        self, path: str, is_so: Callable[[Object | None], object] = bool, *, seconds: float = 30.0
    ) -> Object | None:
        """The object at ``path`` (None where there is none) as soon as ``is_so``; else as soon as it is there."""
        end = time.monotonic() + seconds
        with self._played:
            while not is_so(found := self.rest.found(path)):
                if self._failure:
                    raise self._failure
                assert time.monotonic() < end, f"{path} after {seconds} s: {found}"
                self._played.wait(0.5)
        return found

    def poke(self) -> None:
        """Has everybody look at everything again."""
        for kind, collection in _KINDS.items():
            for found in self.rest.get(collection)["items"]:
                self._events.put((kind, "MODIFIED", found))

    def _follow(self, kind: str, collection: str) -> None:
        """Puts the events of a collection into the queue, from a thread that ends with the watch."""
        watch = self._watches[kind] = self.rest.watch(collection)

        def pump() -> None:
            for event, found in watch:
                self._events.put((kind, event, found))

        self._pumps.append(threading.Thread(target=pump, daemon=True))
        self._pumps[-1].start()

    def _play(self) -> None:
        while (event := self._events.get()) is not None:
            try:
                self._react(*event)
            except RestError as error:
                # What has gone or changed meanwhile comes as another event.
                self._failure = self._failure or (None if error.code in _GONE else error)
            except Exception as error:  # noqa: BLE001 (the test is told)
                self._failure = self._failure or error
            with self._played:
                self._played.notify_all()

    def _react(self, kind: str, event: str, found: Object) -> None:
        for hook in self.on_event:
            hook(kind, event, found)
        if event == "DELETED":
            self._on_gone(kind, found)
        elif kind == "Pod":
            self._on_pod(found)
        elif kind in ("Deployment", "DaemonSet", "Job"):
            self._workloads.on_workload(kind, found)
        elif kind == "Namespace":
            self._cluster.on_namespace(found)
        elif kind == "CustomResourceDefinition":
            self._on_definition(found)
        if kind in ("AntreaInstall", "Deployment", "DaemonSet"):
            self.operator.reconcile()

    def _on_gone(self, kind: str, found: Object) -> None:
        if kind == "Pod" and owner_of(found):
            owner, path = owners_path(found)
            if there := self.rest.found(path):
                self._workloads.on_workload(owner, there)
        elif kind in ("Deployment", "DaemonSet", "Job"):
            self._workloads.on_gone(found)
        elif kind == "CustomResourceDefinition" and found["spec"]["names"]["kind"] in self._watches:
            self._watches.pop(found["spec"]["names"]["kind"]).close()

    def _on_pod(self, pod: Object) -> None:
        self._workloads.on_pod(pod)
        if owner_of(pod):
            owner, path = owners_path(pod)
            if there := self.rest.found(path):
                self._workloads.on_workload(owner, there)
        elif not pod["metadata"].get("deletionTimestamp") and pod_path(pod) not in self._alone:
            self._alone.add(pod_path(pod))
            self.network.carry(pod_path(pod), pod)
            self.rest.put_status(pod_path(pod), pod["status"])

    def _on_definition(self, found: Object) -> None:
        """The operator watches its own resources as soon as they are served."""
        names = found["spec"]["names"]
        conditions = {one["type"]: one["status"] for one in found["status"].get("conditions") or ()}
        is_ours = names["plural"] == "antreainstalls" and names["kind"] not in self._watches
        if is_ours and conditions.get("Established") == "True":
            self._follow(names["kind"], INSTALLS)

    def _log(self, namespace: str, pod: str) -> str:
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}"
        self.commands.append(f"{path}/log")
        found = self.rest.found(path)
        return self.network.logs.get(path) or self.logs.get((owner_of(found) if found else "") or pod, "")
