"""Brings what the clone holds over into the person's tree: nothing that changed there meanwhile is overwritten.

Each file appears, changes or goes as one step, the answers file last. After a kill some files are new and the rest are
old; since the answers file still names the old version, running the update again does the rest.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.errors import FindingsError
from antrea_ci.files import STAGING_PREFIX, create_atomically, write_atomically
from antrea_ci.findings import Finding, Location
from antrea_ci.repo import ClusterRepo
from antrea_generator.update.scratch import FileState, Tree, state_of

_EXECUTABLE, _PLAIN = 0o777, 0o666


@dataclass(frozen=True)
class Delivery:
    """``changes``: a file's path to what it was in the last commit and what it becomes; None where it is not there."""

    repo: ClusterRepo
    changes: Mapping[str, tuple[FileState | None, FileState | None]]

    @property
    def names(self) -> list[str]:
        """The files in the order in which they are written."""
        last = self.repo.name(self.repo.answers_file)
        return sorted(self.changes, key=lambda name: (name == last, name))

    def write(self) -> list[str]:
        """Writes what differs and returns the names. Raises FindingsError where a file changed meanwhile."""
        written: list[str] = []
        for name in self.names:
            before, after = self.changes[name]
            path = self.repo.root / name
            if not _is_reachable(self.repo.root, name):
                raise FindingsError([_in_the_way(name, None)])
            if (here := state_of(path)) == after:
                continue
            if here != before:
                raise FindingsError([_in_the_way(name, before)])
            _put(path, before, after)
            written.append(name)
        return written


def delivery(repo: ClusterRepo, before: Tree, after: Tree) -> Delivery:
    """What is to be brought over: ``before`` is the last commit, ``after`` the outcome."""
    names = {name for name in (*before, *after) if before.get(name) != after.get(name)}
    return Delivery(repo, {name: (before.get(name), after.get(name)) for name in names})


def refuse_changed(plan: Delivery, before: Tree, owned: Iterable[str]) -> None:
    """Raises FindingsError for every file that is neither as in the last commit nor as it will be.

    Looks at the files of ``plan`` and at those ``owned``, which the update read, or the template writes.
    """
    findings: list[Finding] = []
    for name in sorted({*plan.changes, *owned}):
        was, becomes = plan.changes.get(name, (before.get(name), before.get(name)))
        path = plan.repo.root / name
        if not _is_reachable(plan.repo.root, name):
            findings.append(_in_the_way(name, None))
        elif (here := state_of(path)) != was and here != becomes:
            findings.append(_in_the_way(name, was))
    if findings:
        raise FindingsError(findings)


def _in_the_way(name: str, before: FileState | None) -> Finding:
    if before is None:
        message = "the template brings this file, and something that the last commit does not have is there"
        return Finding("update/in-the-way", message, location=Location(name), fix="move it away, or commit it")
    message = "has changes that are not committed; an update starts from the last commit"
    fix = "commit them or `git stash`, then update again"
    return Finding("update/uncommitted", message, location=Location(name), fix=fix)


def _is_reachable(root: Path, name: str) -> bool:
    """Whether only folders, and no links out of the repository, lead to the file, and no folder is in its place."""
    path = root / name
    above = [parent for parent in path.parents if parent != root and parent.is_relative_to(root)]
    real = all(not parent.is_symlink() and (parent.is_dir() or not parent.exists()) for parent in above)
    return real and (path.is_symlink() or path.is_file() or not path.exists())


def _put(path: Path, before: FileState | None, after: FileState | None) -> None:
    if after is None:
        path.unlink()
        _remove_empty(path.parent)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if after.is_link or (before is not None and before.is_link):
        _put_link_or_file(path, after)
    elif before is None:
        create_atomically(path, after.data, mode=_EXECUTABLE if after.is_executable else _PLAIN)
    else:
        mode = path.stat().st_mode & 0o777
        wanted = mode | 0o111 & mode >> 2 if after.is_executable else mode & ~0o111
        write_atomically(path, after.data, mode=wanted)


def _put_link_or_file(path: Path, after: FileState) -> None:
    if not after.is_link:
        path.unlink()
        create_atomically(path, after.data, mode=_EXECUTABLE if after.is_executable else _PLAIN)
        return
    staged = path.with_name(f"{STAGING_PREFIX}{os.getpid()}-{path.name}")
    os.symlink(os.fsdecode(after.data), staged)
    os.replace(staged, path)


def _remove_empty(folder: Path) -> None:
    """Removes ``folder`` and those above it as long as nothing is left in them, as Git does."""
    with contextlib.suppress(OSError):
        while True:
            folder.rmdir()
            folder = folder.parent
