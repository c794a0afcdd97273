"""One view of a cluster, whichever file owns each fact (DESIGN section 3: each fact has one owner)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding
from antrea_ci.model.cluster import ClusterFile, Networking, check_cluster
from antrea_ci.model.install_config import InstallConfig, read_install_config
from antrea_ci.model.network import NetworkPlan, Place, entries_at
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import Document, parse


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


def load(repo: ClusterRepo) -> Cluster:
    """The cluster of ``repo``; raises FindingsError with every error in the files that describe it."""
    cluster, findings = examine(repo)
    errors = [finding for finding in findings if finding.is_error]
    if cluster is None or errors:
        raise FindingsError(errors)
    return cluster


def examine(repo: ClusterRepo) -> tuple[Cluster | None, list[Finding]]:
    """The cluster, if its files can be read at all, and everything that is wrong with them, one by one and together."""
    file, document, findings = _cluster_file(repo)
    if file and document and file.flavour == "kubernetes":
        cluster = _kubernetes(repo, file, document)
        return cluster, findings + cluster.plan.findings()
    config, faults = _install_config(repo)
    findings += faults + (config.plan.findings() if config else [])
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


def _install_config(repo: ClusterRepo) -> tuple[InstallConfig | None, list[Finding]]:
    path = repo.install_config_file
    try:
        return read_install_config(parse(path.read_bytes(), repo.name(path)))
    except FindingsError as error:
        return None, list(error.findings)
    except FileNotFoundError:
        why = "on OpenShift it owns name, networks and platform"
        return None, [Finding("install-config/missing", f"{repo.name(path)} is not there", why=why)]


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
