"""Which addresses and ports of a row are tried from here, or why none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, TypeAlias

from antrea_ci.firewall.addresses import family
from antrea_ci.firewall.rule import Rule, groups, rows
from antrea_ci.model.effective import Cluster
from antrea_ci.upi.machines import machines
from antrea_ci.values import items_at, text_at, value_in_any_case
from antrea_ci.yamlio import Value, parse

Side: TypeAlias = Literal["nodes", "installer"]
_TRIED = ("TCP", "UDP")
_OWN = ("nodes", "control-plane", "bootstrap")


@dataclass(frozen=True)
class Target:
    """A host (an address or a name) and a port to be tried."""

    host: str
    port: int


@dataclass(frozen=True)
class Planned:
    """A row with its targets; ``why`` there are none, else empty."""

    rule: Rule
    targets: tuple[Target, ...]
    why: str = ""


@dataclass(frozen=True)
class Known:
    """Addresses that are known of the cluster's machines, of further hosts, and of this machine's name servers."""

    machines: Sequence[str]
    further: Sequence[str]
    name_servers: Sequence[str]


def planned(rule: Rule, side: Side, cluster: Cluster, known: Known) -> Planned:
    """What is tried of a row from ``side``."""
    if not _starts_at(rule.source, side, cluster):
        return Planned(rule, (), f"it begins at {rule.source}; try it from there")
    if rule.protocol not in _TRIED:
        return Planned(rule, (), "only TCP and UDP can be tried without special rights")
    hosts = tuple(_hosts(rule.destination, known))
    if not hosts:
        return Planned(rule, (), _no_host(rule.destination))
    return Planned(rule, tuple(Target(host, port) for host in hosts for port in _ports(rule.port)))


def known_machines(cluster: Cluster) -> tuple[str, ...]:
    """Addresses of the cluster's own that its files name: virtual ones of its nodes, and static ones of its hosts."""
    plan = cluster.plan
    vips = [] if plan.user_managed_load_balancer else [entry.usual for entry in (*plan.api_vips, *plan.ingress_vips)]
    agent = cluster.repo.agent_config_file
    named = [one.address for one in machines(cluster)]
    rendezvous = text_at(_read(cluster, agent), ("rendezvousIP",)) if agent.is_file() else ""
    found = [*vips, *named, rendezvous, *_static(cluster)]
    return tuple(dict.fromkeys(one for one in found if family(one)))


def _static(cluster: Cluster) -> Iterator[str]:
    """Of vSphere's hosts and of bare metal's, as install-config.yaml has them."""
    file = cluster.repo.install_config_file
    config = _read(cluster, file) if cluster.file.flavour == "openshift" and file.is_file() else None
    for host in items_at(value_in_any_case(config, ("platform", "vsphere", "hosts")), ()):
        for text in items_at(value_in_any_case(host, ("networkDevice", "ipAddrs")), ()):
            yield str(text).partition("/")[0]
    for host in items_at(value_in_any_case(config, ("platform", "baremetal", "hosts")), ()):
        for interface in items_at(value_in_any_case(host, ("networkConfig", "interfaces")), ()):
            for version in ("ipv4", "ipv6"):
                yield from (text_at(one, ("ip",)) for one in items_at(interface, (version, "address")))


def _read(cluster: Cluster, path: Path) -> Value:
    return parse(path.read_bytes(), cluster.repo.name(path)).value


def _starts_at(source: str, side: Side, cluster: Cluster) -> bool:
    """Machines of the cluster stand in its machine network; where that is not known, everything of nodes is theirs."""
    if side == "installer":
        return source == groups()["installer"]
    if source in {groups()[name] for name in _OWN}:
        return True
    return any(_is_inside(source, entry.usual) for entry in cluster.plan.machine)


def _hosts(destination: str, known: Known) -> Iterable[str]:
    if family(destination):
        network = ip_network(destination, strict=False)
        if network.num_addresses == 1:
            return (str(network.network_address),)
        return dict.fromkeys(one for one in (*known.machines, *known.further) if ip_address(one) in network)
    if destination == groups()["name-servers"]:
        return known.name_servers
    if destination in groups().values() or "*" in destination:
        return ()
    return (destination,)


def _no_host(destination: str) -> str:
    if family(destination):
        return f"no address in {destination} is known; name one with --to"
    if "*" in destination:
        return f"{destination} stands for many names"
    return f"no address is known of {destination}; firewall.addresses in cluster.yaml, or --address, says it"


def _ports(port: str) -> tuple[int, ...]:
    """The port; of a range the first and the last."""
    first, _, last = port.partition("-")
    return tuple(dict.fromkeys((int(first), int(last or first))))


def _is_inside(text: str, outer: str) -> bool:
    if not family(text) or family(text) != family(outer):
        return False
    inner, network = ip_network(text, strict=False), ip_network(outer, strict=False)
    return inner.network_address in network and inner.broadcast_address in network


def tls_side(rule: Rule, wanted: Mapping[str, str]) -> str:
    """Whose trust a row's certificate is held against, by the facts; empty where none is looked at."""
    for name, side in wanted.items():
        row = rows()[name]
        if (rule.reason, rule.fact) == (row.reason, row.fact):
            return side
    return ""
