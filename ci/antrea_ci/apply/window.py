"""Maintenance windows of cluster.yaml (`apply.maintenance`): when agents may restart."""

from __future__ import annotations

from datetime import datetime

from antrea_ci.model.effective import Cluster


def refuse_closed(cluster: Cluster, what: str, *, now: datetime, reason: str) -> str:
    """What to record if ``what`` (such as "agents restart on 3 nodes") may be done at ``now``, which has a time zone:
    "" inside a window or without any, and with ``reason`` (--outside-window) that it was done outside.

    Else AntreaGitopsError that says when the next window opens.
    """
    raise NotImplementedError
