"""The cluster's networks, their sizes, the addresses that stand out in them, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Literal, TypeAlias

from antrea_ci.facts import facts
from antrea_ci.model.network import Entry, Network, NetworkPlan, parse_address, parse_network
from antrea_ci.model.network.limits import limits
from antrea_ci.values import items_at, text_at

Role: TypeAlias = Literal["machine", "cluster", "service", "internal"]

_NAMES: dict[Role, str] = {"machine": "Machine network", "cluster": "Cluster network", "service": "Service network"}


@dataclass(frozen=True)
class Mark:
    """An address that stands out: ``offset`` is how many addresses of the network come before it."""

    name: str
    address: str
    offset: int


@dataclass(frozen=True)
class Range:
    """A network. It has two to the power of ``bits`` addresses, each node gets two to the power of ``pod_bits`` of a
    cluster network (-1 elsewhere). ``meets``: the ranges that it overlaps, by name and network."""

    role: Role
    name: str
    network: str
    first: str
    last: str
    version: int
    bits: int
    pod_bits: int = -1
    note: str = ""
    marks: tuple[Mark, ...] = ()
    meets: tuple[str, ...] = ()
    parsed: Network = field(default=ip_network("0.0.0.0/0"), repr=False, compare=False)

    @property
    def node_bits(self) -> int:
        """Two to the power of this many nodes have room in a cluster network."""
        return self.bits - self.pod_bits


@dataclass(frozen=True)
class Networks:
    """All ranges, by address; ``unread``: what is written where a network or address should be, and is none."""

    ranges: tuple[Range, ...]
    unread: tuple[str, ...]

    @property
    def overlapping(self) -> tuple[Range, ...]:
        """The cluster's own that overlap another one."""
        return tuple(one for one in self.ranges if one.meets and one.role != "internal")

    def of(self, version: int) -> tuple[Range, ...]:
        """Those of one address family; none where the cluster itself has none of it."""
        found = tuple(one for one in self.ranges if one.version == version)
        return found if any(one.role != "internal" for one in found) else ()


def networks(plan: NetworkPlan) -> Networks:
    """Every network of ``plan`` that can be read, beside what hosts and Antrea use by themselves."""
    unread: list[str] = []
    groups: dict[Role, Sequence[Entry]] = {"machine": plan.machine, "cluster": plan.cluster, "service": plan.service}
    own = [one for role, entries in groups.items() for one in _read(role, entries, unread)]
    marks = list(_marks(plan, unread))
    placed = [replace(one, marks=tuple(_within(one, marks))) if one.role == "machine" else one for one in own]
    everything = sorted([*placed, *_internal()], key=lambda one: (one.version, int(one.parsed.network_address)))
    met = tuple(replace(one, meets=tuple(_meets(one, everything))) for one in everything)
    return Networks(met, tuple(unread))


def _read(role: Role, entries: Iterable[Entry], unread: list[str]) -> Iterator[Range]:
    for entry in entries:
        try:
            network = parse_network(entry.text)
        except ValueError:
            unread.append(entry.text)
            continue
        pods = network.max_prefixlen - entry.host_prefix if entry.host_prefix else -1
        yield _range(role, _NAMES[role], network, pod_bits=pods if 0 <= pods <= _bits(network) else -1)


def _internal() -> Iterator[Range]:
    bridge, note = ip_network(limits()["docker_bridge"]), "on hosts that run Docker or the like"
    yield _range("internal", "Bridge of a container engine", bridge, note=note)
    for given in items_at(facts("page"), ("internal",)):
        network = ip_network(text_at(given, ("range",)))
        yield _range("internal", text_at(given, ("name",)), network, note=text_at(given, ("note",)))


def _range(role: Role, name: str, network: Network, *, pod_bits: int = -1, note: str = "") -> Range:
    return Range(
        role=role,
        name=name,
        network=str(network),
        first=str(network.network_address),
        last=str(network.broadcast_address),
        version=network.version,
        bits=_bits(network),
        pod_bits=pod_bits,
        note=note,
        parsed=network,
    )


def _bits(network: Network) -> int:
    return network.max_prefixlen - network.prefixlen


def _marks(plan: NetworkPlan, unread: list[str]) -> Iterator[tuple[str, str]]:
    for name, entries in (("API", plan.api_vips), ("ingress", plan.ingress_vips)):
        for entry in entries:
            try:
                yield name, str(parse_address(entry.text))
            except ValueError:
                unread.append(entry.text)


def _within(one: Range, marks: Iterable[tuple[str, str]]) -> Iterator[Mark]:
    for name, text in marks:
        address = parse_address(text)
        if address in one.parsed:
            yield Mark(name, text, int(address) - int(one.parsed.network_address))


def _meets(one: Range, others: Iterable[Range]) -> Iterator[str]:
    for other in others:
        both_internal = one.role == other.role == "internal"
        if (
            other is not one
            and not both_internal
            and one.version == other.version
            and one.parsed.overlaps(other.parsed)
        ):
            yield f"{other.name} {other.network}"
