"""Nobody's network is interrupted by a command that was meant for another cluster."""

from __future__ import annotations

from collections.abc import Callable

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.model.effective import Cluster
from antrea_ci.pipeline.confirm import confirm as confirm_name


def confirm(cluster: Cluster, what: str, *, yes: bool, typed: str, ask: Callable[[str], str] | None) -> None:
    """Returns if ``what`` may be done: with ``yes``, with ``typed`` the name of the cluster (as the pipelines'
    protected environments demand), else if a person, asked by ``ask`` (None without a terminal), types ``yes``.

    AntreaGitopsError otherwise; nothing was done then.
    """
    if typed:
        confirm_name(cluster.repo, typed, option="--confirm")
        return
    if yes:
        return
    if ask is None:
        raise AntreaGitopsError(
            f"not confirmed: {what}",
            why="nobody is there to be asked, and a living cluster is changed",
            fix="--yes says so, or --confirm with the name of the cluster",
        )
    if ask(f"{what}. Type yes to go on").strip().casefold() not in ("y", "yes"):
        raise AntreaGitopsError("not confirmed: nothing was changed", fix="run it again and type yes")
