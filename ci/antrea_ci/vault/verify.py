"""Re-reads every byte of snapshots: each object against its id, each file against its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vault.manifest import MANIFEST, PUBLIC, SEALED, Manifest
from antrea_ci.vault.model import Name, Snapshot, State
from antrea_ci.vault.plumbing import Repository, entries_of, tree_of
from antrea_ci.vault.sealed import SUMS, bad_sums, opens, unseal
from antrea_ci.vault.vault import Vault

_READ_WHOLE = (MANIFEST, SUMS)


@dataclass(frozen=True)
class Verified:
    """What was found of one snapshot. ``is_opened``: its secret files were decrypted and agree with their digests, or
    it has none."""

    name: Name
    files: int
    problems: tuple[str, ...]
    is_opened: bool


@dataclass
class _Files:
    """The files of one snapshot: the blob of each path, and what is wrong with what lies above them."""

    blobs: dict[str, str] = field(default_factory=dict[str, str])
    problems: list[str] = field(default_factory=list[str])


def verify(vault: Vault, snapshots: Sequence[Snapshot], identities: Sequence[str]) -> list[Verified]:
    """Reads each snapshot as a whole, after fetching those that are only in the remote; records those that are fine.

    With ``identities`` the secret files are decrypted, and each is compared with its digest.
    """
    vault.fetch(snapshots)
    git = vault.store_of_clone.git
    trees = _trees(git, snapshots)
    reader = _Blobs(git, identities)
    reader.read(trees.values())
    found = [_judged(one, trees[one.object], reader) for one in snapshots]
    for snapshot, verified in zip(snapshots, found, strict=True):
        if not verified.problems and snapshot.state is State.STORED:
            vault.prove(snapshot, State.CHECKED)
    return found


def _trees(git: Repository, snapshots: Iterable[Snapshot]) -> dict[str, _Files]:
    """The files of each snapshot by its commit, read level by level, each object once."""
    found = {one.object: _Files() for one in snapshots}
    waiting: dict[str, list[tuple[str, str]]] = {}
    commits = _sound(git, found, "commit")
    for commit, files in found.items():
        root = tree_of(commits[commit]) if commit in commits else ""
        if root:
            waiting.setdefault(root, []).append((commit, ""))
        else:
            files.problems.append(f"its commit {commit[:12]} is damaged or not there")
    while waiting:
        waiting = _next_level(_sound(git, waiting, "tree"), waiting, found)
    return found


def _next_level(
    trees: Mapping[str, bytes], waiting: Mapping[str, list[tuple[str, str]]], found: Mapping[str, _Files]
) -> dict[str, list[tuple[str, str]]]:
    below: dict[str, list[tuple[str, str]]] = {}
    for tree, places in waiting.items():
        entries = list(entries_of(trees[tree], len(tree) // 2)) if tree in trees else []
        for commit, path in places:
            if tree not in trees:
                found[commit].problems.append(f"the folder {path or '/'} is damaged or not there (tree {tree[:12]})")
            for name, is_folder, object_id in entries:
                if is_folder:
                    below.setdefault(object_id, []).append((commit, f"{path}{name}/"))
                else:
                    found[commit].blobs[f"{path}{name}"] = object_id
    return below


def _sound(git: Repository, ids: Iterable[str], kind: str) -> dict[str, bytes]:
    """The contents of those objects that are of this kind, and what their ids say."""
    read = git.read(ids)
    return {name: one.data for name, one in read if one.kind == kind and git.id_of((kind, one.data)) == name}


class _Blobs:
    """What is needed of the blobs: the digest of each, a few as a whole, and what the encrypted ones hold."""

    def __init__(self, git: Repository, identities: Sequence[str]) -> None:
        self._git = git
        self._identities = identities
        self.digests: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self.whole: dict[str, bytes] = {}
        self.contents: dict[str, str] = {}
        self.unopened: dict[str, str] = {}

    def read(self, trees: Iterable[_Files]) -> None:
        """Reads every blob of these snapshots once."""
        paths: dict[str, set[str]] = {}
        for files in trees:
            for path, blob in files.blobs.items():
                paths.setdefault(blob, set()).add(path)
        for blob, found in self._git.read(paths):
            if self._git.id_of((found.kind, found.data)) != blob:
                continue
            self.digests[blob] = hashlib.sha256(found.data).hexdigest()
            self.sizes[blob] = len(found.data)
            if paths[blob] & {*_READ_WHOLE}:
                self.whole[blob] = found.data
            if SEALED in paths[blob] and self._identities:
                self._open(blob, found.data)

    def _open(self, blob: str, data: bytes) -> None:
        try:
            if opens(data, self._identities):
                self.contents[blob] = unseal(data, self._identities, ()).digest()
        except AntreaGitopsError as error:
            self.unopened[blob] = error.message


def _judged(snapshot: Snapshot, files: _Files, blobs: _Blobs) -> Verified:
    problems = list(files.problems)
    for path, blob in sorted(files.blobs.items()):
        if blob not in blobs.digests:
            problems.append(f"{path} is damaged or not there (blob {blob[:12]})")
    is_opened = False
    if not problems:
        try:
            manifest = Manifest.parse(blobs.whole.get(files.blobs.get(MANIFEST, ""), b""))
        except AntreaGitopsError as error:
            problems.append(error.message)
        else:
            problems += _against(manifest, snapshot.name, files.blobs, blobs)
            is_opened = manifest.secret is None or files.blobs.get(SEALED, "") in blobs.contents
    return Verified(snapshot.name, len(files.blobs), tuple(problems), is_opened and not problems)


def _against(manifest: Manifest, name: Name, files: Mapping[str, str], blobs: _Blobs) -> Iterator[str]:
    """What differs from what the manifest says."""
    if not manifest.names(name):
        yield f"its manifest is that of {manifest.name}"
    listed = files.get(SUMS, "")
    if blobs.digests.get(listed) != manifest.public.sums:
        yield f"{SUMS} differs from its digest in {MANIFEST}"
    public = {path.removeprefix(PUBLIC): blobs.digests[blob] for path, blob in files.items() if path.startswith(PUBLIC)}
    for wrong in bad_sums(blobs.whole.get(listed, b""), public):
        yield f"{PUBLIC}{wrong} differs from its digest in {SUMS}"
    known = {MANIFEST, SUMS, SEALED}
    for path in sorted(path for path in files if path not in known and not path.startswith(PUBLIC)):
        yield f"{path} is no file of a snapshot"
    yield from _secret(manifest, files.get(SEALED, ""), blobs)


def _secret(manifest: Manifest, blob: str, blobs: _Blobs) -> Iterator[str]:
    wanted = manifest.secret
    if wanted is None:
        if blob:
            yield f"{SEALED} is not in {MANIFEST}"
        return
    if (blobs.digests.get(blob), blobs.sizes.get(blob)) != (wanted.sha256, wanted.size):
        yield f"{SEALED} differs from its digest in {MANIFEST}"
    elif blob in blobs.unopened:
        yield f"{SEALED}: {blobs.unopened[blob]}"
    elif wanted.contents and blobs.contents.get(blob, wanted.contents) != wanted.contents:
        yield f"{SEALED} does not hold the files that {MANIFEST} speaks of"
