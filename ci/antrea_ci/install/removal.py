"""What `destroy` says of a plain Kubernetes cluster: this project did not make it, and removes no machine of it."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.errors import FindingsError, UsageError
from antrea_ci.facts import facts
from antrea_ci.model.cluster import read_flavour
from antrea_ci.model.effective import load
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import items_at, text_at


def refuse_to_destroy(home: ClusterRepo) -> None:
    """Raises UsageError for a plain Kubernetes cluster, with how Antrea is removed from it."""
    if read_flavour(home) != "kubernetes":
        return
    raise UsageError(
        "`install` did not make this cluster, so `destroy` does not remove it: it is plain Kubernetes",
        why="its machines belong to whoever made them; installed.yaml goes on saying what was installed",
        fix="remove the cluster as it was made (`kubeadm reset` on each node, for example). To remove Antrea alone:"
        + "".join(f"\n    {line}" for line in _steps(home)),
    )


def _steps(home: ClusterRepo) -> Iterator[str]:
    steps = [(text_at(step, ("what",)), text_at(step, ("command",))) for step in items_at(facts("removal"), ("steps",))]
    if _is_in_nsx(home):
        steps = [("the cluster's registration at NSX", "antrea-gitops nsx remove"), *steps]
    for number, (what, command) in enumerate(steps, start=1):
        yield f"{number}. {what}: {command}"


def _is_in_nsx(home: ClusterRepo) -> bool:
    try:
        return load(home).file.nsx.enabled
    except FindingsError:  # what is wrong with the files does not matter here
        return False
