"""The two states of a repository that are compared, and what Git says differs between them. Nothing is checked out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from antrea_ci import vcs
from antrea_ci.errors import AntreaGitopsError, UsageError

_SHORT = 10


@dataclass(frozen=True)
class File:
    """The content of a file; of a symbolic link, what it leads to."""

    data: bytes
    is_link: bool = False


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
            fix = "name a branch, a tag or a commit that is here; in a pipeline the whole history must be fetched"
            raise UsageError(f"{self.name} is no commit of the repository at {self.root}", fix=fix)
        return found

    @property
    def label(self) -> str:
        short = self.id[:_SHORT]
        return short if self.id.startswith(self.name) else f"{self.name} ({short})"

    @cached_property
    def _tree(self) -> dict[str, vcs.Entry]:
        return vcs.tree(self.root, self.id)

    def names(self) -> Iterable[str]:
        return self._tree

    def read(self, names: Iterable[str]) -> dict[str, File]:
        names = list(names)
        if not names:
            return {}
        entries = {name: self._tree[name] for name in names if name in self._tree}
        found = vcs.blobs(self.root, (entry.blob for entry in entries.values()))
        return {name: File(found[one.blob], one.is_link) for name, one in entries.items() if one.blob in found}


@dataclass(frozen=True)
class WorkingTree:
    """The files as they are now; one that goes while they are read is not there."""

    root: Path
    name: str = "the working tree"

    @property
    def label(self) -> str:
        return self.name

    def names(self) -> Iterable[str]:
        return vcs.worktree_files(self.root) or ()

    def read(self, names: Iterable[str]) -> dict[str, File]:
        found: dict[str, File] = {}
        for name in names:
            path = self.root / name
            with suppress(FileNotFoundError):
                if path.is_symlink():
                    found[name] = File(os.fsencode(path.readlink()), is_link=True)
                elif path.is_file():
                    found[name] = File(path.read_bytes())
        return found


def base_of(root: Path, branch: str) -> Commit:
    """What there is to compare with where nothing is asked for: where HEAD left the branch that is installed from."""
    for name in (f"origin/{branch}", branch):
        if (tip := vcs.commit_of(root, name)) and (start := vcs.merge_base(root, "HEAD", tip)):
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
    found = vcs.changed_files(base.root, base.name, head.name if head else None)
    if found is None:
        for side in filter(None, (base, head)):
            assert side.id, "one of them names no commit, and says so"
        raise AntreaGitopsError(f"git cannot compare {base.label} with {head.label if head else 'the working tree'}")
    return found
