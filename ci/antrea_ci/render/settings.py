"""Which settings of cluster.yaml go into which configuration inside the AntreaInstall, and whether they exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias, cast

from antrea_ci.antrea_catalogue import Catalogue, catalogue
from antrea_ci.findings import Finding
from antrea_ci.inner_config import Path, flatten, known_keys
from antrea_ci.model.cluster import image_tag
from antrea_ci.model.effective import Cluster
from antrea_ci.suggest import did_you_mean
from antrea_ci.values import mapping_at
from antrea_ci.yamlio import Value, read_all

Settings: TypeAlias = dict[Path, Value]

# Keys of cluster.yaml's `antrea` that stand for a key of the same name in antrea-agent.conf.
AGENT_KEYS = ("trafficEncapMode", "tunnelType", "trafficEncryptionMode", "defaultMTU")
_VERSION = re.compile(r"^v?\d+\.\d+")
_GATES = "featureGates"
_NODE_IPAM = "nodeIPAM"


@dataclass(frozen=True)
class ShippedTexts:
    """The configurations as the bundle's custom resource ships them."""

    agent: str
    controller: str


@dataclass(frozen=True)
class InnerSettings:
    """What is to be set, path by path, in each configuration."""

    agent: Settings
    controller: Settings
    cni: Mapping[str, Value]


def antrea_version(cluster: Cluster, operator_version: str | None) -> str | None:
    """As written, else the tag of the Antrea or agent image, else the bundle's version; None if none tells."""
    if cluster.file.antrea.version:
        return cluster.file.antrea.version
    image = cluster.file.images.antrea or cluster.file.images.agent
    for told in (image_tag(image) if image else None, operator_version):
        if told and _VERSION.match(told):
            return told
    return None


def inner_settings(
    cluster: Cluster, shipped: ShippedTexts, operator_version: str | None
) -> tuple[InnerSettings, list[Finding]]:
    """The settings by configuration, and an error for each one that this Antrea does not have."""
    chooser = _Chooser(cluster, shipped, operator_version)
    antrea = cluster.file.antrea
    agent: Settings = {(key,): value for key in AGENT_KEYS if (value := _value(getattr(antrea, key))) is not None}
    agent |= dict(_service_networks(cluster)) | flatten(_plain(antrea.agent))
    controller: Settings = dict(_node_networks(cluster, shipped.controller))
    controller |= flatten(_plain(antrea.controller))
    chooser.check("agent", {path for path in flatten(_plain(antrea.agent)) if path[0] != _GATES})
    chooser.check("controller", {path for path in flatten(_plain(antrea.controller)) if path[0] != _GATES})
    for gate, value in antrea.featureGates.items():
        for component in chooser.components_of(gate):
            (agent if component == "agent" else controller)[_GATES, gate] = value
    return InnerSettings(agent, controller, _plain(antrea.cni)), chooser.findings


def _service_networks(cluster: Cluster) -> Iterator[tuple[Path, Value]]:
    """What the operator leaves for us: everything on Kubernetes, the IPv6 one of two on OpenShift (DOMAIN 1.3)."""
    services = cluster.plan.service
    for entry in services:
        is_ipv6 = ":" in entry.text
        if cluster.file.flavour == "kubernetes" or (len(services) > 1 and is_ipv6):
            yield ("serviceCIDRv6" if is_ipv6 else "serviceCIDR",), entry.text


def _node_networks(cluster: Cluster, controller: str) -> Iterator[tuple[Path, Value]]:
    """On Kubernetes: the networks of a NodeIPAM that the vendor enables; on OpenShift the operator fills them in."""
    if cluster.file.flavour != "kubernetes":
        return
    documents, _ = read_all(controller, "antreaControllerConfig")
    node_ipam = mapping_at(documents[0].value if documents else None, (_NODE_IPAM,))
    if node_ipam.get("enableNodeIPAM") is not True or node_ipam.get("clusterCIDRs"):
        return
    yield (_NODE_IPAM, "clusterCIDRs"), [entry.text for entry in cluster.plan.cluster]
    for entry in cluster.plan.cluster:
        if entry.host_prefix:
            yield (_NODE_IPAM, f"nodeCIDRMaskSizeIPv{6 if ':' in entry.text else 4}"), entry.host_prefix
    for entry in cluster.plan.service:
        yield (_NODE_IPAM, "serviceCIDRv6" if ":" in entry.text else "serviceCIDR"), entry.text


