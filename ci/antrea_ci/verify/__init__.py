"""Looks at a running cluster through its kubeconfig: whether Antrea is its network, and whether that network works."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from antrea_ci.kube.program import find_program
from antrea_ci.model.effective import Cluster
from antrea_ci.verify.approval import Approvals, LeftRequest
from antrea_ci.verify.check import Check, Progress, State, Verification

__all__ = ["Approvals", "Check", "LeftRequest", "State", "Verification", "approve_nodes", "find_program", "verify"]

_PODS_SECONDS = 300.0


def verify(cluster: Cluster, kubeconfig: Path, program: Path, *, timeout: float, progress: Progress) -> Verification:
    """Every check. What has not settled is asked again for at most ``timeout`` seconds; then pods try the network.

    They get ``timeout`` once more, though no more than five minutes, in a namespace of their own that is gone
    afterwards, also after an interrupt. Raises AntreaGitopsError where the cluster does not answer at all. The caller
    holds the cluster's lease.
    """
    from antrea_ci.kube.api import Api
    from antrea_ci.verify.created import created
    from antrea_ci.verify.look import Look
    from antrea_ci.verify.settle import settle
    from antrea_ci.verify.transfer import transfer

    api = Api(program, kubeconfig)
    settled = settle(api, cluster, timeout=timeout, progress=progress)
    start = time.monotonic()
    carried = transfer(api, cluster, until=start + min(timeout, _PODS_SECONDS), progress=progress)
    for check in carried:
        progress(f"{check.name}: {check.message}")
    seconds = time.monotonic() - start
    return Verification((*settled, *(replace(one, seconds=seconds) for one in carried)), created(Look(api)))


def approve_nodes(cluster: Cluster, kubeconfig: Path, program: Path) -> Approvals:
    """One round: approves the certificate requests of nodes that belong to this cluster, and no other.

    Empty for plain Kubernetes, whose own controllers approve. AntreaGitopsError where the cluster does not answer.
    """
    from antrea_ci.kube.api import Api
    from antrea_ci.verify.approving import approve

    return approve(cluster, Api(program, kubeconfig)) if cluster.file.flavour == "openshift" else Approvals()
