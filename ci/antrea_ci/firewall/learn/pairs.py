"""What the rules say of traffic between two zones: which port is a service's, and so which way a packet went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from antrea_ci.facts import facts
from antrea_ci.firewall.learn.ends import INSIDE, MACHINES, Zone, covers, is_by_name, own_groups
from antrea_ci.firewall.learn.packets import Handshake
from antrea_ci.firewall.rule import Rule

EPHEMERAL = -2
"""Stands for a port where both sides have one that systems choose by themselves."""
NO_PORT = -1


class Match(NamedTuple):
    """A rule that lets a packet through; ``is_sure`` where all of its ends are known by address."""

    rule: Rule
    is_sure: bool


class Way(NamedTuple):
    """The service's port, and whether the packet was an answer of that service."""

    port: int
    is_reply: bool


@dataclass(frozen=True, eq=False)
class Pair:
    """Two zones and a protocol. ``forward`` are rules from source to destination, by port; ``backward`` the others."""

    source: Zone
    destination: Zone
    protocol: str
    forward: Mapping[int, Match]
    backward: Mapping[int, Match]

    def way(self, source_port: int, destination_port: int, handshake: Handshake) -> Way:
        """By the first packet of a connection, else by the rules, else by who has a port that systems choose."""
        if handshake is not Handshake.UNKNOWN:
            opens = handshake is Handshake.OPENS
            return Way(destination_port, is_reply=False) if opens else Way(source_port, is_reply=True)
        if destination_port in self.forward:
            return Way(destination_port, is_reply=False)
        if source_port in self.backward:
            return Way(source_port, is_reply=True)
        if destination_port < ephemeral_from():
            return Way(destination_port, is_reply=False)
        if source_port < ephemeral_from():
            return Way(source_port, is_reply=source_port >= 0)
        return Way(EPHEMERAL, is_reply=False)

    @cached_property
    def replies(self) -> frozenset[bytes | None]:
        """Ports of senders, as logs write them, that make a packet an answer where no rule knows its other port."""
        return frozenset(str(port).encode() for port in self.backward if port >= 0)

    def is_settled(self, destination_port: int, handshake: Handshake) -> bool:
        """Whether the port of the sender changes nothing about the way, but for those of ``replies``."""
        if handshake is not Handshake.UNKNOWN:
            return handshake is Handshake.OPENS
        return destination_port < ephemeral_from() or destination_port in self.forward

    def match(self, way: Way) -> Match | None:
        """The rule that explains it; rules for any port count where none names the port."""
        ports = self.backward if way.is_reply else self.forward
        return ports.get(way.port) or ports.get(NO_PORT)


@cache
def ephemeral_from() -> int:
    """The first port that systems choose by themselves."""
    number = facts("firewall-logs")["ephemeral-from"]
    assert isinstance(number, int)
    return number


class Rulebook:
    """The rules of a cluster, asked by zones. ``knows_machines``: one of the zones is the machine network."""

    def __init__(self, rules: Sequence[Rule], *, knows_machines: bool = True) -> None:
        self._rules, self._knows_machines = rules, knows_machines

    def pair(self, source: Zone, destination: Zone, protocol: str) -> Pair:
        """What the rules say of these two."""
        there = self._ports(source, destination, protocol)
        back = self._ports(destination, source, protocol)
        return Pair(source, destination, protocol, there, back)

    def _ports(self, source: Zone, destination: Zone, protocol: str) -> dict[int, Match]:
        """By port, the first sure rule, else the first one; NO_PORT for rules that name none."""
        found: dict[int, Match] = {}
        for match in sorted(self._matches(source, destination, protocol), key=lambda one: not one.is_sure):
            for port in ports_of(match.rule):
                found.setdefault(port, match)
        return found

    def _matches(self, source: Zone, destination: Zone, protocol: str) -> Iterable[Match]:
        for rule in self._rules:
            if rule.protocol in (protocol, "any"):
                fits = self._fits(rule.source, source), self._fits(rule.destination, destination)
                if None not in fits and any(fits):
                    yield Match(rule, all(fits))

    def _fits(self, name: str, zone: Zone) -> bool | None:
        """True where the end of a rule holds the zone, False where it may (a name), None where it does not.

        Names may be anywhere but among pods and Services; groups of the cluster's machines are in the machine network.
        """
        if not is_by_name(name):
            return covers(name, zone) or None
        if name in own_groups() and self._knows_machines:
            return zone.what in MACHINES or None
        return None if zone.what in INSIDE else False


def ports_of(rule: Rule) -> Iterable[int]:
    """Every port of a rule; NO_PORT where it names none."""
    if not rule.port:
        return (NO_PORT,)
    first, _, last = rule.port.partition("-")
    return range(int(first), int(last or first) + 1)
