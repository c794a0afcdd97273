"""What a change of the living cluster leaves behind: a report, snapshots, and versions in installed.yaml."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from antrea_ci import __version__, redaction
from antrea_ci.bundle.contents import load_bundle
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.files import write_atomically
from antrea_ci.installed import AppliedChange, InstalledFile, InstalledVersions
from antrea_ci.installed_records import Record
from antrea_ci.model.effective import Cluster
from antrea_ci.render.settings import antrea_version
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault import Kind, Vault, contents_of
from antrea_ci.wording import as_json
from antrea_ci.yamlio import dump

_COMMENT = (
    "Written by `antrea-gitops`: what was installed, what was applied since, and what cannot change any more.\n"
    "Only `antrea-gitops` writes this file; a pull request cannot lift what it says."
)
_CHANGES = (Kind.POST_APPLY, Kind.POST_INSTALL)


def record(home: ClusterRepo, name: str, found: Mapping[str, object], markdown: str) -> None:
    """Writes ``report/<name>.json`` and ``report/<name>.md``, redacted, each in one step."""
    home.report.mkdir(exist_ok=True)
    write_atomically(home.report / f"{name}.json", f"{as_json(redaction.strings(found))}\n".encode())
    write_atomically(home.report / f"{name}.md", redaction.text(markdown).encode())


@dataclass(frozen=True)
class Books:
    """Where it is written down what was applied. ``vault`` is None with --no-vault."""

    home: ClusterRepo
    cluster: Cluster
    commit: str
    vault: Vault | None
    record: Record | None

    def applied_before(self) -> str:
        """The commit that the cluster was brought to last; "" where nobody knows."""
        newest = self.vault.newest(*_CHANGES) if self.vault else None
        if newest and newest.commit:
            return newest.commit
        if self.record is None:
            return ""
        return self.record.file.applied.commit if self.record.file.applied else self.record.file.commit

    def is_unfinished(self) -> bool:
        """Whether an earlier run began with this commit and never came to its end."""
        newest = self.vault.newest(Kind.PRE_APPLY, Kind.POST_APPLY) if self.vault else None
        return newest is not None and newest.kind is Kind.PRE_APPLY and newest.commit == self.commit

    def keep(self, kind: Kind, *, public: Mapping[str, bytes], secret: Mapping[str, bytes] | None = None) -> str:
        """Stores a snapshot and pushes it; what to tell where it could not be pushed.

        ``secret``, such as the cluster's own objects, is only kept encrypted, where there are recipients.
        """
        if self.vault is None:
            return ""
        contents = contents_of(self.home, self.commit, None)
        hidden = dict(secret or {}) if self.vault.has_recipients else {}
        contents = replace(contents, public={**contents.public, **public}, secret=hidden)
        self.vault.store(kind, contents, commit=self.commit, versions={"antrea-gitops": __version__})
        pushed = self.vault.push()
        return f"a snapshot is only on this machine: {pushed.why}" if pushed.left else ""

    def versions(self) -> InstalledVersions:
        """What the commit brings."""
        bundle = load_bundle(self.cluster.repo, self.cluster.file.flavour)
        antrea = antrea_version(self.cluster, bundle.operator_version)
        return InstalledVersions(release=self.cluster.version, antrea=antrea, antreaGitops=__version__)

    def renewed(self) -> InstalledFile | None:
        """installed.yaml with this change; None without a record of an installation."""
        if self.record is None:
            return None
        now = datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        change = AppliedChange(recorded=now, commit=self.commit, versions=self.versions())
        return self.record.file.model_copy(update={"recorded": now, "applied": change})

    def has_new_versions(self) -> bool:
        """Whether the versions are others than those that were recorded last."""
        if self.record is None:
            return False
        known, new = self.record.file.current, self.versions()
        return (known.release, known.antrea) != (new.release, new.antrea)


def written(file: InstalledFile) -> bytes:
    """installed.yaml."""
    return dump(file.model_dump(mode="json", exclude_none=True), comment=_COMMENT).encode()


def living(objects: Sequence[Mapping[str, object]]) -> dict[str, bytes]:
    """The cluster's objects as a file of a snapshot: what to look at when a change has to be taken back."""
    return {"cluster/before.json": json.dumps(list(objects)).encode()} if objects else {}


def refuse_without_cluster(record: Record | None, latest: InstalledFile | None) -> None:
    """Raises AntreaGitopsError where installed.yaml says that there is no cluster, or not yet."""
    if record is not None and record.file.state == "installing":
        raise AntreaGitopsError(
            f"{record.where} says that the cluster is still being installed",
            why="a change in the middle of an installation would be no part of what was reviewed for it",
            fix="`antrea-gitops install --resume` first",
        )
    if record is None and latest is not None and latest.state == "destroyed":
        raise AntreaGitopsError(
            f"installed.yaml says that this cluster was destroyed, on {latest.recorded}",
            why="whatever this kubeconfig opens is another cluster",
            fix="install it anew with `antrea-gitops install`",
        )
