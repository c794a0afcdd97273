"""Rules about the ranges of networks: they are apart, large enough, and not too large."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network

from antrea_ci.findings import Finding, Severity
from antrea_ci.model.network.entry import Network, Parsed, problem
from antrea_ci.model.network.limits import limits


def overlaps(groups: Mapping[str, Sequence[Parsed]]) -> Iterator[Finding]:
    """Machine, cluster and service networks must not overlap in any pair, nor what others have."""
    everything = [pair for group in groups.values() for pair in group]
    for (first, a), (second, b) in itertools.combinations(everything, 2):
        if _meet(a, b):
            yield problem("overlap", second, f"{b} overlaps {first.place[0]} {a}")
    bridge = ip_network(limits()["docker_bridge"])
    unusable = [ip_network(text) for text in limits()["unusable"]]
    for entry, network in everything:
        if _meet(network, bridge):
            yield problem("docker-bridge", entry, f"{network} overlaps {bridge}", severity=Severity.WARNING)
        for other in unusable:
            if _meet(network, other):
                yield problem("unusable", entry, f"{network} overlaps {other}, which no host can have")


def service_sizes(services: Sequence[Parsed]) -> Iterator[Finding]:
    """A service network has bounds at both ends."""
    rules = limits()["service"]
    for entry, network in services:
        shortest = rules["shortest_prefix"][str(network.version)]
        if network.prefixlen < shortest:
            yield problem(
                "service-size", entry, f"{network} is too large", fix=f"write a prefix of /{shortest} or longer"
            )
        elif network.num_addresses <= rules["dns_address"]:
            longest = network.max_prefixlen - rules["dns_address"].bit_length()
            yield problem(
                "service-too-small",
                entry,
                f"{network} has {network.num_addresses} addresses",
                fix=f"write a prefix of /{longest} or shorter",
            )


def machine_room(machines: Sequence[Parsed], nodes: int, vips: int) -> Iterator[Finding]:
    """The machine networks hold every planned node and every virtual address."""
    networks = [network for _, network in machines if network.version == 4]
    room = sum(usable_addresses(network) for network in networks)
    if networks and nodes + vips > room:
        wanted = f"{nodes} nodes and {vips} virtual addresses are planned" if vips else f"{nodes} nodes are planned"
        yield problem("capacity", machines[0][0], f"the machine networks have room for {room} addresses, {wanted}")


def usable_addresses(network: Network) -> int:
    """The addresses of an IPv4 network that hosts can have."""
    return network.num_addresses - 2 if network.prefixlen < network.max_prefixlen - 1 else network.num_addresses


def _meet(a: Network, b: Network) -> bool:
    return a.version == b.version and a.overlaps(b)
