"""nftables lets exactly the rules through: packets are sent through a router that has loaded them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from itertools import count
from typing import Any

import pytest

from antrea_ci.firewall import Rule, rules
from antrea_ci.firewall.addresses import family
from antrea_ci.firewall.nftables import nftables
from antrea_ci.model.effective import Cluster
from support.firewall import NODES, PODS, manifest
from support.programs import program
from support.router import TCP, UDP, Packet, run

_PROTOCOLS = {"TCP": TCP, "UDP": UDP, "ICMP": 1, "GRE": 47, "ESP": 50, "AH": 51, "ICMPv6": 58, "VRRP": 112}
_FOR_TRIALS = 253  # RFC 3692: no protocol has it
_STRANGERS = {4: "192.0.2.77", 6: "2001:db8:dead::77"}
_TWO_FAMILIES = {
    "networkType": "antrea",
    "machineNetwork": [{"cidr": NODES}, {"cidr": "fd00:1::/64"}],
    "clusterNetwork": [{"cidr": PODS, "hostPrefix": 23}, {"cidr": "fd00:2::/48", "hostPrefix": 64}],
    "serviceNetwork": ["172.30.0.0/16", "fd00:3::/112"],
}
_IPSEC = {"trafficEncryptionMode": "ipsec", "tunnelType": "gre"}
_CLUSTERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "openshift-as-in-the-article": ({}, {}),
    "two-families-with-ipsec-and-gre": ({"config": {"networking": _TWO_FAMILIES}}, _IPSEC),
    "kubernetes-without-tunnels-in-nsx": (
        {"flavour": "kubernetes", "nsx": {"enabled": True, "managers": ["10.9.0.1", "nsx.example.com"]}},
        {"trafficEncapMode": "noEncap", "nodePortLocal": {"enable": True}},
    ),
}


@pytest.fixture(scope="module")
def router() -> list[str]:
    """How namespaces are had here: with those of a user's own, or by root."""
    tried = (["--map-root-user", "--user", "--net", "--mount"], ["--net", "--mount"])
    for options in tried:
        call = [str(program("unshare")), *options]
        if subprocess.run([*call, "true"], check=False, capture_output=True).returncode == 0:
            return call
    pytest.skip("this system lets nobody make network namespaces")


@dataclass
class _Lab:
    """What is sent, and what of it the rules let through by the words of the report alone."""

    rules: Sequence[Rule]
    hosts: Iterator[int] = field(default_factory=lambda: count(10))
    homes: dict[tuple[str, int], str] = field(default_factory=dict)
    packets: list[Packet] = field(default_factory=list)
    allowed: set[int] = field(default_factory=set)
    about: dict[int, str] = field(default_factory=dict)

    def host(self, name: str, version: int) -> str:
        """An address of an end: another one each time for a network, always the same for what is called by name."""
        if family(name):
            network = ip_network(name)
            return str(network[next(self.hosts) % min(network.num_addresses, 1 << 20)])
        number = len(self.homes) + 1
        found = {4: f"198.51.100.{number}", 6: f"2001:db8:0:{number}::1"}[version]
        return self.homes.setdefault((name, version), found)

    def send(self, what: str, source: str, destination: str, protocol: int, port: int = 0) -> bool:
        """Adds a packet; whether rules let it through."""
        number = len(self.packets) + 1
        self.packets.append(Packet(number, source, destination, protocol, port, 1024 + number if port else 0))
        self.about[number] = f"{what}: {self.packets[-1]}"
        passes = any(self._covers(rule, self.packets[-1]) for rule in self.rules)
        if passes:
            self.allowed.add(number)
        return passes

    def _covers(self, rule: Rule, packet: Packet) -> bool:
        protocol = rule.protocol == "any" or _PROTOCOLS[rule.protocol] == packet.protocol
        return (
            protocol
            and (not rule.port or packet.port in _ports(rule))
            and self._is_at(rule.source, packet.source)
            and self._is_at(rule.destination, packet.destination)
        )

    def _is_at(self, name: str, address: str) -> bool:
        if family(name):
            return ip_address(address) in ip_network(name)
        return address in [home for (end, _), home in self.homes.items() if end == name]


def _ports(rule: Rule) -> range:
    first, _, last = rule.port.partition("-")
    return range(int(first), int(last or first) + 1) if rule.port else range(0)


