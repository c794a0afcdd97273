"""The networks of a cluster, and the rules that span several of them (DOMAIN 5.3). One home for these rules.

The same plan is made from answers, from install-config.yaml and from cluster.yaml; who makes it says where each value
stands, so that one rule speaks of a question to one user and of a line to another.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from antrea_ci.findings import Finding, Location, Severity

Network: TypeAlias = IPv4Network | IPv6Network
Place: TypeAlias = tuple[str, Location]
Parsed: TypeAlias = tuple["Entry", Network]

_SOURCE = "openshift/installer pkg/types/validation/installconfig.go; DOMAIN 5.3"
_IPV6_PRIMARY_PLATFORMS = frozenset({"vsphere", "baremetal", "openstack", "kubernetes"})
_DUAL_STACK_PLATFORMS = _IPV6_PRIMARY_PLATFORMS | {"none", "nutanix", "external"}
_DOCKER_BRIDGE = ip_network("172.17.0.0/16")
_SMALLEST_SERVICE_PREFIX = {4: 12, 6: 108}
_IPV4_HOST_PREFIX = range(16, 31)  # Antrea's NodeIPAM: cmd/antrea-controller/options.go
_IPV6_HOST_PREFIX = 64
_IPV6_LARGEST_MASK_DIFFERENCE = 16


@dataclass(frozen=True)
class Entry:
    """One network or address as it was written, and where."""

    text: str
    place: Place
    host_prefix: int | None = None
    host_prefix_place: Place | None = None

    @property
    def prefix(self) -> Entry:
        """This entry as the place of its host prefix, where that stands elsewhere."""
        return replace(self, place=self.host_prefix_place or self.place)


@dataclass(frozen=True)
class NetworkPlan:
    """Every network and virtual address of a cluster, in the order in which they were written."""

    machine: tuple[Entry, ...]
    cluster: tuple[Entry, ...]
    service: tuple[Entry, ...]
    api_vips: tuple[Entry, ...] = ()
    ingress_vips: tuple[Entry, ...] = ()
    nodes: int = 0
    platform: str = "none"
    user_managed_load_balancer: bool = False

    def findings(self) -> list[Finding]:
        """Everything that is wrong with this plan as a whole, and with each of its values."""
        found: list[Finding] = []
        groups = {name: _parse(getattr(self, name), found) for name in ("machine", "cluster", "service")}
        found += _overlaps(groups)
        found += _several(groups)
        found += _families(self, groups)
        found += itertools.chain.from_iterable(_host_prefix(*pair, self.nodes) for pair in groups["cluster"])
        found += itertools.chain.from_iterable(_service_size(*pair) for pair in groups["service"])
        found += _vips(self, [network for _, network in groups["machine"]])
        return found


def problem(rule: str, entry: Entry, message: str, *, why: str = "", fix: str = "") -> Finding:
    """An error about one entry, named as its reader knows it."""
    name, location = entry.place
    return Finding(f"network/{rule}", f"{name}: {message}", location=location, why=why, fix=fix, source=_SOURCE)


def parse_network(text: str) -> Network:
    """The network that ``text`` writes; ValueError says what to write instead."""
    if "/" not in text:
        raise ValueError(f"{text!r} is no network; write address and prefix, such as 10.1.224.0/24")
    try:
        loose = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is no network; write it as 10.1.224.0/24 or fd00::/48") from None
    if str(loose.network_address) != str(ip_address(text.partition("/")[0])):
        raise ValueError(f"{text!r} has host bits set; did you mean {loose}?")
    if int(loose.network_address) == 0:
        raise ValueError(f"{text!r} starts at the unspecified address; name a network of your own")
    return loose


def _parse(entries: Sequence[Entry], found: list[Finding]) -> list[Parsed]:
    parsed: list[Parsed] = []
    for entry in entries:
        try:
            parsed.append((entry, parse_network(entry.text)))
        except ValueError as error:
            found.append(problem("cidr", entry, str(error)))
    return parsed


def _overlaps(groups: dict[str, list[Parsed]]) -> Iterator[Finding]:
    everything = [pair for group in groups.values() for pair in group]
    for (first, a), (second, b) in itertools.combinations(everything, 2):
        if a.version == b.version and a.overlaps(b):
            why = "machine, cluster and service networks must not overlap in any pair; routing would be ambiguous"
            clash = f"{b} overlaps {first.place[0]} {a}"
            yield problem("overlap", second, clash, why=why, fix="choose a network that no other one contains")
    for entry, network in everything:
        if network.version == 4 and network.overlaps(_DOCKER_BRIDGE):
            name, location = entry.place
            yield Finding(
                "network/docker-bridge",
                f"{name}: {network} overlaps {_DOCKER_BRIDGE}",
                Severity.WARNING,
                location,
                why="container engines use that network for their own bridge; the installer warns of it too",
                fix="choose another network unless no host runs such an engine",
                source=_SOURCE,
            )


def _several(groups: dict[str, list[Parsed]]) -> Iterator[Finding]:
    for name in ("cluster", "service"):
        versions = [network.version for _, network in groups[name]]
        if len(versions) > len(set(versions)):
            last = groups[name][-1][0]
            why = "Antrea takes one pod network a family and Kubernetes one service network; further ones are ignored"
            yield problem("several", last, "has two networks of one address family", why=why, fix="keep one of each")


def _families(plan: NetworkPlan, groups: dict[str, list[Parsed]]) -> Iterator[Finding]:
    families = {name: [network.version for _, network in group] for name, group in groups.items()}
    if not all(families.values()):
        return
    dual = any(len(set(versions)) == 2 for versions in families.values())
    for name, versions in families.items():
        last = groups[name][-1][0]
        if dual and len(set(versions)) == 1:
            why = "a dual-stack cluster needs an IPv4 and an IPv6 network of each kind"
            yield problem("dual-stack", last, "has one address family, other networks have two", why=why)
        if dual and versions[0] == 6 and plan.platform not in _IPV6_PRIMARY_PLATFORMS:
            yield problem("family-order", groups[name][0][0], "IPv6 stands first", fix="write the IPv4 one first")
    if len({tuple(sorted(set(v))) for v in families.values()}) > 1 and not dual:
        last = groups["service"][-1][0]
        yield problem("family-mismatch", last, "its address family differs from that of the other networks")
    if dual and plan.platform not in _DUAL_STACK_PLATFORMS:
        yield problem("dual-stack", plan.cluster[-1], f"the platform {plan.platform} does not take dual stack")


def _host_prefix(entry: Entry, network: Network, nodes: int) -> Iterator[Finding]:
    prefix = entry.host_prefix
    if prefix is None:
        why = "with a third-party network the installer leaves it 0, and Antrea falls back to /24 whatever was planned"
        yield problem("host-prefix", entry.prefix, "has no hostPrefix", why=why, fix="add hostPrefix: 23")
        return
    if network.version == 6:
        yield from _ipv6_host_prefix(entry, network, prefix)
    elif prefix not in _IPV4_HOST_PREFIX:
        yield problem(
            "host-prefix", entry.prefix, f"hostPrefix {prefix} is outside 16 to 30", why="Antrea's NodeIPAM refuses it"
        )
    if prefix < network.prefixlen:
        why = "each node gets a piece of the cluster network; a piece cannot be larger than the whole"
        fix = f"write {network.prefixlen} or more"
        yield problem(
            "host-prefix",
            entry.prefix,
            f"hostPrefix {prefix} is larger than the cluster network {network}",
            why=why,
            fix=fix,
        )
    elif nodes > 2 ** (prefix - network.prefixlen):
        room = 2 ** (prefix - network.prefixlen)
        why = "the cluster network can never be grown after installation"
        yield problem("capacity", entry, f"{network} holds {room} nodes of /{prefix}, {nodes} are planned", why=why)


def _ipv6_host_prefix(entry: Entry, network: Network, prefix: int) -> Iterator[Finding]:
    if prefix != _IPV6_HOST_PREFIX:
        yield problem(
            "host-prefix", entry.prefix, f"hostPrefix {prefix} is not 64", why="the installer demands 64 for IPv6"
        )
    elif prefix - network.prefixlen > _IPV6_LARGEST_MASK_DIFFERENCE:
        why = "Antrea's NodeIPAM hands out at most 2^16 node networks"
        yield problem(
            "host-prefix", entry, f"{network} is too large for hostPrefix 64", why=why, fix="write a /48 or smaller"
        )


def _service_size(entry: Entry, network: Network) -> Iterator[Finding]:
    smallest = _SMALLEST_SERVICE_PREFIX[network.version]
    if network.prefixlen < smallest:
        yield problem("service-size", entry, f"{network} is too large", fix=f"write a prefix of /{smallest} or longer")


def _vips(plan: NetworkPlan, machine: Sequence[Network]) -> Iterator[Finding]:
    seen: dict[str, Entry] = {}
    for kind, entries in (("API", plan.api_vips), ("ingress", plan.ingress_vips)):
        for entry in entries:
            yield from _vip(entry, kind, machine, seen, shared=plan.user_managed_load_balancer)
    if len(plan.api_vips) != len(plan.ingress_vips):
        entry = (plan.ingress_vips or plan.api_vips)[-1]
        yield problem(
            "vip-count", entry, "API and ingress need the same number of addresses", fix="one each, or two each"
        )


def _vip(
    entry: Entry, kind: str, machine: Sequence[Network], seen: dict[str, Entry], *, shared: bool
) -> Iterator[Finding]:
    try:
        address = ip_address(entry.text)
    except ValueError:
        yield problem("vip", entry, f"{entry.text!r} is no IP address", fix="write it as 10.1.224.10")
        return
    if not shared and machine and not any(address in network for network in machine):
        nets = ", ".join(str(network) for network in machine)
        why = "nodes announce the address on their own network; elsewhere nobody answers for it"
        fix = "choose a free address in the machine network"
        yield problem("vip-outside", entry, f"the {kind} address {address} is not in {nets}", why=why, fix=fix)
    clash = seen.setdefault(str(address), entry)
    if clash is not entry and not shared:
        why = "the two addresses are moved between nodes independently"
        yield problem("vip-shared", entry, f"{address} is also {clash.place[0]}", why=why, fix="give each its own")


def entries_at(
    texts: Sequence[str], place: Callable[[int], Place], host_prefixes: Sequence[int | None] = ()
) -> tuple[Entry, ...]:
    """Entries for ``texts``; ``place`` tells the name and location of the n-th, ``host_prefixes`` run beside them."""
    padded = [*host_prefixes, *[None] * len(texts)]
    return tuple(Entry(text, place(index), padded[index]) for index, text in enumerate(texts))
