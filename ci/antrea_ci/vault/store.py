"""Snapshots in the object store of one clone: written whole or not at all, read with their digests compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vault.manifest import MANIFEST, PUBLIC, SEALED, Manifest, SecretFiles, about_public, tree_files
from antrea_ci.vault.model import Contents, Name, stamp
from antrea_ci.vault.plumbing import Repository
from antrea_ci.vault.remote import LOCAL
from antrea_ci.vault.sealed import SUMS, Files, bad_sums, digests, seal, sums, unseal

_TRIES = 5


class Store:
    """The snapshots below ``refs/antrea-gitops/`` of the repository that ``root`` lies in."""

    def __init__(self, root: Path) -> None:
        self.git = Repository(root)

    def references(self) -> dict[str, str]:
        """Everything below the namespace: snapshots, proofs, a lease."""
        return self.git.references(LOCAL)

    def add(
        self, name: Name, about: Mapping[str, str], versions: Mapping[str, str], contents: Contents, to: Sequence[str]
    ) -> tuple[Name, str, Manifest]:
        """Stores ``contents``, encrypted for ``to``; the snapshot's name (another one if that was taken) and commit.

        ``about``: ``cluster`` and ``commit``. Without recipients there must be no secret file.
        """
        secret, sealed = self._sealed(contents, to) if contents.secret else (None, None)
        for _ in range(_TRIES):
            done, manifest = self._create(name, about, versions, (contents.public, secret, sealed))
            if done:
                return name, done, manifest
            name = Name.new(name.kind, name.time)
        raise AntreaGitopsError(f"no name is left for a snapshot at {stamp(name.time)}", fix="try again")

    def add_resealed(self, name: Name, old: str, manifest: Manifest, sealed: bytes, to: Sequence[str]) -> str:
        """Stores the snapshot ``old`` again under another name, with its secret files encrypted for ``to``."""
        assert manifest.secret is not None
        digest = hashlib.sha256(sealed).hexdigest()
        secret = replace(manifest.secret, sha256=digest, size=len(sealed), recipients=tuple(to))
        about = {"cluster": manifest.cluster, "commit": manifest.commit}
        done, _ = self._create(name, about, manifest.versions, (self.public_files(old, manifest), secret, sealed))
        if not done:
            raise AntreaGitopsError(f"{name} is there already", fix="try again")
        return done

    def _create(
        self,
        name: Name,
        about: Mapping[str, str],
        versions: Mapping[str, str],
        files: tuple[Mapping[str, bytes], SecretFiles | None, bytes | None],
    ) -> tuple[str, Manifest]:
        """The id of the snapshot's commit, empty where the name is taken; its manifest."""
        public, secret, sealed = files
        listed = sums(public)
        manifest = Manifest(
            kind=name.kind,
            time=stamp(name.time),
            id=name.id,
            cluster=about["cluster"],
            commit=about["commit"],
            versions=dict(versions),
            public=about_public(public, listed),
            secret=secret,
        )
        tree, objects = self.git.tree(tree_files(manifest, public, listed, sealed))
        commit = self.git.commit(tree, f"{name.kind} snapshot of {manifest.cluster or 'a cluster'}", name.time)
        self.git.write([*objects, commit])
        made = self.git.id_of(commit)
        return made if self.git.create(f"{LOCAL}{name}", made) else "", manifest

    def _sealed(self, contents: Contents, to: Sequence[str]) -> tuple[SecretFiles, bytes]:
        """What the manifest says of the secret files, and the ciphertext; an earlier one if that holds the same."""
        files = Files(contents.secret, {name: mode for name, mode in contents.modes.items() if mode != 0o600})
        digest = files.digest() if contents.has_generated_keys else None
        if digest and (earlier := self._earlier(digest, to)):
            return earlier
        sealed = seal(files, to)
        about = SecretFiles(
            sha256=hashlib.sha256(sealed).hexdigest(),
            size=len(sealed),
            files=len(contents.secret),
            contents=digest,
            recipients=tuple(to),
        )
        return about, sealed

    def _earlier(self, digest: str, to: Sequence[str]) -> tuple[SecretFiles, bytes] | None:
        snapshots = {at for ref, at in self.references().items() if Name.parse(ref)}
        for snapshot, manifest in self.manifests(snapshots).items():
            secret = manifest.secret if isinstance(manifest, Manifest) else None
            if secret and secret.contents == digest and set(secret.recipients) == set(to):
                sealed = self.git.read_one(f"{snapshot}:{SEALED}")
                if sealed is not None and hashlib.sha256(sealed).hexdigest() == secret.sha256:
                    return secret, sealed
        return None

    def manifests(self, snapshots: Iterable[str]) -> dict[str, Manifest | AntreaGitopsError]:
        """The manifest of each snapshot (by its commit), or why it has none."""
        found: dict[str, Manifest | AntreaGitopsError] = {
            snapshot: AntreaGitopsError(f"{MANIFEST} is not there or cannot be read") for snapshot in snapshots
        }
        for name, read in self.git.read_small(f"{snapshot}:{MANIFEST}" for snapshot in list(found)):
            snapshot = name.partition(":")[0]
            try:
                found[snapshot] = Manifest.parse(read.data)
            except AntreaGitopsError as error:
                found[snapshot] = error
        return found

    def manifest(self, snapshot: str) -> Manifest:
        """The manifest of one snapshot; AntreaGitopsError where it cannot be read."""
        found = self.manifests([snapshot])[snapshot]
        if isinstance(found, AntreaGitopsError):
            raise found
        return found

    def public_files(self, snapshot: str, manifest: Manifest) -> dict[str, bytes]:
        """The public files; AntreaGitopsError names those that are not as the manifest says."""
        listed = self.git.read_one(f"{snapshot}:{SUMS}") or b""
        tree = self.git.files(f"{snapshot}:{PUBLIC.rstrip('/')}") if manifest.public.files else {}
        blobs = {name: found.data for name, found in self.git.read(tree.values())}
        files = {name: blobs[blob] for name, blob in tree.items() if blob in blobs}
        wrong = bad_sums(listed, digests(files))
        if hashlib.sha256(listed).hexdigest() != manifest.public.sums:
            wrong = [SUMS, *wrong]
        if wrong:
            raise AntreaGitopsError(
                f"damaged: {', '.join(wrong)}", fix="take another snapshot: antrea-gitops backup list"
            )
        return files

    def secret_files(self, snapshot: str, manifest: Manifest, identities: Sequence[str]) -> Files:
        """The secret files, decrypted; digests of ciphertext and contents are compared."""
        if manifest.secret is None:
            return Files({})
        sealed = self.git.read_one(f"{snapshot}:{SEALED}") or b""
        if hashlib.sha256(sealed).hexdigest() != manifest.secret.sha256:
            raise AntreaGitopsError(f"damaged: {SEALED}", fix="take another snapshot: antrea-gitops backup list")
        files = unseal(sealed, identities, manifest.secret.recipients)
        if manifest.secret.contents not in (None, files.digest()):
            raise AntreaGitopsError(f"{SEALED} does not hold the files that {MANIFEST} speaks of")
        return files
