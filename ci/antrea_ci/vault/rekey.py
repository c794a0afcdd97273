"""Encrypts anew what was encrypted for other recipients than cluster.yaml names now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from antrea_ci.errors import AntreaGitopsError
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
    store = vault.store_of_clone
    sealed_anew: dict[str, bytes] = {}
    replaced: dict[Name, Name] = {}
    for one in snapshots:
        manifest = store.manifest(one.object)
        assert manifest.secret is not None
        if manifest.secret.sha256 not in sealed_anew:
            files = store.secret_files(one.object, manifest, identities)
            sealed_anew[manifest.secret.sha256] = seal(files, vault.recipients)
        name = Name.new(one.kind, one.time)
        store.add_resealed(name, one.object, manifest, sealed_anew[manifest.secret.sha256], vault.recipients)
        replaced[one.name] = name
    pushed = vault.push()
    waiting = set(pushed.left)
    ready = [one for one in snapshots if str(replaced[one.name]) not in waiting]
    # What was never sent has nothing to be removed there.
    vault.listing(again=True)
    gone = prune(vault, [Decision(one, ()) for one in ready])
    left = tuple(one.name for one in snapshots if one.name not in gone.removed)
    return Rekeyed(replaced, left, pushed.why or gone.why)
