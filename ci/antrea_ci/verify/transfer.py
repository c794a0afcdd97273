"""A few MiB over TCP from pod to pod, on one node and between nodes, and a name that every pod has to resolve.

The pods run the agents' own image: every node has it already, and it is the same for both flavours.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from antrea_ci.facts import facts
from antrea_ci.kube.api import Api, ApiError
from antrea_ci.model.effective import Cluster
from antrea_ci.values import items_at, mapping_at, text_at
from antrea_ci.verify import judged
from antrea_ci.verify.check import Check, Progress, State
from antrea_ci.verify.look import Look, name_of
from antrea_ci.verify.pods import Fetched, client, read, server
from antrea_ci.verify.room import Room, room
from antrea_ci.verify.workloads import is_ready, linux_nodes, waiting_for
from antrea_ci.yamlio import Value

_OTHERS = 5
"""How many further nodes fetch from the first one."""
_PAUSE_SECONDS = 2.0
_ENDED = ("Succeeded", "Failed")
_WORKER = "node-role.kubernetes.io/worker"


@dataclass(frozen=True)
class _Plan:
    image: str
    nodes: tuple[str, ...]


def transfer(api: Api, cluster: Cluster, *, until: float, progress: Progress) -> tuple[Check, Check]:
    """The checks `transfer` and `dns`. ``until``: when (by the monotonic clock) the pods must have ended."""
    try:
        plan = _plan(Look(api), cluster)
        if not plan.image or not plan.nodes:
            return _unknown("there is no ready node, or no agent whose image could be used")
        with room(api) as made:
            progress(f"transfer: pods on {', '.join(plan.nodes)} in the namespace {made.name}")
            return _run(made, plan, cluster, until)
    except ApiError as error:
        return _unknown(error.message)


def _unknown(why: str) -> tuple[Check, Check]:
    return Check("transfer", State.UNKNOWN, f"not tried: {why}"), Check("dns", State.UNKNOWN, f"not tried: {why}")


def _plan(look: Look, cluster: Cluster) -> _Plan:
    """The image of the agents that run, and the ready nodes, workers first."""
    agent = look.at(text_at(facts("verify"), ("antrea-agent",)))
    containers = items_at(agent, ("spec", "template", "spec", "containers"))
    image = next((text_at(one, ("image",)) for one in containers if text_at(one, ("name",)) == "antrea-agent"), "")
    images = cluster.file.images
    ready = [node for node in linux_nodes(look) if is_ready(node)]
    ready.sort(key=lambda node: (_WORKER not in mapping_at(node, ("metadata", "labels")), name_of(node)))
    return _Plan(image or images.agent or images.antrea or "", tuple(map(name_of, ready[: _OTHERS + 1])))


def _run(made: Room, plan: _Plan, cluster: Cluster, until: float) -> tuple[Check, Check]:
    first = plan.nodes[0]
    made.start(server(first, plan.image), until)
    pod = _awaited(made, until)
    address = text_at(pod, ("status", "podIP"))
    if not _serves(pod):
        return judged.not_started(first, waiting_for(pod) or text_at(pod, ("status", "phase")), made.cli)
    clients = {f"client-{index}": node for index, node in enumerate(plan.nodes)}
    for index, node in enumerate(plan.nodes):
        made.start(client(index, node, plan.image, address), until)
    pods = _ended(made, list(clients), until)
    fetched = {node: _said(made, name, pods.get(name)) for name, node in clients.items()}
    return judged.transferred(first, fetched, made.cli), judged.resolved(cluster, fetched, made.cli)


def _said(made: Room, name: str, pod: Value) -> Fetched:
    phase = text_at(pod, ("status", "phase"))
    if phase in _ENDED:
        return read(made.log(name))
    return Fetched(stuck=waiting_for(pod) or phase or "no pod")


def _serves(pod: Value) -> bool:
    return text_at(pod, ("status", "phase")) == "Running" and bool(text_at(pod, ("status", "podIP")))


def _awaited(made: Room, until: float) -> Value:
    """The serving pod as soon as it runs, or as it is when the time is over."""
    while True:
        pod = made.pods().get("server")
        if _serves(pod) or text_at(pod, ("status", "phase")) in _ENDED or time.monotonic() >= until:
            return pod
        time.sleep(_PAUSE_SECONDS)


def _ended(made: Room, names: Sequence[str], until: float) -> Mapping[str, Value]:
    """The pods by name, when those named have ended or the time is over."""
    while True:
        pods = made.pods()
        ended = [text_at(pods.get(name), ("status", "phase")) in _ENDED for name in names]
        if all(ended) or time.monotonic() >= until:
            return pods
        time.sleep(_PAUSE_SECONDS)
