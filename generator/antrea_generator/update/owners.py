"""Which file owns the fact that an answer was the value of at birth (DESIGN section 3), and where it is read there.

Of every question either a table below or ``ANSWERS_OWN`` says who owns it; a test holds them and copier.yml together.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from antrea_ci.errors import FindingsError
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.decode import decode
from antrea_ci.model.cluster import ClusterFile, check_cluster
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import value_at
from antrea_ci.yamlio import Value, parse
from antrea_generator.update import owners_machines as machines

_PIPELINES = {"ci", "ci_image", "install_runner", "code_owners"}
_ENGINE = {"gitops_engine", "gitops_repository"}

ANSWERS_OWN = frozenset({*_PIPELINES, *_ENGINE, "registry"})
"""What pipelines and engine are like is said nowhere else; ``registry`` is only the default of the images' answers."""

_WITH_VIPS = ("vsphere", "baremetal", "nutanix")

OfCluster: TypeAlias = Callable[[ClusterFile], Value]


@dataclass(frozen=True)
class Fact:
    """What a file says now, and which."""

    value: Value
    file: str


def _joined(config: Config, *path: str) -> Value:
    """Networks or addresses as an answer writes them; of networks that are mappings the ``cidr``."""
    items = [value_at(item, ("cidr",)) if isinstance(item, dict) else item for item in config.items(*path)]
    return ",".join(str(item) for item in items) or None


def _host_prefix(config: Config) -> Value:
    entries = config.items("networking", "clusterNetwork")
    found = [entry for entry in entries if isinstance(entry, dict) and ":" not in str(entry.get("cidr"))]
    return value_at((found or entries or [None])[0], ("hostPrefix",)) or None


def _of_platform(name: str) -> Callable[[Config], Value]:
    def read(config: Config) -> Value:
        return (_joined(config, "platform", config.platform, name) or "") if config.platform in _WITH_VIPS else None

    return read


def _text(*path: str) -> Callable[[Config], Value]:
    return lambda config: config.text(*path)


def _number(*path: str | int) -> Callable[[Config], Value]:
    return lambda config: config.at(*path)


INSTALL_CONFIG: Mapping[str, Callable[[Config], Value]] = {
    "cluster_name": _text("metadata", "name"),
    "base_domain": _text("baseDomain"),
    "platform": lambda config: config.platform or None,
    "machine_network": lambda config: _joined(config, "networking", "machineNetwork"),
    "cluster_network": lambda config: _joined(config, "networking", "clusterNetwork"),
    "host_prefix": _host_prefix,
    "service_network": lambda config: _joined(config, "networking", "serviceNetwork"),
    "api_vip": _of_platform("apiVIPs"),
    "ingress_vip": _of_platform("ingressVIPs"),
    "control_plane_replicas": _number("controlPlane", "replicas"),
    "compute_replicas": _number("compute", 0, "replicas"),
    "ssh_public_key": _text("sshKey"),
    "http_proxy": _text("proxy", "httpProxy"),
    "https_proxy": _text("proxy", "httpsProxy"),
    "no_proxy": _text("proxy", "noProxy"),
    "additional_trust_bundle": _text("additionalTrustBundle"),
    **machines.READERS,
}

# Of a plain Kubernetes cluster cluster.yaml owns these too.
KUBERNETES: Mapping[str, OfCluster] = {
    "cluster_name": lambda file: file.cluster.name if file.cluster else None,
    "base_domain": lambda file: file.cluster.baseDomain if file.cluster else None,
    "machine_network": lambda file: ",".join(file.networking.machineNetwork) if file.networking else None,
    "cluster_network": lambda file: (
        ",".join(entry.cidr for entry in file.networking.clusterNetwork) if file.networking else None
    ),
    "host_prefix": lambda file: next(
        (e.hostPrefix for e in file.networking.clusterNetwork if ":" not in e.cidr) if file.networking else iter(()),
        None,
    ),
    "service_network": lambda file: ",".join(file.networking.serviceNetwork) if file.networking else None,
}

CLUSTER: Mapping[str, OfCluster] = {
    "flavour": lambda file: file.flavour,
    "openshift_version": lambda file: file.openshift.version if file.openshift else None,
    "kubernetes_version": lambda file: file.kubernetes.version if file.kubernetes else None,
    "operator_image": lambda file: file.images.operator,
    "antrea_image": lambda file: file.images.antrea or "",
    "agent_image": lambda file: file.images.agent or "",
    "controller_image": lambda file: file.images.controller or "",
    "interworking_image": lambda file: file.images.interworking or "",
    "fix_platform_field": lambda file: file.bundle.fixPlatformField,
    "traffic_encap_mode": lambda file: file.antrea.trafficEncapMode,
    "tunnel_type": lambda file: file.antrea.tunnelType,
    "traffic_encryption_mode": lambda file: file.antrea.trafficEncryptionMode,
    "default_mtu": lambda file: file.antrea.defaultMTU,
    "feature_gates": lambda file: dict(file.antrea.featureGates),
    "nsx": lambda file: file.nsx.enabled,
    "nsx_managers": lambda file: list(file.nsx.managers),
    "ntp_servers": lambda file: list(file.site.ntpServers),
    "mirror_registry": lambda file: file.site.mirrorRegistry or "",
    "secrets_provider": lambda file: file.secrets.provider,
    "backup_recipients": lambda file: list(file.backup.recipients),
    "backup_remote": lambda file: file.backup.remote or "",
}


def read_facts(repo: ClusterRepo, questions: Container[str]) -> dict[str, Fact]:
    """What the files of ``repo`` say about those of ``questions`` that they own. What no file says is left out.

    Raises FindingsError where cluster.yaml, or install-config.yaml as YAML, cannot be read.
    """
    if not repo.cluster_file.is_file():
        return {}
    name = repo.name(repo.cluster_file)
    cluster, findings = check_cluster(parse(repo.cluster_file.read_bytes(), name))
    if cluster is None:
        raise FindingsError(findings)
    of_cluster = CLUSTER if cluster.flavour == "openshift" else {**CLUSTER, **KUBERNETES}
    found = {question: Fact(read(cluster), name) for question, read in of_cluster.items()}
    if cluster.openshift is not None and repo.install_config_file.is_file():
        found |= _of_install_config(repo, cluster)
    return {name: fact for name, fact in found.items() if name in questions and fact.value is not None}


def _of_install_config(repo: ClusterRepo, cluster: ClusterFile) -> dict[str, Fact]:
    name = repo.name(repo.install_config_file)
    assert cluster.openshift is not None
    minor = int(cluster.openshift.version.split(".")[1])
    decoded = decode(repo.install_config_file.read_bytes(), name, minor, in_repository=True)
    if decoded.config is None:
        raise FindingsError(decoded.findings)
    readers = {**INSTALL_CONFIG, "hosts": partial(machines.hosts, secrets=cluster.secrets.bmc)}
    return {question: Fact(read(decoded.config), name) for question, read in readers.items()}