class _Chooser:
    """Knows the keys of the bundle's texts and, only if those do not suffice, of the Antrea version's catalogue."""

    def __init__(self, cluster: Cluster, shipped: ShippedTexts, operator_version: str | None) -> None:
        self.cluster = cluster
        self.version = antrea_version(cluster, operator_version)
        self.shipped = {"agent": _keys_of(shipped.agent), "controller": _keys_of(shipped.controller)}
        self.findings: list[Finding] = []

    @property
    def catalogue(self) -> Catalogue | None:
        return _catalogue(self.version) if self.version else None

    def check(self, component: str, paths: set[Path]) -> None:
        for path in sorted(paths):
            dotted = ".".join(path)
            if dotted not in self.shipped[component] and not self._in_catalogue(component, path):
                names = self.shipped[component] | set(self._catalogue_keys(component))
                self._unknown("setting", dotted, names, (component, *path))

    def components_of(self, gate: str) -> list[str]:
        """Where a gate goes: where the bundle's texts name it, else where the catalogue of the version has it."""
        named = [name for name in ("agent", "controller") if f"{_GATES}.{gate}" in self.shipped[name]]
        if named:
            return named
        known = self.catalogue
        gates = {"agent": known.agent_gates, "controller": known.controller_gates} if known else {}
        found = [name for name, members in gates.items() if gate in members]
        if not found:
            shipped = self.shipped["agent"] | self.shipped["controller"]
            names = {key.removeprefix(f"{_GATES}.") for key in shipped if key.startswith(f"{_GATES}.")}
            self._unknown("feature gate", gate, names.union(*gates.values()), (_GATES, gate))
        return found

    def _in_catalogue(self, component: str, path: Path) -> bool:
        keys = self._catalogue_keys(component)
        # A mapping that the catalogue takes as a whole holds any key below it.
        wholes = (".".join(path[:length]) for length in range(1, len(path)))
        return ".".join(path) in keys or any(keys.get(whole) == "map" for whole in wholes)

    def _catalogue_keys(self, component: str) -> Mapping[str, str]:
        known = self.catalogue
        if known is None:
            return {}
        return known.agent if component == "agent" else known.controller

    def _unknown(self, what: str, name: str, names: Set[str], path: tuple[str, ...]) -> None:
        location = self.cluster.document.locate(("antrea", *path), key=True)
        if self.version is None:
            message = (
                f"whether the {what} `{name}` exists cannot be told, because no image tag tells the Antrea version"
            )
            fix = "add `version: x.y.z` below `antrea` in cluster.yaml"
        else:
            hint = did_you_mean(name, names)
            message = (
                f"the {what} `{name}` is neither in the bundle's configuration nor known to Antrea {self.version}{hint}"
            )
            fix = ""
        self.findings.append(Finding("antrea/unknown-setting", message, location=location, fix=fix))


@lru_cache(maxsize=64)
def _keys_of(text: str) -> frozenset[str]:
    return known_keys(text)


@cache
def _catalogue(version: str) -> Catalogue:
    return catalogue(version)


def _plain(settings: Mapping[str, object]) -> dict[str, Value]:
    """pydantic's JSON values are this project's plain values; only their types are named differently."""
    return {key: _value(value) for key, value in settings.items()}


def _value(value: object) -> Value:
    if isinstance(value, dict):
        return {str(key): _value(item) for key, item in cast("dict[object, object]", value).items()}
    if isinstance(value, list):
        return [_value(item) for item in cast("list[object]", value)]
    assert value is None or isinstance(value, (bool, int, float, str))
    return value
