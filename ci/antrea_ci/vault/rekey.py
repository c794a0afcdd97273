"""Encrypts anew what was encrypted for other recipients than cluster.yaml names now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vault.manifest import Manifest
from antrea_ci.vault.model import Name, Snapshot
from antrea_ci.vault.prune import Decision, prune
from antrea_ci.vault.sealed import seal
from antrea_ci.vault.vault import Vault


@dataclass(frozen=True)
class Rekeyed:
    """Old names to new ones; ``left``: snapshots that stay as they were, with the reason in ``why``."""

    replaced: dict[Name, Name]
    left: tuple[Name, ...]
    why: str


def outdated(vault: Vault) -> list[Snapshot]:
    """The snapshots whose secret files others can read than cluster.yaml names, or not all of them; fetched."""
    snapshots = vault.snapshots()
    if vault.unreached:
        raise AntreaGitopsError(f"nothing is encrypted anew: {vault.unreached}")
    if missing := [one for one in snapshots if not one.is_local]:
        vault.fetch(missing)
        snapshots = vault.snapshots()
    return [one for one in snapshots if one.has_secrets and set(one.recipients) != set(vault.recipients)]


def rekey(vault: Vault, snapshots: Sequence[Snapshot], identities: Sequence[str]) -> Rekeyed:
    """Writes each of ``snapshots`` again for the present recipients, under a new name of the same time.

    An old one is removed only when the new one is stored and, where there is a remote, is there too: a kill leaves at
    worst both. What somebody has already read stays read, so the passwords in it are to be changed as well.
    """
    writer = _Writer(vault, identities)
    replaced = {one.name: writer.written_anew(one) for one in snapshots}
    pushed = vault.push()
    waiting = set(pushed.left)
    ready = [one for one in snapshots if str(replaced[one.name]) not in waiting]
    # What was never sent has nothing to be removed there.
    vault.listing(again=True)
    gone = prune(vault, [Decision(one, ()) for one in ready])
    left = tuple(one.name for one in snapshots if one.name not in gone.removed)
    return Rekeyed(replaced, left, pushed.why or gone.why)


class _Writer:
    """Writes snapshots anew. Those that an earlier run wrote before it was stopped are found, not made twice."""

    def __init__(self, vault: Vault, identities: Sequence[str]) -> None:
        self._vault = vault
        self._identities = identities
        self._sealed: dict[str, bytes] = {}
        present = [one for one in vault.snapshots() if one.has_secrets and set(one.recipients) == set(vault.recipients)]
        self._present = {self._key(vault.store_of_clone.manifest(one.object)): one.name for one in present}

    def written_anew(self, one: Snapshot) -> Name:
        """The name of the snapshot that takes the place of ``one``."""
        store = self._vault.store_of_clone
        manifest = store.manifest(one.object)
        key = self._key(manifest)
        if key and key in self._present:
            return self._present[key]
        assert manifest.secret is not None
        if manifest.secret.sha256 not in self._sealed:
            files = store.secret_files(one.object, manifest, self._identities)
            self._sealed[manifest.secret.sha256] = seal(files, self._vault.recipients)
        name = Name.new(one.kind, one.time)
        store.add_resealed(name, one.object, manifest, self._sealed[manifest.secret.sha256], self._vault.recipients)
        return name

    @staticmethod
    def _key(manifest: Manifest) -> tuple[str, ...]:
        """What two snapshots of the same state have in common; empty where that cannot be told."""
        digest = manifest.secret.contents if manifest.secret else None
        return (manifest.kind, manifest.time, manifest.commit, manifest.public.sums, digest) if digest else ()
