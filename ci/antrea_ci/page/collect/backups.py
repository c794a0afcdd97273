"""The backups that this clone has or knows of, and what was proven of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.findings import without_logins
from antrea_ci.model.effective import Cluster
from antrea_ci.vault import Snapshot, State, Vault
from antrea_ci.vault.model import written
from antrea_ci.vault.store import Store


@dataclass(frozen=True)
class Backup:
    """One snapshot. ``proven`` is when ``state`` was reached (UTC); ``is_pushed`` is None where there is no remote."""

    name: str
    kind: str
    time: str
    state: str
    proven: str
    commit: str
    files: int
    encrypted: int
    is_pushed: bool | None
    fault: str


@dataclass(frozen=True)
class Backups:
    """From new to old. ``drilled``: when one was last restored and compared; ``unread``: why they are not known.

    ``journals`` are those of the snapshots, as they were stored, from old to new.
    """

    remote: str
    recipients: int
    found: tuple[Backup, ...] = ()
    drilled: str = ""
    unread: str = ""
    journals: tuple[tuple[str, bytes], ...] = ()


def backups(cluster: Cluster) -> Backups:
    """Looks at this clone alone."""
    settings = cluster.file.backup
    about = Backups(without_logins(settings.remote or ""), len(settings.recipients))
    try:
        vault = _vault(cluster)
        snapshots = vault.snapshots(offline=True)
        journals = _journals(vault.store_of_clone, snapshots)
    except AntreaGitopsError as error:
        return Backups(about.remote, about.recipients, unread=error.message)
    drilled = max((written(one.proof.time) for one in snapshots if one.state is State.RESTORED), default="")
    found = tuple(_backup(one) for one in reversed(snapshots))
    return Backups(about.remote, about.recipients, found, drilled, journals=journals)


def _vault(cluster: Cluster) -> Vault:
    """The vault; where its remote's address is none, what this clone has."""
    try:
        return Vault.of(cluster, None)
    except AntreaGitopsError:
        name = f"{cluster.name}.{cluster.base_domain}".strip(".")
        return Vault(Store(cluster.repo.root), name, None)


def _journals(store: Store, snapshots: Sequence[Snapshot]) -> tuple[tuple[str, bytes], ...]:
    names = {f"{one.object}:public/journal.jsonl": str(one.name) for one in snapshots if one.is_local}
    return tuple((names[place], read.data) for place, read in store.git.read_small(names) if place in names)


def _backup(one: Snapshot) -> Backup:
    return Backup(
        name=str(one.name),
        kind=one.kind.value,
        time=written(one.time),
        state="damaged" if one.fault else one.state.value,
        proven=written(one.proof.time),
        commit=one.commit,
        files=one.files,
        encrypted=one.secret_size,
        is_pushed=one.is_pushed,
        fault=one.fault,
    )
