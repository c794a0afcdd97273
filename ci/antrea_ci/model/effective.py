"""One view of a cluster, whichever file owns each fact (DESIGN section 3: each fact has one owner)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding
from antrea_ci.model.cluster import ClusterFile, Networking, check_cluster
from antrea_ci.model.install_config import read_install_config
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
    """The cluster of ``repo``; raises FindingsError with every fault that keeps it from being read."""
    cluster, findings = examine(repo)
    if cluster is None:
        raise FindingsError(findings)
    return cluster


def examine(repo: ClusterRepo) -> tuple[Cluster | None, list[Finding]]:
    """The cluster, if its files can be read at all, and everything that is wrong with them as a whole."""
    try:
        document = parse(repo.cluster_file.read_bytes(), repo.name(repo.cluster_file))
        file, findings = check_cluster(document)
    except FindingsError as error:
        return None, list(error.findings)
    if file is None:
        return None, findings
    try:
        cluster, faults = (
            _openshift(repo, file, document) if file.flavour == "openshift" else _kubernetes(repo, file, document)
        )
    except FindingsError as error:
        return None, list(error.findings)
    return cluster, faults + cluster.plan.findings()


def _openshift(repo: ClusterRepo, file: ClusterFile, document: Document) -> tuple[Cluster, list[Finding]]:
    path = repo.install_config_file
    if not path.is_file():
        why = "on OpenShift it owns name, networks and platform"
        raise FindingsError([Finding("install-config/missing", f"{repo.name(path)} is not there", why=why)])
    config, findings = read_install_config(parse(path.read_bytes(), repo.name(path)))
    cluster = Cluster(
        repo,
        file,
        document,
        config.name,
        config.base_domain,
        config.platform,
        config.control_plane,
        config.compute,
        config.plan,
    )
    return cluster, findings


def _kubernetes(repo: ClusterRepo, file: ClusterFile, document: Document) -> tuple[Cluster, list[Finding]]:
    assert file.networking is not None, "check_cluster refuses a file without it"
    name, domain = (file.cluster.name, file.cluster.baseDomain) if file.cluster else ("", "")
    plan = _kubernetes_plan(file.networking, document)
    return Cluster(repo, file, document, name, domain, "kubernetes", -1, -1, plan), []


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
