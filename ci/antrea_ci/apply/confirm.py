"""Nobody's network is interrupted by a command that was meant for another cluster."""

from __future__ import annotations

from collections.abc import Callable

from antrea_ci.model.effective import Cluster


def confirm(cluster: Cluster, what: str, *, yes: bool, typed: str, ask: Callable[[str], str] | None) -> None:
    """Returns if ``what`` may be done: with ``yes``, with ``typed`` the name of the cluster (as the pipelines'
    protected environments demand), else if a person, asked by ``ask`` (None without a terminal), types it.

    AntreaGitopsError otherwise; nothing was done then.
    """
    raise NotImplementedError
