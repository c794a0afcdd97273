"""Where the record of an installation stands: in the working tree, in HEAD and its history, on two branches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from antrea_ci import vcs
from antrea_ci.findings import Finding, Location
from antrea_ci.repo import ClusterRepo

if TYPE_CHECKING:
    from antrea_ci.installed import InstalledFile
    from antrea_ci.yamlio import Document

BRANCH = "antrea-gitops/installed"
"""Where a record is committed that may not go to the branch that is installed from."""


@dataclass(frozen=True)
class Record:
    """An installed.yaml and where it was read: ``source`` is empty for the working tree, else a Git revision."""

    file: InstalledFile
    document: Document
    source: str

    @property
    def where(self) -> str:
        """The source as messages name it."""
        short = self.source.removeprefix("refs/heads/").removeprefix("refs/remotes/")
        return f"installed.yaml of {short}" if short else "installed.yaml"


@dataclass(frozen=True)
class Records:
    """Every installed.yaml that says something about a repository.

    ``here``: of the working tree; ``trusted``: the newest one that a pull request cannot have changed (on the branch
    that is installed from, on that of the records, in its base, or in HEAD where there are none of these); ``removed``:
    the last one of HEAD's history, where that history removed it; ``only_on_branch``: ``trusted`` was never merged.
    """

    here: Record | None
    trusted: Record | None
    removed: Record | None
    only_on_branch: bool
    findings: tuple[Finding, ...]

    @property
    def binding(self) -> Record | None:
        """The one that says what cannot change, whatever the working tree makes of the record; None without cluster."""
        chosen = self.trusted or self.removed or self.here
        return chosen if chosen and chosen.file.is_active else None

    @property
    def latest(self) -> Record | None:
        """The newest word, also that the cluster was destroyed."""
        return self.trusted or self.here

    @property
    def governing(self) -> Record | None:
        """The same, unless the working tree says that there is no cluster any more."""
        lifted = self.here is not None and not self.here.file.is_active
        return None if lifted else self.binding


def find_records(repo: ClusterRepo, install_branch: str, *, base: str = "") -> Records:
    """Looks in the working tree and, where Git is there, in HEAD, its history, ``base`` and the two branches."""
    name = repo.name(repo.installed_file)
    reader = _Reader(name)
    here = reader.read(repo.installed_file.read_bytes(), "") if repo.installed_file.is_file() else None
    main, records = _revisions(install_branch), _revisions(BRANCH)
    found = vcs.contents(repo.root, [*main, *records, base, "HEAD"], name)
    merged, recorded, before, head = (reader.first(found, among) for among in (main, records, [base], ["HEAD"]))
    newest = max((one for one in (merged, recorded, before) if one), key=lambda one: one.file.recorded, default=None)
    gone = not repo.installed_file.exists()
    removed = (head or reader.removed(repo)) if gone else None
    only_on_branch = gone and recorded is not None and merged is None and removed is None
    return Records(here, newest or head, removed, only_on_branch, tuple(reader.findings))


def _revisions(branch: str) -> list[str]:
    return [f"refs/remotes/origin/{branch}", f"refs/heads/{branch}"]


class _Reader:
    """Reads records and collects what is wrong with them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[Finding] = []

    def read(self, data: bytes, source: str) -> Record | None:
        """The record, if it is one. In the working tree each fault has its place; elsewhere there is none to show."""
        from antrea_ci.installed import read_installed  # the model is built only where there is something to read

        document, file, faults = read_installed(data, self.name)
        if source and faults:
            message = f"{self.name} of {source} cannot be read: {faults[0].message}"
            faults = [Finding("immutable/unreadable", message, location=Location(self.name))]
        self.findings += faults
        return Record(file, document, source) if file and document else None

    def first(self, found: Mapping[str, bytes], revisions: Iterable[str]) -> Record | None:
        """The record of the first revision that has one."""
        source = next((revision for revision in revisions if revision in found), None)
        return self.read(found[source], source) if source else None

    def removed(self, repo: ClusterRepo) -> Record | None:
        """The last record of HEAD's history, where a commit removed it."""
        commit = vcs.last_change(repo.root, self.name)
        before = [f"{commit}^1", f"{commit}^2"]
        return self.first(vcs.contents(repo.root, before, self.name), before) if commit else None
