"""One view of a cluster, whichever file owns each fact (DESIGN section 3: each fact has one owner)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from antrea_ci.catalogue import completed
from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Location
from antrea_ci.install_config import judge
from antrea_ci.install_config.values import NEWEST, OLDEST
from antrea_ci.model.cluster import ClusterFile, Method, Networking, check_cluster
from antrea_ci.model.install_config import InstallConfig
from antrea_ci.model.network import NetworkPlan, Place, entries_at
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import text_at
from antrea_ci.yamlio import Document, parse

# source: openshift/installer pkg/types/{none,external}/name.go; `create cluster` refuses both (recordings)
_WITHOUT_MACHINES = ("none", "external")
_VERSION_RULES = frozenset({"install-config/version-newer", "install-config/version-unsupported"})


@dataclass(frozen=True)
class Cluster:
    """The cluster as its repository describes it. ``control_plane`` and ``compute`` are -1 where nobody plans them."""

    repo: ClusterRepo
    file: ClusterFile
    document: Document
    name: str
    base_domain: str
    platform: str
    control_plane: int
    compute: int
    plan: NetworkPlan

    @property
    def version(self) -> str:
        release = self.file.openshift if self.file.flavour == "openshift" else self.file.kubernetes
        assert release is not None, "check_cluster refuses a file without it"
        return release.version

    @property
    def nsx_name(self) -> str:
        """What NSX calls the cluster, its principal identity, its node id and the certificate of them."""
        return self.file.nsx.clusterName or self.name

    @property
    def method(self) -> Method:
        """Who makes the machines: as written, else by what else is in the repository."""
        if self.file.install.method:
            return self.file.install.method
        if self.repo.agent_config_file.is_file():
            return "agent"
        return "upi" if self.platform in _WITHOUT_MACHINES else "ipi"


def load(repo: ClusterRepo) -> Cluster:
    """The cluster of ``repo``; raises FindingsError with every error in the files that describe it.

    What cluster.yaml accepts is no error, on whatever day: rendering has no clock; `check` tells what has expired.
    """
    cluster, findings = examine(repo)
    errors = [finding for finding in completed(findings) if finding.is_error]
    if cluster is None:
        raise FindingsError(errors)
    accepted = cluster.file.checks.suppress
    if left := [finding for finding in errors if not any(entry.covers(finding) for entry in accepted)]:
        raise FindingsError(left)
    return cluster


def examine(repo: ClusterRepo) -> tuple[Cluster | None, list[Finding]]:
    """The cluster, if its files can be read at all, and everything that is wrong with them, one by one and together."""
    file, document, findings = _cluster_file(repo)
    if file and document and file.flavour == "kubernetes":
        cluster = _kubernetes(repo, file, document)
        return cluster, findings + cluster.plan.findings()
    config, faults = _install_config(repo, document)
    findings += faults
    if file is None or document is None or config is None:
        return None, findings
    names = (config.name, config.base_domain, config.platform)
    return Cluster(repo, file, document, *names, config.control_plane, config.compute, config.plan), findings


def _cluster_file(repo: ClusterRepo) -> tuple[ClusterFile | None, Document | None, list[Finding]]:
    try:
        document = parse(repo.cluster_file.read_bytes(), repo.name(repo.cluster_file))
        file, findings = check_cluster(document)
    except FindingsError as error:
        return None, None, list(error.findings)
    return file, document, findings


def _install_config(repo: ClusterRepo, cluster: Document | None) -> tuple[InstallConfig | None, list[Finding]]:
    """The install-config, judged for the version that cluster.yaml names."""
    path, at = repo.install_config_file, ("openshift", "version")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None, [Finding("install-config/missing", "is not there", location=Location(repo.name(path)))]
    version = text_at(cluster.value, at) if cluster else ""
    if not cluster or not version:
        return _of_any_version(data, repo.name(path))
    judged, place = judge(data, repo.name(path), version, in_repository=True), cluster.locate(at)
    return judged.config, [replace(f, location=place) if f.rule in _VERSION_RULES else f for f in judged.findings]


def _of_any_version(data: bytes, file: str) -> tuple[InstallConfig | None, list[Finding]]:
    """What holds for the oldest and for the newest version alike."""
    old, new = (judge(data, file, f"4.{minor}", in_repository=True) for minor in (OLDEST, NEWEST))
    told = {(finding.rule, finding.location) for finding in old.findings}
    return new.config, [finding for finding in new.findings if (finding.rule, finding.location) in told]


def _kubernetes(repo: ClusterRepo, file: ClusterFile, document: Document) -> Cluster:
    assert file.networking is not None, "check_cluster refuses a file without it"
    name, domain = (file.cluster.name, file.cluster.baseDomain) if file.cluster else ("", "")
    plan = _kubernetes_plan(file.networking, document)
    return Cluster(repo, file, document, name, domain, "kubernetes", -1, -1, plan)


def _kubernetes_plan(networking: Networking, document: Document) -> NetworkPlan:
    def place(kind: str) -> Callable[[int], Place]:
        def nth(index: int) -> Place:
            return f"networking.{kind}[{index}]", document.locate(("networking", kind, index))

        return nth

    pods = networking.clusterNetwork
    return NetworkPlan(
        machine=entries_at(networking.machineNetwork, place("machineNetwork")),
        cluster=entries_at([p.cidr for p in pods], place("clusterNetwork"), [p.hostPrefix for p in pods]),
        service=entries_at(networking.serviceNetwork, place("serviceNetwork")),
        platform="kubernetes",
    )
