"""What people do by hand where the installer makes no machines: names, load balancers, and the next commands."""

from __future__ import annotations

from pathlib import Path

from antrea_ci.model.effective import Cluster

__all__ = ["next_commands", "sheet"]


def sheet(cluster: Cluster) -> str:
    """Markdown: the DNS records and the load balancers' rows that this cluster needs."""
    raise NotImplementedError


def next_commands(cluster: Cluster, folder: Path) -> tuple[str, ...]:
    """What to do after the ignition was made in ``folder``, one line a step; lines that start with ``#`` explain."""
    raise NotImplementedError
