"""The two states of a repository that are compared, and what Git says differs between them. Nothing is checked out."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from antrea_ci import vcs
from antrea_ci.errors import AntreaGitopsError, UsageError

_SHORT = 10
# docs.github.com "Default environment variables"; docs.gitlab.com "Predefined CI/CD variables".
_TARGETS = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
_ONE_COMMIT = re.compile(r"(?:(?!\.\.|\^[@!-])[\w./~^-])+")


@dataclass(frozen=True)
class File:
    """The content of a file; of a symbolic link what it leads to, of a submodule the id of its commit."""

    data: bytes
    mode: vcs.Mode = vcs.Mode.FILE


class State(Protocol):
    """The files of one state by their paths from the repository's root."""

    @property
    def label(self) -> str:
        """The state as a report names it."""
        ...

    def names(self) -> Iterable[str]:
        """Every file."""
        ...

    def read(self, names: Iterable[str]) -> dict[str, File]:
        """Those of ``names`` that are there."""
        ...


@dataclass(frozen=True)
class Commit:
    """A commit by the name that it was asked for by. Raises UsageError at the first look at it where there is none."""

    root: Path
    name: str

    @cached_property
    def id(self) -> str:
        found = vcs.commit_of(self.root, self.name)
        if found is None:
            vcs.require(self.root)
            fix = "name a branch, a tag or a commit that is here; in a pipeline the whole history must be fetched"
            raise UsageError(f"{self.name} is no commit of the repository at {self.root}", fix=fix)
        return found

    @property
    def label(self) -> str:
        short = self.id[:_SHORT]
        return short if self.id.startswith(self.name) else f"{self.name} ({short})"

    @cached_property
    def _tree(self) -> dict[str, vcs.Entry]:
        found = vcs.tree(self.root, self.id)
        if found is None:
            raise self._unreadable("its tree")
        return found

    def names(self) -> Iterable[str]:
        return self._tree

    def read(self, names: Iterable[str]) -> dict[str, File]:
        names = list(names)
        if not names:
            return {}
        entries = {name: self._tree[name] for name in names if name in self._tree}
        found = vcs.blobs(self.root, (one.id for one in entries.values() if one.mode is not vcs.Mode.SUBMODULE))
        return {name: File(self._data(name, one, found), one.mode) for name, one in entries.items()}

    def _data(self, name: str, entry: vcs.Entry, found: Mapping[str, bytes]) -> bytes:
        if entry.mode is vcs.Mode.SUBMODULE:
            return entry.id.encode()
        if entry.id not in found:
            raise self._unreadable(name)
        return found[entry.id]

    def _unreadable(self, what: str) -> AntreaGitopsError:
        """What is not there was not deleted."""
        return AntreaGitopsError(
            f"{what} of {self.label} cannot be read: git has not got all of it",
            fix="fetch the whole history (a partial clone needs its remote), or look with `git fsck`",
        )


@dataclass(frozen=True)
class WorkingTree:
    """The files as they are when they are first read; one that goes meanwhile is not there."""

    root: Path
    name: str = "the working tree"
    _found: dict[str, File | None] = field(default_factory=dict[str, "File | None"], compare=False, repr=False)

    @property
    def label(self) -> str:
        return self.name

    def names(self) -> Iterable[str]:
        return self._names

    @cached_property
    def _names(self) -> Sequence[str]:
        return vcs.worktree_files(self.root) or ()

    def read(self, names: Iterable[str]) -> dict[str, File]:
        names = list(names)
        for name in names:
            if name not in self._found:
                self._found[name] = _file(self.root / name, name)
        return {name: found for name in names if (found := self._found[name])}


def _file(path: Path, name: str) -> File | None:
    try:
        if path.is_symlink():
            return File(os.fsencode(path.readlink()), vcs.Mode.LINK)
        if path.is_dir():
            # Git names no other folders. Where it was not fetched, git would look in the repository around it.
            commit = vcs.commit_of(path, "HEAD") if (path / ".git").exists() else None
            return File(commit.encode(), vcs.Mode.SUBMODULE) if commit else None
        if not path.is_file():
            return None
        is_program = bool(path.stat().st_mode & stat.S_IXUSR)
        return File(path.read_bytes(), vcs.Mode.PROGRAM if is_program else vcs.Mode.FILE)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AntreaGitopsError(
            f"{name} cannot be read: {error.strerror}", fix="let its owner make it readable"
        ) from None


def base_of(root: Path, head: str, install_branch: str) -> Commit:
    """What there is to compare with where nothing is asked for: where ``head`` left the branch that it goes to.

    In a pipeline of a pull request that is the one which GitHub or GitLab name, else the one that is installed from.
    """
    told = (os.environ.get(name) for name in _TARGETS)
    for branch in (*filter(None, told), install_branch):
        for name in (f"origin/{branch}", branch):
            if (tip := vcs.commit_of(root, name)) and (start := vcs.merge_base(root, head, tip)):
                return Commit(root, start)
    return Commit(root, "HEAD")


@dataclass(frozen=True)
class Changes:
    """The files that differ, as they are on both sides; on one of them each may be missing."""

    before: Mapping[str, File]
    after: Mapping[str, File]

    @property
    def names(self) -> set[str]:
        return {*self.before, *self.after}


def changes(base: Commit, head: Commit | WorkingTree) -> Changes:
    """What differs between ``base`` and ``head``. Raises UsageError where one of them is no commit."""
    names = _named(base, head if isinstance(head, Commit) else None)
    before, after = base.read(names), head.read(names)
    equal = {name for name in names if before.get(name) == after.get(name)}
    return Changes(_without(before, equal), _without(after, equal))


def _without(files: Mapping[str, File], names: set[str]) -> dict[str, File]:
    return {name: file for name, file in files.items() if name not in names}


def _named(base: Commit, head: Commit | None) -> set[str]:
    for side in filter(None, (base, head)):
        # Of `main...HEAD` or `HEAD^!` git would compare two commits in silence, and neither with the working tree.
        if not _ONE_COMMIT.fullmatch(side.name):
            _ = side.id  # raises UsageError
    found = vcs.changed_files(base.root, base.name, head.name if head else None)
    if found is None:
        vcs.require(base.root)
        for side in filter(None, (base, head)):
            _ = side.id
        raise AntreaGitopsError(f"git cannot compare {base.label} with {head.label if head else 'the working tree'}")
    return found
