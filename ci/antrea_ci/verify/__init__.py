"""Looks at a running cluster through its kubeconfig: whether Antrea is its network, and whether that network works."""

from __future__ import annotations

from pathlib import Path

from antrea_ci.model.effective import Cluster
from antrea_ci.verify.approval import Approvals, LeftRequest
from antrea_ci.verify.check import Check, Progress, State, Verification

__all__ = ["Approvals", "Check", "LeftRequest", "State", "Verification", "approve_nodes", "find_program", "verify"]


def verify(cluster: Cluster, kubeconfig: Path, program: Path, *, timeout: float, progress: Progress) -> Verification:
    """Every check; what has not settled yet is asked again for at most ``timeout`` seconds in all.

    Pods that it needs are made in a namespace of their own, which is gone afterwards, also after an interrupt.
    Raises AntreaGitopsError where the cluster does not answer at all.
    """
    raise NotImplementedError


def approve_nodes(cluster: Cluster, kubeconfig: Path, program: Path) -> Approvals:
    """One round: approves the certificate requests of nodes that belong to this cluster, and no other.

    Empty for plain Kubernetes, whose own controllers approve. Raises AntreaGitopsError where the cluster does not answer.
    """
    raise NotImplementedError


def find_program(cluster: Cluster) -> Path:
    """oc (locked, else of PATH) or kubectl of PATH; MissingRequirementError names the three ways."""
    raise NotImplementedError
