"""Which part of the cluster an address of a log belongs to."""

from __future__ import annotations

import socket
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias

from antrea_ci.firewall.rule import Rule, groups
from antrea_ci.model.effective import Cluster

_Network: TypeAlias = IPv4Network | IPv6Network
KEPT = 1 << 16
"""So many answers are remembered at a time."""
MACHINES, INSIDE = ("machineNetwork", "API", "ingress"), ("clusterNetwork", "serviceNetwork")
"""What zones of the machines' own addresses are called, and those that only the cluster itself knows."""


@dataclass(frozen=True, eq=False)
class Zone:
    """A network or an address that the cluster's files name; ``network`` is empty for every other address.

    Each is itself alone: packets are counted by them. ``what`` says whose it is. ``is_own``: it is the cluster's, not
    that of a service which the cluster uses.
    """

    network: str
    what: str
    is_own: bool = True

    def as_text(self) -> str:
        """``10.128.0.0/14 (clusterNetwork)``."""
        return f"{self.network} ({self.what})" if self.network else self.what


ELSEWHERE = Zone("", "other addresses", is_own=False)


def zones_of(cluster: Cluster, rules: Iterable[Rule]) -> tuple[Zone, ...]:
    """The cluster's own networks and addresses, and whatever else rules name by address; none twice."""
    plan = cluster.plan
    machines = zip(MACHINES, (plan.machine, plan.api_vips, plan.ingress_vips), strict=True)
    inside = zip(INSIDE, (plan.cluster, plan.service), strict=True)
    found: dict[str, Zone] = {}
    for what, entries in (*machines, *inside):
        for entry in entries:
            if (network := _network(entry.usual)) is not None:
                found.setdefault(_text(network), Zone(_text(network), what))
    for rule in rules:
        for name in (rule.source, rule.destination):
            if (network := _network(name)) is not None and _text(network) not in found:
                found[_text(network)] = _named_by(rule, network, tuple(found.values()))
    return tuple(found.values())


def _named_by(rule: Rule, network: _Network, known: Sequence[Zone]) -> Zone:
    """What a rule names by address: a part of a zone of the cluster, or somebody whom the cluster needs."""
    text = _text(network)
    inside = next((zone for zone in known if zone.is_own and covers(zone.network, Zone(text, ""))), None)
    return Zone(text, inside.what) if inside else Zone(text, rule.reason, is_own=False)


def covers(name: str, zone: Zone) -> bool:
    """Whether the end ``name`` of a rule is a network or an address with ``zone`` inside of it."""
    outer, inner = _network(name), _network(zone.network)
    return outer is not None and inner is not None and _is_inside(inner, outer)


def is_by_name(name: str) -> bool:
    """Whether the end of a rule is a host's name or a group, whose addresses nobody has written down."""
    return _network(name) is None


def own_groups() -> frozenset[str]:
    """Ends that are the cluster's own machines, however rules call them."""
    return frozenset(groups()[name] for name in ("nodes", "control-plane", "bootstrap", "kubernetes-api"))


class Ends:
    """Finds the zone of an address; the most specific one of several."""

    def __init__(self, zones: Sequence[Zone], *, kept: int = KEPT) -> None:
        by_version: dict[int, list[tuple[_Network, Zone]]] = {4: [], 6: []}
        for zone in zones:
            network = ip_network(zone.network)
            by_version[network.version].append((network, zone))
        self._four, self._six = _Segments(by_version[4], 4), _Segments(by_version[6], 16)
        self._most = kept
        self._kept: dict[bytes, Zone | None] = {}

    def find(self, address: bytes) -> Zone | None:
        """The zone of an address as a log writes it; ELSEWHERE for any other one, None where it is no address."""
        kept = self._kept
        try:
            return kept[address]
        except KeyError:
            if len(kept) >= self._most:  # an address that nobody knows may come once only
                kept.clear()
            found = kept[address] = self._look(address)
            return found

    def _look(self, address: bytes) -> Zone | None:
        try:
            if b":" in address:
                return self._six.at(socket.inet_pton(socket.AF_INET6, address.partition(b"%")[0].decode("ascii")))
            return self._four.at(socket.inet_pton(socket.AF_INET, address.decode("ascii")))
        except (OSError, ValueError):
            return None


class _Segments:
    """All addresses of one family, of ``size`` bytes, cut where a network begins or ends."""

    def __init__(self, networks: Sequence[tuple[_Network, Zone]], size: int) -> None:
        numbers = {0}
        for network, _ in networks:
            numbers |= {int(network.network_address), int(network.broadcast_address) + 1}
        edges = sorted(number for number in numbers if number < 1 << 8 * size)
        nested = sorted(networks, key=lambda one: -one[0].prefixlen)
        self._edges = [edge.to_bytes(size, "big") for edge in edges]
        self._zones = [
            next((p for n, p in nested if int(n.network_address) <= edge <= int(n.broadcast_address)), ELSEWHERE)
            for edge in edges
        ]

    def at(self, packed: bytes) -> Zone:
        return self._zones[bisect_right(self._edges, packed) - 1]


def _network(text: str) -> _Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _text(network: _Network) -> str:
    """An address alone where the network has no other."""
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _is_inside(inner: _Network, outer: _Network) -> bool:
    if inner.version != outer.version:
        return False
    first, last = int(outer.network_address), int(outer.broadcast_address)
    return first <= int(inner.network_address) and int(inner.broadcast_address) <= last
