"""Removes objects and pods of a living cluster, and bears that they are gone already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from antrea_ci.kube.api import ApiError
from antrea_ci.nsx import waits
from antrea_ci.nsx.living import Living, Manifest
from antrea_ci.nsx.waits import Patience
from antrea_ci.values import text_at
from antrea_ci.verify.look import name_of

# What belongs to an object goes with it; of a Job the API would leave the pods behind.
_WITH_BELONGINGS = "?propagationPolicy=Background"


def remove(living: Living, path: str) -> None:
    """Asks for the removal of the object at ``path`` with its pods, and does not wait for it."""
    try:
        living.api.delete(f"{path}{_WITH_BELONGINGS}")
    except ApiError as error:
        if error.reason != "NotFound":
            raise


def restart_pods(living: Living, pods: Sequence[Manifest], patience: Patience) -> None:
    """Removes pods, and returns when they are gone; their workload makes new ones."""
    paths = {f"the pod {name_of(pod)}": pod_path(pod) for pod in pods}
    for path in paths.values():
        remove(living, path)
    waits.until_gone(living, paths, patience)


def pod_path(pod: Manifest) -> str:
    """Where a pod is."""
    return f"/api/v1/namespaces/{text_at(pod, ('metadata', 'namespace'))}/pods/{quote(name_of(pod))}"


def labelled(pods: Iterable[Manifest], component: str) -> list[Manifest]:
    """The pods that Antrea's manifests call ``component``."""
    return [pod for pod in pods if text_at(pod, ("metadata", "labels", "component")) == component]
