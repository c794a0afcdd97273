"""The networks of an install-config: the plan that the program works with, and the rules that only this file has.

Rules about networks themselves, one by one and together, live in ``antrea_ci.model.network``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from antrea_ci.findings import Finding
from antrea_ci.install_config import addresses
from antrea_ci.install_config.config import Config, Steps
from antrea_ci.install_config.section import Section, planned
from antrea_ci.install_config.vips import api_vips, ingress_vips, is_user_managed
from antrea_ci.install_config.vips import findings as vip_findings
from antrea_ci.model.network import Entry, NetworkPlan, Place
from antrea_ci.model.network.limits import limits

Kind: TypeAlias = Literal["machineNetwork", "clusterNetwork", "serviceNetwork"]
_KINDS: tuple[Kind, ...] = ("machineNetwork", "clusterNetwork", "serviceNetwork")
_OVN = "ovnkubernetes"


def network_findings(config: Config) -> Iterator[Finding]:
    """Everything that is wrong with the networks and virtual addresses of ``config``."""
    yield from findings(config)
    yield from vip_findings(config)
    yield from addresses.findings(config)
    yield from network_plan(config).findings()


def network_plan(config: Config) -> NetworkPlan:
    """The networks as the installer takes them: its defaults stand in for what the file does not name."""
    machine, cluster, service = (_entries(config, kind) for kind in _KINDS)
    return NetworkPlan(
        machine=machine,
        cluster=cluster,
        service=service,
        api_vips=api_vips(config),
        ingress_vips=ingress_vips(config),
        nodes=planned(config, "controlPlane") + planned(config, "compute"),
        platform=config.platform or "none",
        user_managed_load_balancer=is_user_managed(config),
        minor=config.minor,
    )


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with the keys of ``networking``."""
    networking = Section(config, ("networking",))
    if not isinstance(config.at("networking"), dict | None):
        return  # told as a shape
    for kind in _KINDS:
        if networking.at(kind) in (None, []):
            message = f"is not given, and the installer takes {_default(kind)}"
            yield networking.finding("network-default", (kind,), message, fix=f"add `{kind}`")
        for path in _cidr_paths(config, kind):
            if config.at(*path) is None:
                yield config.finding("network-without-cidr", path[:3], "has no CIDR")
    yield from _other_plugins(networking)


def _other_plugins(networking: Section) -> Iterator[Finding]:
    """Settings that only the installer's own network plug-ins have."""
    plugin = networking.text("networkType").lower()
    if networking.number("clusterNetworkMTU") and (networking.config.platform, plugin) != ("aws", _OVN):
        fix = "remove it, and set antrea.defaultMTU in cluster.yaml"
        yield networking.finding("mtu", ("clusterNetworkMTU",), "is not for Antrea", key=True, fix=fix)
    if networking.below("ovnKubernetesConfig") and plugin != _OVN:
        yield networking.finding("ovn-settings", ("ovnKubernetesConfig",), "configures OVN-Kubernetes", key=True)


def _entries(config: Config, kind: Kind) -> tuple[Entry, ...]:
    """The networks of one kind; entries without a CIDR, or of the wrong type, are told elsewhere and left out."""
    base = ("networking", kind)
    if not config.items(*base):
        prefix = limits()["defaults"]["hostPrefix"] if kind == "clusterNetwork" else None
        return (Entry(_default(kind), (f"networking.{kind} (the installer's default)", config.locate(base)), prefix),)
    return tuple(_entry(config, path) for path in _cidr_paths(config, kind) if isinstance(config.at(*path), str))


def _cidr_paths(config: Config, kind: Kind) -> Iterator[Steps]:
    """Where the CIDRs of one kind stand; members of the wrong type, told elsewhere, have none."""
    base = ("networking", kind)
    for index, item in enumerate(config.items(*base)):
        if kind == "serviceNetwork":
            yield (*base, index)
        elif item is None or isinstance(item, dict):
            yield (*base, index, "cidr")


def _default(kind: Kind) -> str:
    return limits()["defaults"][kind]


def _entry(config: Config, path: Steps) -> Entry:
    if path[1] != "clusterNetwork":
        return Entry(config.text(*path), _place(config, path))
    prefix_path = (*path[:-1], "hostPrefix")
    prefix = config.at(*prefix_path)
    if prefix is None:
        return Entry(config.text(*path), _place(config, path), None, _place(config, path[:-1]))
    # A value of the wrong type is told elsewhere; the usual one stands in for it.
    number = prefix if isinstance(prefix, int) else limits()["defaults"]["hostPrefix"]
    return Entry(config.text(*path), _place(config, path), number, _place(config, prefix_path))


def _place(config: Config, path: Steps) -> Place:
    return config.name(path), config.locate(path)
