"""The vault of one cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from antrea_ci.model.effective import Cluster
from antrea_ci.vault.model import Contents, Kind, Pushed, Snapshot

if TYPE_CHECKING:
    from antrea_ci.secrets import Secrets


class Vault:
    """Snapshots in the cluster repository's own .git and, where cluster.yaml names one, in a remote."""

    has_recipients: bool
    has_remote: bool

    @classmethod
    def of(cls, cluster: Cluster, secrets: Secrets | None) -> Vault:
        raise NotImplementedError

    def probe(self) -> None:
        """Tries the namespace and the right to push, with a reference that is removed again; AntreaGitopsError."""
        raise NotImplementedError

    def store(self, kind: Kind, contents: Contents, *, commit: str, versions: Mapping[str, str]) -> Snapshot:
        """A new snapshot in this clone; it is on disk when this returns."""
        raise NotImplementedError

    def push(self) -> Pushed:
        """Sends what the remote lacks; never raises for a remote that is down or refuses."""
        raise NotImplementedError

    def newest(self, *kinds: Kind) -> Snapshot | None:
        """The newest of these kinds (none: of all), fetched from the remote where there is one."""
        raise NotImplementedError

    def secret_files(self, snapshot: Snapshot, identities: Sequence[str]) -> dict[str, bytes]:
        """The secret files, with their digests checked."""
        raise NotImplementedError

    def public_files(self, snapshot: Snapshot) -> dict[str, bytes]:
        """The public files, with their digests checked."""
        raise NotImplementedError
