"""installed.yaml: what was installed, when, from which commit, and the values that cannot change any more.

The install's last phase writes it (DESIGN section 3): to the branch that is installed from where that is allowed, else
to the branch ``antrea-gitops/installed``. It holds no secret. Its JSON Schema follows from this model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from antrea_ci import vcs
from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Location
from antrea_ci.model.cluster import ClusterNetworkEntry, Flavour, Networking
from antrea_ci.model.effective import Cluster
from antrea_ci.model.problems import findings_of
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import text_at, value_at
from antrea_ci.yamlio import Document, parse

BRANCH = "antrea-gitops/installed"
State: TypeAlias = Literal["installing", "installed", "destroyed"]
Commit: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
Time: TypeAlias = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ImmutableValues(_Part):
    """What cannot change once a cluster is installed."""

    flavour: Flavour
    name: str
    baseDomain: str
    platform: str = Field(description="The key below `platform` in install-config.yaml, such as vsphere.")
    networkType: str
    fips: bool
    networking: Networking


class InstalledVersions(_Part):
    """The versions that were installed; they may be newer in the living cluster."""

    release: str = Field(description="Of OpenShift, or of Kubernetes.")
    antrea: str | None = None
    antreaGitops: str | None = None


class InstalledFile(_Part):
    """The whole of installed.yaml."""

    apiVersion: Literal["antrea-gitops/v1"]
    state: State
    recorded: Time = Field(description="When this was written, in UTC, such as 2026-11-25T20:49:00Z.")
    commit: Commit = Field(description="The commit that was installed.")
    infraID: str | None = Field(default=None, description="The installer's name for the cluster's infrastructure.")
    clusterID: str | None = None
    versions: InstalledVersions
    immutable: ImmutableValues

    @property
    def is_active(self) -> bool:
        """Whether there is a cluster, or may be one."""
        return self.state != "destroyed"


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
    that is installed from, on the branch of the records, or in HEAD where there are neither); ``removed``: the last one
    of HEAD's history, where that history removed it; ``only_on_branch``: ``trusted`` was never merged.
    """

    here: Record | None
    trusted: Record | None
    removed: Record | None
    only_on_branch: bool
    findings: tuple[Finding, ...]

    @property
    def governing(self) -> Record | None:
        """The one that says what cannot change; None where there is no cluster."""
        chosen = self.trusted or self.removed or self.here
        lifted = self.here is not None and not self.here.file.is_active
        return chosen if chosen and chosen.file.is_active and not lifted else None


def immutable_values(cluster: Cluster) -> ImmutableValues:
    """The values of ``cluster``, as its sources say them now, that its installation would fix."""
    plan, on_openshift = cluster.plan, cluster.file.flavour == "openshift"
    path = cluster.repo.install_config_file
    config = parse(path.read_bytes(), cluster.repo.name(path)).value if on_openshift else None
    pods = tuple(ClusterNetworkEntry(cidr=part.text, hostPrefix=part.host_prefix or 0) for part in plan.cluster)
    return ImmutableValues(
        flavour=cluster.file.flavour,
        name=cluster.name,
        baseDomain=cluster.base_domain,
        platform=cluster.platform,
        networkType=text_at(config, ("networking", "networkType")) if on_openshift else "antrea",
        fips=value_at(config, ("fips",)) is True,
        networking=Networking(
            machineNetwork=tuple(part.text for part in plan.machine),
            clusterNetwork=pods,
            serviceNetwork=tuple(part.text for part in plan.service),
        ),
    )


def read_installed(data: bytes, file: str) -> tuple[Document | None, InstalledFile | None, list[Finding]]:
    """An installed.yaml and its model, or None and every reason why it is none (rules ``immutable/...``)."""
    try:
        document = parse(data, file)
        return document, *findings_of(InstalledFile, document, "immutable")
    except FindingsError as error:
        return None, None, list(error.findings)


def find_records(repo: ClusterRepo, install_branch: str) -> Records:
    """Looks in the working tree and, where Git is there, in HEAD, its history and the two branches."""
    name = repo.name(repo.installed_file)
    reader = _Reader(name)
    here = reader.read(repo.installed_file.read_bytes(), "") if repo.installed_file.is_file() else None
    main, records = _revisions(install_branch), _revisions(BRANCH)
    found = vcs.contents(repo.root, [*main, *records, "HEAD"], name)
    merged, recorded, head = (reader.first(found, among) for among in (main, records, ["HEAD"]))
    newest = max((one for one in (merged, recorded) if one), key=lambda one: one.file.recorded, default=None)
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
