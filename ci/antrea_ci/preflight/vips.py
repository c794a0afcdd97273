"""The virtual addresses: nobody has them yet."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_address

from antrea_ci.bounded import each
from antrea_ci.findings import Finding
from antrea_ci.install_config.vips import api_vips, ingress_vips, is_user_managed
from antrea_ci.model.network import Entry
from antrea_ci.model.network.entry import parse_network
from antrea_ci.preflight.reach import Reach, reach
from antrea_ci.preflight.site import Found, NotApplicableError, Site, error, warning

_ASKED = ("api", "machine_config", "https", "http", "ssh")
_DISCARD = 9


def probe(site: Site) -> Found:
    """A connection that is taken or refused comes from somebody; a free address says nothing."""
    config = site.openshift()
    entries = {entry.usual: entry for entry in (*api_vips(config), *ingress_vips(config))}
    if not entries:
        raise NotApplicableError("install-config.yaml has no apiVIPs and ingressVIPs; your load balancer has its own")
    if is_user_managed(config):
        raise NotApplicableError("loadBalancer.type is UserManaged: the addresses belong to your load balancer")
    ports = [site.means.ports[name] for name in _ASKED]
    controls = [address for address in site.means.nobody if not _is_direct(site, list(entries))]
    knocks = [(address, port) for address in (*entries, *controls) for port in ports]
    answers = dict(zip(knocks, each(lambda knock: reach(*knock, site.means.connect), knocks), strict=True))
    for address, entry in entries.items():
        told = {port: answers[address, port] for port in ports}
        same = [other for other in controls if any(_is_same(told[port], answers[other, port]) for port in ports)]
        yield from _taken(entry, address, told, [other for other in same if _family(other) == _family(address)])


def _taken(entry: Entry, address: str, told: dict[int, Reach], same: Sequence[str]) -> Iterator[Finding]:
    name, place = entry.place
    taken = [str(port) for port, answer in told.items() if answer is Reach.OPEN]
    refused = [str(port) for port, answer in told.items() if answer is Reach.REFUSED]
    if not taken and not refused:
        return
    what = f"takes connections to port {_and(taken)}" if taken else f"refuses connections to port {_and(refused)}"
    if same:
        message = f"nobody can tell whether {address} ({name}) is free: it {what}, as {same[0]} does, which nobody has"
        yield warning("preflight/vip-unclear", place, message)
    else:
        rule = "preflight/vip-taken" if taken else "preflight/vip-refused"
        yield error(rule, place, f"{address} ({name}) is in use: a host {what}")


def _is_direct(site: Site, addresses: Sequence[str]) -> bool:
    """Whether this machine is in the network of the nodes: nothing on the way can answer in somebody's name."""
    networks = [parse_network(entry.text) for entry in site.cluster.plan.machine]
    return all(any(ip_address(own) in network for network in networks) for own in map(_own_address, addresses) if own)


def _own_address(other: str) -> str:
    """The address from which this machine would talk to ``other``; empty where there is no way. Nothing is sent."""
    family = socket.AF_INET6 if _family(other) == 6 else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.connect((other, _DISCARD))
        return str(udp.getsockname()[0]).partition("%")[0]
    return ""


def _is_same(answer: Reach, other: Reach) -> bool:
    return answer is other and answer is not Reach.SILENT


def _family(address: str) -> int:
    return ip_address(address).version


def _and(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
