"""installed.yaml: what was installed, when, from which commit, and the values that cannot change any more.

The install's last phase writes it (DESIGN section 3): to the branch that is installed from where that is allowed, else
to the branch ``antrea-gitops/installed``. It holds no secret. Its JSON Schema follows from this model.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding
from antrea_ci.model.cluster import ClusterNetworkEntry, Flavour, Networking
from antrea_ci.model.effective import Cluster
from antrea_ci.model.problems import findings_of
from antrea_ci.values import value_in_any_case
from antrea_ci.yamlio import Document, parse

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


class AppliedChange(_Part):
    """The newest change of the living cluster that changed versions."""

    recorded: Time = Field(description="When it was applied, in UTC.")
    commit: Commit = Field(description="The commit that the cluster was brought to.")
    versions: InstalledVersions


class InstalledFile(_Part):
    """The whole of installed.yaml."""

    apiVersion: Literal["antrea-gitops/v1"]
    state: State
    recorded: Time = Field(description="When this was written, in UTC, such as 2026-11-25T20:49:00Z.")
    commit: Commit = Field(description="The commit that was installed.")
    infraID: str | None = Field(default=None, description="The installer's name for the cluster's infrastructure.")
    clusterID: str | None = Field(
        default=None, description="That of OpenShift; on plain Kubernetes the uid of the namespace kube-system."
    )
    versions: InstalledVersions
    applied: AppliedChange | None = Field(default=None, description="What `apply` made of it since.")
    immutable: ImmutableValues

    @property
    def is_active(self) -> bool:
        """Whether there is a cluster, or may be one."""
        return self.state != "destroyed"

    @property
    def current(self) -> InstalledVersions:
        """The versions that are recorded last."""
        return self.applied.versions if self.applied else self.versions


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
        networkType=str(value_in_any_case(config, ("networking", "networkType"))) if on_openshift else "antrea",
        fips=value_in_any_case(config, ("fips",)) is True,
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
