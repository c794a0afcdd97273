"""Gives a snapshot back as a work folder: whole, in one step, and compared with what was stored."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.files import staging_folder, swap_in
from antrea_ci.install.journal import Journal
from antrea_ci.install.lock import locked
from antrea_ci.install.workdir import WorkDir
from antrea_ci.vault.model import Snapshot, State
from antrea_ci.vault.sealed import Files
from antrea_ci.vault.vault import Vault

_PRIVATE = 0o700
_INSTALLER = "installer/"


@dataclass(frozen=True)
class Restored:
    """What was restored where. ``has_state``: with the secret files of an installation."""

    snapshot: Snapshot
    folder: Path
    files: int
    has_state: bool


def restore(vault: Vault, snapshot: Snapshot, identities: Sequence[str], to: Path, *, force: bool) -> Restored:
    """Restores ``snapshot`` to the folder ``to``, which appears as a whole, for its owner alone.

    A folder that is there, and not empty, is only replaced with ``force``. Raises MissingRequirementError where the
    secret files cannot be decrypted for want of an identity. Records that the snapshot was restored.
    """
    refuse_to_overwrite(to, force=force)
    files = everything(vault, snapshot, identities)
    try:
        to.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{to} cannot be made: {error.strerror}", fix="name another folder with --to") from None
    work = WorkDir(to)
    with locked(work) if work.lock_file.exists() else nullcontext(), staging_folder(to.parent) as staging:
        staging.chmod(_PRIVATE)
        new = staging / "new"
        write(new, files)
        compare(new, files)
        _note(WorkDir(new), snapshot)
        swap_in(new, to)
    vault.prove(snapshot, State.RESTORED)
    return Restored(snapshot, to, len(files.contents), snapshot.has_secrets)


def _note(work: WorkDir, snapshot: Snapshot) -> None:
    """Tells whoever goes on there that the process of the journal is not this machine's."""
    if work.journal_file.is_file():
        Journal(work.journal_file).append("restored", snapshot=str(snapshot.name))


def everything(vault: Vault, snapshot: Snapshot, identities: Sequence[str]) -> Files:
    """All the files of a snapshot, public and secret, by their paths in a work folder; digests are compared."""
    store = vault.store_of_clone
    manifest = store.manifest(snapshot.object)
    secret = store.secret_files(snapshot.object, manifest, identities)
    public = store.public_files(snapshot.object, manifest)
    _refuse_foreign(public, secret.contents)
    return Files({**public, **secret.contents}, secret.modes)


def _refuse_foreign(public: Mapping[str, bytes], secret: Mapping[str, bytes]) -> None:
    """Raises AntreaGitopsError for names that no backup of ours has: who can write to the remote can write any name."""
    names = {*public, *secret}
    above = {parent.as_posix() for name in names for parent in PurePosixPath(name).parents}
    # What an installer goes on with is only ever inside the encrypted file, with its digests.
    foreign = {name for name in public if name.startswith(_INSTALLER)} | (names & above) | {*filter(_leads_out, names)}
    if foreign:
        shown = ", ".join(repr(name) for name in sorted(foreign)[:5])
        raise AntreaGitopsError(
            f"the snapshot holds files that no backup of ours has: {shown}",
            why="somebody else has written it, or changed it",
            fix="take another snapshot: antrea-gitops backup list",
        )


def _leads_out(name: str) -> bool:
    """Whether the name may lead out of the folder that is restored."""
    parts = PurePosixPath(name).parts
    return not parts or name.startswith("/") or ".." in parts or "\0" in name


def refuse_to_overwrite(to: Path, *, force: bool) -> None:
    """Raises UsageError where something is at ``to`` that only ``force`` may replace, and where it is no folder."""
    if to.is_symlink() or (to.exists() and not to.is_dir()):
        raise UsageError(f"{to} is no folder", fix="name another one with --to")
    if to.is_dir() and any(to.iterdir()) and not force:
        raise UsageError(
            f"{to} is there already, and is not overwritten",
            why="it may be the only place with the newest state of the installation",
            fix="name another folder with --to, or replace it with --force",
        )


def write(folder: Path, files: Files) -> None:
    """Writes the files below ``folder``, which must not be there; nobody else may enter it."""
    folder.mkdir(mode=_PRIVATE)
    for name, data in files.contents.items():
        path = folder / name
        path.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(path, files.mode(name))


def compare(folder: Path, files: Files) -> None:
    """Raises AntreaGitopsError with the names of files that are not on disk as they were stored."""
    wrong = [name for name, data in files.contents.items() if not _is_same(folder / name, data, files.mode(name))]
    if wrong:
        raise AntreaGitopsError(f"restored, but not as stored: {', '.join(wrong[:10])}", fix="look at the disk")


def _is_same(path: Path, data: bytes, mode: int) -> bool:
    return path.read_bytes() == data and path.stat().st_mode & 0o777 == mode


def by_prefix(files: Mapping[str, bytes], prefix: str) -> dict[str, bytes]:
    """The files whose names start with ``prefix``, without it."""
    return {name.removeprefix(prefix): data for name, data in files.items() if name.startswith(prefix)}
