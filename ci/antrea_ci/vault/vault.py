"""The vault of one cluster: snapshots in this clone and, where cluster.yaml names one, in a remote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vault import proofs
from antrea_ci.vault.manifest import Manifest
from antrea_ci.vault.model import Contents, Kind, Name, Proof, Pushed, Snapshot, State
from antrea_ci.vault.remembered import Remembered
from antrea_ci.vault.remote import LOCAL, Found, UnreachableError, VaultRemote
from antrea_ci.vault.store import Store

if TYPE_CHECKING:
    from antrea_ci.model.effective import Cluster
    from antrea_ci.secrets import Secrets


class Vault:
    """Snapshots in the cluster repository's own .git and, with ``has_remote``, in a repository of their own.

    ``unreached`` is why the remote could not be asked when it was last needed; empty if it could.
    """

    def __init__(self, store: Store, cluster: str, remote: VaultRemote | None, recipients: Sequence[str] = ()) -> None:
        """Without ``recipients`` nothing that is secret can be stored in it."""
        self.store_of_clone = store
        self.recipients = tuple(dict.fromkeys(recipients))
        self.cluster = cluster
        self.remote = remote
        self.unreached = ""
        self._seen: dict[str, Found] | None = None

    @classmethod
    def of(cls, cluster: Cluster, secrets: Secrets | None) -> Vault:
        """The vault that cluster.yaml describes; nothing is made or asked yet."""
        settings = cluster.file.backup
        root = cluster.repo.root
        remote = VaultRemote.of(root, settings.remote, secrets) if settings.remote else None
        return cls(Store(root), f"{cluster.name}.{cluster.base_domain}".strip("."), remote, settings.recipients)

    def without_remote(self) -> Vault:
        """The same in this clone alone."""
        return Vault(self.store_of_clone, self.cluster, None, self.recipients)

    @property
    def has_recipients(self) -> bool:
        return bool(self.recipients)

    @property
    def has_remote(self) -> bool:
        return self.remote is not None

    def store(self, kind: Kind, contents: Contents, *, commit: str, versions: Mapping[str, str]) -> Snapshot:
        """A new snapshot in this clone; it is on disk when this returns.

        Secret files that are unchanged, and encrypted for the same recipients, are not stored twice. Raises
        AntreaGitopsError where there are secret files and nobody to encrypt them for.
        """
        if contents.secret and not self.recipients:
            raise AntreaGitopsError(
                "the secret files of the installation cannot be stored: backup.recipients is empty",
                why="without the state nobody can destroy the cluster or wait for it, and it is never stored in clear",
                fix="add age public keys (age-keygen makes one) to backup.recipients in cluster.yaml: one for "
                "pipelines, one that is kept away from them",
            )
        about = {"cluster": self.cluster, "commit": commit}
        name = Name.new(kind, self._next_time())
        name, made, manifest = self.store_of_clone.add(name, about, versions, contents, self.recipients)
        proof = Proof(State.STORED, name.time)
        return self._snapshot(name, made, manifest, proof, is_pushed=False if self.remote else None)

    def _next_time(self) -> datetime:
        """Now, but later than every snapshot of this clone: by their names the newest is found, whatever clocks do."""
        now = datetime.now(tz=UTC).replace(microsecond=0)
        times = [name.time for ref in self.store_of_clone.references() if (name := Name.parse(ref))]
        return max([now, *(time + timedelta(seconds=1) for time in times)])

    def push(self) -> Pushed:
        """Sends what the remote lacks: snapshots, and what was proven of them. Never raises for a remote that is down
        or refuses: what is left stays in this clone for the next time."""
        from antrea_ci.vault.sending import send

        return send(self)

    def newest(self, *kinds: Kind) -> Snapshot | None:
        """The newest of these kinds (none: of all), fetched from the remote where there is one.

        A remote that cannot be reached is told by ``unreached``, and what this clone has is taken. Raises
        AntreaGitopsError where it is a snapshot of another cluster.
        """
        found = [one for one in self.snapshots() if not kinds or one.kind in kinds]
        return self.fetched(max(found, key=lambda one: one.name.order)) if found else None

    def secret_files(self, snapshot: Snapshot, identities: Sequence[str]) -> dict[str, bytes]:
        """The secret files, with their digests checked. Raises MissingRequirementError without any identity."""
        store = self.store_of_clone
        return dict(store.secret_files(snapshot.object, store.manifest(snapshot.object), identities).contents)

    def public_files(self, snapshot: Snapshot) -> dict[str, bytes]:
        """The public files, with their digests checked."""
        return self.store_of_clone.public_files(snapshot.object, self.store_of_clone.manifest(snapshot.object))

    def snapshots(self, *, offline: bool = False) -> list[Snapshot]:
        """All of this clone and of the remote, from old to new. ``offline`` leaves the remote alone."""
        here = self.store_of_clone.references()
        seen = None if offline else self.listing()
        there = {name: found.id for name, found in (seen or {}).items()}
        remembered = self.remembered().names() if self.remote and seen is None else frozenset[str]()
        named = {name: at for ref, at in {**there, **here}.items() if (name := Name.parse(ref))}
        manifests = self.store_of_clone.manifests(at for name, at in named.items() if str(name) in here)
        known = {**there, **here}
        found: list[Snapshot] = []
        for name, at in sorted(named.items(), key=lambda item: item[0].order):
            is_there = str(name) in remembered if seen is None else there.get(str(name)) == at
            is_pushed = is_there if self.remote else None
            found.append(self._snapshot(name, at, manifests.get(at), proofs.best(name, at, known), is_pushed=is_pushed))
        return found

    def _snapshot(
        self,
        name: Name,
        at: str,
        manifest: Manifest | AntreaGitopsError | None,
        proof: Proof,
        *,
        is_pushed: bool | None,
    ) -> Snapshot:
        about = manifest if isinstance(manifest, Manifest) and manifest.names(name) else None
        secret = about.secret if about else None
        return Snapshot(
            name=name,
            ref=f"{LOCAL}{name}",
            object=at,
            commit=about.commit if about else "",
            cluster=about.cluster if about else "",
            versions=about.versions if about else {},
            files=(about.public.files if about else 0) + (secret.files if secret else 0),
            secret_size=secret.size if secret else 0,
            recipients=secret.recipients if secret else (),
            is_pushed=is_pushed,
            is_local=manifest is not None,
            proof=proof,
            fault="" if about else _fault(manifest),
        )

    def fetched(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot, in this clone. Raises AntreaGitopsError where it is damaged, or that of another cluster."""
        if not snapshot.is_local:
            self.fetch([snapshot])
        manifest = self.store_of_clone.manifest(snapshot.object)
        if not manifest.names(snapshot.name) or manifest.cluster != self.cluster:
            raise AntreaGitopsError(
                f"{snapshot.name} is {manifest.name} of the cluster {manifest.cluster or '(no name)'}, and this is "
                f"{self.cluster or '(no name)'}",
                why="with the state of another cluster `destroy` would remove that one",
                fix="give each cluster a backup remote of its own (backup.remote in cluster.yaml)",
            )
        return self._snapshot(snapshot.name, snapshot.object, manifest, snapshot.proof, is_pushed=snapshot.is_pushed)

    def fetch(self, snapshots: Sequence[Snapshot]) -> None:
        """Brings snapshots into this clone that are not."""
        seen = self.listing() or {}
        wanted = {str(one.name): seen[str(one.name)] for one in snapshots if not one.is_local and str(one.name) in seen}
        if self.remote and wanted:
            self.remote.fetch(wanted)

    def listing(self, *, again: bool = False) -> dict[str, Found] | None:
        """What the remote has; None without one, or where it cannot be reached (see ``unreached``)."""
        if self.remote is None:
            return None
        if again or (self._seen is None and not self.unreached):
            try:
                self._seen, self.unreached = self.remote.listing(), ""
                self.remembered().add(name for name in self._seen if Name.parse(name))
            except UnreachableError as error:
                self._seen, self.unreached = None, error.message
        return self._seen

    def remembered(self) -> Remembered:
        """What the remote is known to have had."""
        assert self.remote is not None
        return Remembered(self.store_of_clone.git.common_folder, self.remote.address)

    def prove(self, snapshot: Snapshot, state: State) -> None:
        """Records that the snapshot was checked or restored now; the next push sends it."""
        git = self.store_of_clone.git
        git.create(f"{LOCAL}{proofs.reference(snapshot.name, proofs.now(state))}", snapshot.object)


def _fault(manifest: Manifest | AntreaGitopsError | None) -> str:
    """Why there is no manifest of the snapshot itself; empty where that is not known yet."""
    if isinstance(manifest, Manifest):
        return f"its manifest is that of {manifest.name}"
    return manifest.message if manifest else ""
