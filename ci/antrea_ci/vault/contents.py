"""What belongs into a snapshot: the committed inputs, the journal, and all that the installer has written."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from antrea_ci import vcs
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.facts import facts
from antrea_ci.install.workdir import WorkDir
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import items_at, text_at, texts_at, value_at
from antrea_ci.vault.model import Contents

# `PRIVATE KEY-----` as PEM, and in base64 at each alignment, as the installer's state and ignition have it.
_KEYS = (b"PRIVATE KEY-----", b"UFJJVkFURSBLRVkt", b"BSSVZBVEUgS0VZLS", b"QUklWQVRFIEtFWS0t")
_TRIES = 20
_PAUSE_SECONDS = 0.05
_PUBLIC_MODES = (vcs.Mode.FILE, vcs.Mode.PROGRAM)


def contents_of(repo: ClusterRepo, commit: str, work: WorkDir | None) -> Contents:
    """Committed files as ``source/...`` and the journal as ``journal.jsonl`` are public, ``installer/...`` is secret:
    the paths are those of a work folder.

    Links and submodules are left out, and what the installer brings itself. Raises AntreaGitopsError where ``commit``
    cannot be read.
    """
    public = committed(repo.root, commit)
    if work is None:
        return Contents(public, {}, has_generated_keys=False)
    if work.journal_file.is_file():
        public[work.journal_file.relative_to(work.root).as_posix()] = work.journal_file.read_bytes()
    secret: dict[str, bytes] = {}
    modes: dict[str, int] = {}
    for path, mode in _files(work.installer):
        if (data := _read(path)) is not None:
            name = path.relative_to(work.root).as_posix()
            secret[name], modes[name] = data, mode
    return Contents(public, secret, has_generated_keys=_has_keys(secret), modes=modes)


def committed(root: Path, commit: str) -> dict[str, bytes]:
    """The files of ``commit`` below ``root`` as ``source/...``."""
    tree = vcs.tree(root, commit)
    if tree is None:
        raise AntreaGitopsError(f"the commit {commit[:12]} cannot be read", fix="fetch it: git fetch origin")
    files = {name: entry.id for name, entry in tree.items() if entry.mode in _PUBLIC_MODES and "\n" not in name}
    found = vcs.blobs(root, files.values())
    if missing := [name for name, blob in files.items() if blob not in found]:
        raise AntreaGitopsError(f"the commit {commit[:12]} cannot be read whole: {', '.join(missing[:5])} is missing")
    return {f"source/{name}": found[blob] for name, blob in files.items()}


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """The plain files that are kept, with their permissions."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for path in (Path(parent) / name for name in sorted(names)):
            if _is_left_out(path.relative_to(folder).as_posix()) or "\n" in path.name:
                continue
            with suppress(FileNotFoundError):  # the installer works meanwhile
                mode = path.lstat().st_mode
                if stat.S_ISREG(mode):
                    yield path, stat.S_IMODE(mode)


def is_state(name: str) -> bool:
    """Whether a change of this file of the installer is worth a snapshot: it is kept, and is no log, which grows all
    the time and goes along with the next change of anything else."""
    is_log = any(fnmatchcase(name.rpartition("/")[2], pattern) for pattern in texts_at(facts("vault"), ("logs",)))
    return not is_log and not _is_left_out(name)


def _is_left_out(name: str) -> bool:
    return any(
        fnmatchcase(name, text_at(rule, ("pattern",)))
        and not any(fnmatchcase(name, exception) for exception in texts_at(rule, ("not",)))
        for rule in items_at(facts("vault"), ("left_out",))
    )


def _read(path: Path) -> bytes | None:
    """The file as a whole, whatever the installer is doing; of a long log the end. None where it is gone."""
    known = facts("vault")
    try:
        if any(fnmatchcase(path.name, pattern) for pattern in texts_at(known, ("logs",))):
            return _end_of(path, int(str(value_at(known, ("largest_log",)))))
        is_json = any(fnmatchcase(path.name, pattern) for pattern in texts_at(known, ("written_in_place",)))
        return _settled(path, is_json=is_json)
    except FileNotFoundError:
        return None


def _end_of(log: Path, largest: int) -> bytes:
    with log.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - largest))
        data = stream.read(largest)
    left_out = size - len(data)
    return f"[antrea-gitops left out the first {left_out} bytes]\n".encode() + data if left_out > 0 else data


def _settled(path: Path, *, is_json: bool) -> bytes:
    """The content when nobody wrote to it while it was read; after a second of writing, what is there then."""
    data = b""
    for _ in range(_TRIES):
        before = path.stat()
        data = path.read_bytes()
        after = path.stat()
        same = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
        if same and len(data) == after.st_size and not (is_json and _is_torn(data)):
            break
        time.sleep(_PAUSE_SECONDS)
    return data


def _is_torn(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return True
    return False


def _has_keys(secret: dict[str, bytes]) -> bool:
    return any(key in data for data in secret.values() for key in _KEYS)