def _try_all(lab: _Lab) -> None:
    """For each rule what it lets through, and beside it another port, direction, protocol and sender."""
    usual = {family(rule.source) for rule in lab.rules} - {0}
    for rule in lab.rules:
        for version in ({family(rule.source), family(rule.destination)} - {0}) or usual:
            protocol, ports = _PROTOCOLS.get(rule.protocol, _FOR_TRIALS), _ports(rule)
            ends = (rule.source, rule.destination)
            for port in {*ports[:1], *ports[-1:]} or {0}:
                assert lab.send("allowed", *(lab.host(one, version) for one in ends), protocol, port), rule
            for what, others in _neighbours(rule, version, lab):
                passed = [lab.send(f"{what} {rule}", *one) for one in others]
                assert not all(passed), f"nothing beside it is refused: {what}, {rule}"


def _neighbours(rule: Rule, version: int, lab: _Lab) -> Iterator[tuple[str, Iterable[tuple[str, str, int, int]]]]:
    """What is like the rule but for one thing; of each kind at least one must be refused."""
    protocol, port = _PROTOCOLS.get(rule.protocol, _FOR_TRIALS), next(iter(_ports(rule)), 0)

    def ends() -> tuple[str, str]:
        return lab.host(rule.source, version), lab.host(rule.destination, version)

    if port:
        # Another rule may begin where this one ends.
        yield (
            "port",
            [(*ends(), protocol, one) for one in (port - 1, *range(_ports(rule)[-1] + 1, _ports(rule)[-1] + 4))],
        )
        yield "protocol", [(*ends(), UDP if protocol == TCP else TCP, port), (*ends(), _FOR_TRIALS, 0)]
    elif rule.protocol != "any":
        yield "protocol", [(*ends(), _FOR_TRIALS, 0), (*ends(), TCP, 1)]
    yield "direction", [(*reversed(ends()), protocol, port), (_STRANGERS[version], ends()[1], protocol, port)]
    yield "receiver", [(ends()[0], _STRANGERS[version], protocol, port)]


@pytest.fixture(params=_CLUSTERS)
def needed(request: pytest.FixtureRequest, other: Callable[..., Cluster]) -> tuple[Rule, ...]:
    made, agent = _CLUSTERS[request.param]
    return rules(other(**made), manifest(agent))


def test_each_rule_passes_and_nothing_beside_it(needed: tuple[Rule, ...], router: list[str]) -> None:
    lab = _Lab(needed)
    _try_all(lab)
    text = nftables(needed, "ocp")
    filled = "\n".join(_filling(text, lab))
    last = next(one for one in lab.packets if one.number in lab.allowed and not _is_named(one, lab))
    rounds = [
        {"rules": f"table inet other {{}}\n{text}", "packets": lab.packets, "last": last._replace(number=60001)},
        {"rules": text + filled, "packets": lab.packets, "last": last._replace(number=60002)},
        {"rules": "", "packets": list(_answers(lab)), "last": last._replace(number=60003)},
    ]
    told = run(router, str(program("ip")), str(program("nft")), rounds)
    empty, full, answers = (set(numbers) for numbers in told["arrived"])
    by_address = {one.number for one in lab.packets if one.number in lab.allowed and not _is_named(one, lab)}
    assert _named(lab, empty ^ by_address) == [], "before the names have addresses"
    assert _named(lab, full ^ lab.allowed) == []
    assert answers == {one.number for one in _answers(lab)}
    assert [one for one in told["tables"] if one] == ["table inet other", "table inet antrea-gitops-ocp"]


def _filling(text: str, lab: _Lab) -> Iterator[str]:
    """The lines of the file's own comment, with the addresses of this laboratory."""
    for line in text.splitlines():
        if line.startswith("#   nft add element"):
            command, _, name = line.removeprefix("#   nft ").partition("  # ")
            version = 6 if "_v6 " in command else 4
            yield f"{command.partition(' ' + chr(39))[0]} {{ {lab.host(name, version)} }}"


def _is_named(packet: Packet, lab: _Lab) -> bool:
    return bool({packet.source, packet.destination} & set(lab.homes.values()))


def _answers(lab: _Lab) -> Iterator[Packet]:
    """To what got through there may be answers, which no rule names."""
    for one in lab.packets:
        if one.number in lab.allowed and one.protocol == TCP:
            ports = {"port": one.from_port, "from_port": one.port}
            yield one._replace(
                number=30000 + one.number, source=one.destination, destination=one.source, flags=0x12, **ports
            )


def _named(lab: _Lab, numbers: set[int]) -> list[str]:
    return [lab.about[number] for number in sorted(numbers)]
