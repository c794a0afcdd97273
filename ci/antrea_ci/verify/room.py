"""A namespace of its own for the pods of the transfer, which never outlives the next run."""

from __future__ import annotations

import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.api import Api, ApiError
from antrea_ci.process import orderly_end
from antrea_ci.values import mapping_at
from antrea_ci.verify.look import name_of
from antrea_ci.yamlio import Value

_NAMESPACES = "/api/v1/namespaces"
_LABEL = "antrea-gitops.io/made-for"
_PURPOSE = "verify"
_PAUSE_SECONDS = 2.0


class Room:
    """A namespace that is there, by its name."""

    def __init__(self, api: Api, name: str) -> None:
        self._api = api
        self.name = name
        self.cli = api.cli
        self._path = f"{_NAMESPACES}/{name}/pods"

    def start(self, pod: dict[str, Value], until: float) -> None:
        """Makes a pod. A new namespace refuses pods until it has its service account, so that is tried until then."""
        while True:
            try:
                self._api.create(self._path, pod)
                return
            except ApiError as error:
                if error.reason != "Forbidden" or time.monotonic() >= until:
                    raise
            time.sleep(_PAUSE_SECONDS)

    def pods(self) -> dict[str, dict[str, Value]]:
        """Every pod by its name."""
        return {name_of(pod): mapping_at(pod, ()) for pod in self._api.items(self._path)}

    def log(self, name: str) -> str:
        """What the pod has written."""
        return self._api.text(f"{self._path}/{name}/log").decode("utf-8", "replace")


@contextmanager
def room(api: Api) -> Generator[Room]:
    """Makes a room, and removes it on every way out. Those that killed runs left are removed first.

    Whoever verifies a cluster holds its lease, so no other run's room is in use.
    """
    for left in api.items(f"{_NAMESPACES}?labelSelector={_LABEL.replace('/', '%2F')}%3D{_PURPOSE}"):
        with suppress(ApiError):
            api.delete(f"{_NAMESPACES}/{name_of(left)}")
    name = f"antrea-gitops-{_PURPOSE}-{secrets.token_hex(4)}"
    with orderly_end():
        try:
            api.create(_NAMESPACES, _namespace(name))
            yield Room(api, name)
        finally:
            with suppress(AntreaGitopsError):
                api.delete(f"{_NAMESPACES}/{name}")


def _namespace(name: str) -> dict[str, Value]:
    labels: dict[str, Value] = {
        _LABEL: _PURPOSE,
        "pod-security.kubernetes.io/enforce": "restricted",
        # Else OpenShift writes the label above anew from the rights of the namespace's service accounts.
        "security.openshift.io/scc.podSecurityLabelSync": "false",
    }
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
