"""The typed name of a cluster, without which no pipeline installs, changes or destroys it."""

from __future__ import annotations

from antrea_ci.diff.visible import on_one_line
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import text_at
from antrea_ci.yamlio import Document, parse

_WHY = "nobody shall act on another cluster than the one that was meant"


def confirm(repo: ClusterRepo, typed: str, *, option: str = "") -> None:
    """Raises AntreaGitopsError unless ``typed`` is exactly the name of this repository's cluster.

    ``option`` is how the name is given, where nobody is asked for it. Reads nothing but the name, so that it works in a
    repository with errors too.
    """
    name, place = cluster_name(repo)
    if not name:
        raise AntreaGitopsError(
            f"this repository's cluster has no name: {place} is empty", why=_WHY, fix=f"set {place}"
        )
    if typed != name:
        told = f'"{on_one_line(typed)}" was typed' if typed else "no name was typed"
        raise AntreaGitopsError(
            f"not confirmed: {told}, and this repository's cluster is {name}",
            why=_WHY,
            fix=f"give {option} {name}" if option else f"type {name}",
        )


def cluster_name(repo: ClusterRepo) -> tuple[str, str]:
    """The cluster's name, empty where there is none, and the place that owns it."""
    cluster = _read(repo, "cluster.yaml")
    if cluster and text_at(cluster.value, ("flavour",)) == "kubernetes":
        return text_at(cluster.value, ("cluster", "name")), "cluster.name in cluster.yaml"
    config = _read(repo, "install-config.yaml")
    return text_at(config.value, ("metadata", "name")) if config else "", "metadata.name in install-config.yaml"


def _read(repo: ClusterRepo, name: str) -> Document | None:
    try:
        return parse((repo.root / name).read_bytes(), name)
    except FileNotFoundError:
        return None
