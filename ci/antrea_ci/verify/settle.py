"""Looks again and again until everything is well, or the time is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from antrea_ci.kube.api import Api, ApiError
from antrea_ci.model.effective import Cluster
from antrea_ci.verify import networks, operators, workloads
from antrea_ci.verify.check import Check, Progress, State
from antrea_ci.verify.look import Look

_PAUSE_SECONDS = 10.0
_Look = Callable[[Look, Cluster], Check]

_EVERYWHERE: Mapping[str, _Look] = {
    "operator-antrea": operators.antrea,
    "nodes": workloads.nodes,
    "antrea-agent": workloads.agents,
    "antrea-controller": workloads.controller,
    "kube-proxy": workloads.kube_proxy,
    "other-networks": networks.others,
}
_OPENSHIFT: Mapping[str, _Look] = {
    "network-status": networks.status,
    "operator-network": operators.network,
    "operators": operators.others,
}


def settle(api: Api, cluster: Cluster, *, timeout: float, progress: Progress) -> tuple[Check, ...]:
    """The checks of the last round: the first in which all are well, or the one in which ``timeout`` seconds are over.

    Every round asks everything anew, because what is well can fall ill. ApiError where the API has answered nothing.
    """
    start = time.monotonic()
    wanted = {**_EVERYWHERE, **(_OPENSHIFT if cluster.file.flavour == "openshift" else {})}
    last: dict[str, Check] = {}
    while True:
        last = _round(api, cluster, wanted, last, start, progress)
        left = start + timeout - time.monotonic()
        if all(check.state is State.OK for check in last.values()):
            return tuple(last.values())
        if left <= 0:
            break
        time.sleep(min(_PAUSE_SECONDS, left))
    if all(check.state is State.UNKNOWN for check in last.values()):
        raise ApiError(f"the cluster's API does not answer: {next(iter(last.values())).message}")
    return tuple(last.values())


def _round(
    api: Api,
    cluster: Cluster,
    wanted: Mapping[str, _Look],
    last: Mapping[str, Check],
    start: float,
    progress: Progress,
) -> dict[str, Check]:
    look, found = Look(api), dict[str, Check]()
    for name, ask in wanted.items():
        check, before = _asked(name, ask, look, cluster), last.get(name)
        if before is None or before.message != check.message:
            progress(f"{name}: {check.message}")
        is_same = before is not None and before.state is State.OK and check.state is State.OK
        found[name] = replace(check, seconds=before.seconds if is_same and before else time.monotonic() - start)
    return found


def _asked(name: str, ask: _Look, look: Look, cluster: Cluster) -> Check:
    try:
        return ask(look, cluster)
    except ApiError as error:
        return Check(name, State.UNKNOWN, error.message, fix=error.fix)
