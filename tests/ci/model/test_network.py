"""The rules that span several networks: each fires where it must, and CIDR arithmetic is right everywhere."""

from __future__ import annotations

import itertools
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.findings import Location, Severity
from antrea_ci.model.network import Entry, NetworkPlan, entries_at, parse_network

MACHINE, CLUSTER, SERVICE = "10.1.224.0/24", "10.128.0.0/14", "172.30.0.0/16"
KINDS = ("machine", "cluster", "service")


def plan(**changes: object) -> NetworkPlan:
    """A sound plan with some values replaced; each value stands in ``file`` at line = its kind, column = its index."""
    texts: dict[str, object] = {"machine": MACHINE, "cluster": CLUSTER, "service": SERVICE}
    others = ("nodes", "platform", "user_managed_load_balancer", "minor")
    rest = {key: changes.pop(key) for key in others if key in changes}
    prefix = changes.pop("prefix", None)
    texts |= changes

    def entries(kind: str) -> tuple[Entry, ...]:
        parts = [part for part in str(texts.get(kind, "")).split(",") if part]
        prefixes = [(64 if ":" in part else 23) if prefix is None else prefix for part in parts]
        line = [*KINDS, "api_vips", "ingress_vips"].index(kind) + 1
        return entries_at(
            parts,
            lambda index: (f"{kind}[{index}]", Location("file", line, index + 1)),
            prefixes if kind == "cluster" else (),
        )

    names = (*KINDS, "api_vips", "ingress_vips")
    return NetworkPlan(**{name: entries(name) for name in names}, **rest)


def fired(**changes: object) -> set[tuple[str, str]]:
    """(rule, name of the value) of every finding."""
    return {
        (finding.rule.removeprefix("network/"), finding.message.split(":")[0]) for finding in plan(**changes).findings()
    }


DUAL = {"machine": f"{MACHINE},fd00:1::/64", "cluster": f"{CLUSTER},fd00:2::/48", "service": f"{SERVICE},fd00:3::/112"}
SIX = {"machine": "fd00:1::/64", "cluster": "fd00:2::/48", "service": "fd00:3::/112"}
ONE_OUTSIDE = {"api_vips": "10.1.225.1", "ingress_vips": "10.1.224.11"}
DUAL_FIRST_SIX = {kind: ",".join(reversed(text.split(","))) for kind, text in DUAL.items()}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"api_vips": "10.1.224.10", "ingress_vips": "10.1.224.11", "platform": "vsphere"},
        {**DUAL, "platform": "vsphere"},
        {**DUAL_FIRST_SIX, "platform": "baremetal"},
        {**SIX, "platform": "vsphere"},
        {"machine": "10.1.224.0/24,10.1.225.0/24"},
        {"nodes": 512, "platform": "none", "machine": "10.1.0.0/16"},
        {"nodes": 2, "machine": "10.1.224.0/29", "api_vips": "10.1.224.1", "ingress_vips": "10.1.224.6"},
        {**SIX, "platform": "none"},
        {**DUAL, "platform": "vsphere", "api_vips": "10.1.224.10,fd00:1::a", "ingress_vips": "10.1.224.11,fd00:1::b"},
        {"service": "172.30.0.0/28"},
        {"prefix": 24},
        {"service": "172.16.0.0/12", "machine": "10.1.0.0/16"},
    ],
)
def test_a_sound_plan_has_no_error(changes: dict[str, object]):
    assert not [finding for finding in plan(**changes).findings() if finding.is_error]


@pytest.mark.parametrize(
    ("changes", "rule", "where"),
    [
        ({"machine": "10.1.224.0"}, "cidr", "machine[0]"),
        ({"machine": "10.1.224.0/255.255.255.0"}, "cidr", "machine[0]"),
        ({"machine": "10.1.224.0/"}, "cidr", "machine[0]"),
        ({"machine": "fe80::%eth0/64"}, "cidr", "machine[0]"),
        ({"machine": "010.1.224.0/24"}, "cidr", "machine[0]"),
        ({"cluster": "10.128.0.1/14"}, "cidr", "cluster[0]"),
        ({"service": "0.0.0.0/12"}, "cidr", "service[0]"),
        ({"service": "::/112"}, "cidr", "service[0]"),
        ({"machine": "10.1.224.0/33"}, "cidr", "machine[0]"),
        ({"cluster": "abc/14"}, "cidr", "cluster[0]"),
        ({"service": "10.129.0.0/16"}, "overlap", "service[0]"),
        ({"cluster": "10.0.0.0/14"}, "overlap", "cluster[0]"),
        ({"machine": "10.1.224.0/24,10.1.0.0/16"}, "overlap", "machine[1]"),
        ({"machine": "172.17.3.0/24"}, "docker-bridge", "machine[0]"),
        ({"machine": "169.254.0.0/24"}, "unusable", "machine[0]"),
        ({"cluster": "224.0.0.0/14"}, "unusable", "cluster[0]"),
        ({**SIX, "machine": "fe80::/64"}, "unusable", "machine[0]"),
        ({**DUAL, "machine": MACHINE}, "dual-stack", "machine[0]"),
        ({**DUAL, "cluster": "fd00:2::/48"}, "dual-stack", "cluster[0]"),
        ({**DUAL, "service": SERVICE}, "families", "machine[1]"),
        ({**SIX, "service": SERVICE}, "families", "machine[0]"),
        ({"cluster": f"{CLUSTER},fd00:2::/48"}, "families", "cluster[1]"),
        ({**DUAL, "platform": "aws"}, "ipv6-platform", "service[1]"),
        ({**SIX, "platform": "aws"}, "ipv6-platform", "service[0]"),
        ({**DUAL_FIRST_SIX, "platform": "none"}, "family-order", "machine[0]"),
        ({**DUAL, "cluster": DUAL_FIRST_SIX["cluster"], "platform": "nutanix"}, "family-order", "cluster[0]"),
        ({**DUAL, "cluster": DUAL_FIRST_SIX["cluster"], "platform": "vsphere"}, "primary-family", "cluster[0]"),
        ({**DUAL_FIRST_SIX, "platform": "baremetal", "minor": 12}, "primary-family", "service[0]"),
        ({"cluster": f"{CLUSTER},10.4.0.0/14"}, "second-network", "cluster[1]"),
        ({**SIX, "service": "fd00:3::/112,fd00:4::/112"}, "second-network", "service[1]"),
        ({"service": f"{SERVICE},172.31.0.0/16"}, "service-count", "service[1]"),
        ({"service": f"{SERVICE},fd00:3::/112,172.31.0.0/16"}, "service-count", "service[2]"),
        ({"prefix": 0}, "host-prefix-missing", "cluster[0]"),
        ({"prefix": -1}, "host-prefix", "cluster[0]"),
        ({"cluster": "10.128.0.0/24"}, "host-prefix", "cluster[0]"),
        ({**SIX, "prefix": 72}, "host-prefix", "cluster[0]"),
        ({"prefix": 15}, "host-prefix-range", "cluster[0]"),
        ({"prefix": 31}, "host-prefix-range", "cluster[0]"),
        ({"prefix": 64}, "host-prefix-range", "cluster[0]"),
        ({**SIX, "cluster": "fd00:2::/47"}, "host-prefix-range", "cluster[0]"),
        ({"prefix": 25}, "pods-per-node", "cluster[0]"),
        ({"nodes": 513, "machine": "10.1.0.0/16"}, "capacity", "cluster[0]"),
        ({"nodes": 255}, "capacity", "machine[0]"),
        ({"service": "172.0.0.0/11"}, "service-size", "service[0]"),
        ({**SIX, "service": "fd00:3::/107"}, "service-size", "service[0]"),
        ({"service": "172.30.0.0/29"}, "service-too-small", "service[0]"),
        ({**SIX, "service": "fd00:3::/125"}, "service-too-small", "service[0]"),
        ({"api_vips": "10.1.224", "ingress_vips": "10.1.224.11"}, "vip", "api_vips[0]"),
        ({**SIX, "api_vips": "fd00:1::1%eth0", "ingress_vips": "fd00:1::2"}, "vip", "api_vips[0]"),
        ({**ONE_OUTSIDE, "platform": "baremetal"}, "vip-outside", "api_vips[0]"),
        ({**ONE_OUTSIDE, "platform": "vsphere", "minor": 12}, "vip-outside", "api_vips[0]"),
        ({**ONE_OUTSIDE, "platform": "vsphere"}, "vip-elsewhere", "api_vips[0]"),
        ({**ONE_OUTSIDE, "platform": "nutanix"}, "vip-elsewhere", "api_vips[0]"),
        ({"api_vips": "10.1.224.255", "ingress_vips": "10.1.224.11"}, "vip-reserved", "api_vips[0]"),
        ({"api_vips": "10.1.224.10", "ingress_vips": "10.1.224.0"}, "vip-reserved", "ingress_vips[0]"),
        ({"api_vips": "10.1.224.10", "ingress_vips": "10.1.224.10"}, "vip-shared", "ingress_vips[0]"),
        ({"api_vips": "10.1.224.10"}, "vip-missing", "api_vips[0]"),
        ({"api_vips": "10.1.224.10,fd00:1::a", "ingress_vips": "10.1.224.11"}, "vip-pairs", "ingress_vips[0]"),
        ({"api_vips": "10.1.224.1,10.1.224.2", "ingress_vips": "10.1.224.11"}, "vip-families", "api_vips[1]"),
        ({**DUAL, "api_vips": "fd00:1::a", "ingress_vips": "fd00:1::b"}, "vip-families", "api_vips[0]"),
        ({"api_vips": "10.1.224.1,fd::1,fd::2", "ingress_vips": "10.1.224.11"}, "vip-count", "api_vips[2]"),
    ],
)
def test_each_rule_fires_at_its_value(changes: dict[str, object], rule: str, where: str):
    findings = [f for f in plan(**changes).findings() if f.rule == f"network/{rule}" and f.message.startswith(where)]
    assert findings, fired(**changes)
    assert findings[0].location.file == "file"


def test_a_cluster_network_without_a_host_prefix_is_an_error():
    entry = Entry(CLUSTER, ("cluster[0]", Location("file", 2, 1)), None)
    findings = NetworkPlan((), (entry,), ()).findings()
    assert [(finding.rule, finding.location.line) for finding in findings] == [("network/host-prefix-missing", 2)]


def test_docker_s_network_is_only_warned_of():
    (finding,) = plan(machine="172.17.3.0/24").findings()
    assert (finding.rule, finding.severity) == ("network/docker-bridge", Severity.WARNING)


def test_a_load_balancer_of_the_users_own_may_be_anywhere_and_shared():
    assert (
        fired(api_vips="192.0.2.1", ingress_vips="192.0.2.1", user_managed_load_balancer=True, platform="vsphere")
        == set()
    )


def test_host_bits_are_told_with_the_network_that_was_meant():
    (finding,) = plan(machine="10.1.224.7/24").findings()
    assert "did you mean 10.1.224.0/24?" in finding.message


def test_a_netmask_is_told_with_its_prefix():
    (finding,) = plan(machine="10.1.224.0/255.255.255.0").findings()
    assert "did you mean 10.1.224.0/24?" in finding.message


def test_every_fault_is_told_at_once():
    assert {rule for rule, _ in fired(machine="x", service="10.129.0.0/16", prefix=31, api_vips="1")} == {
        "cidr",
        "overlap",
        "host-prefix-range",
        "vip",
        "vip-missing",
    }


# --- Arithmetic -------------------------------------------------------------------------------------------------------


@st.composite
def networks(draw: st.DrawFn, version: int | None = None) -> IPv4Network | IPv6Network:
    family = version or draw(st.sampled_from([4, 6]))
    bits = 32 if family == 4 else 128
    prefix = draw(st.integers(1, bits))
    kind = IPv4Network if family == 4 else IPv6Network
    return kind((draw(st.integers(1, 2**prefix - 1)) << (bits - prefix), prefix))


def bounds(network: IPv4Network | IPv6Network) -> tuple[int, int]:
    return int(network.network_address), int(network.broadcast_address)


@given(networks())
def test_a_network_reads_back_as_itself(network: IPv4Network | IPv6Network):
    assert parse_network(str(network)) == network


@given(networks().filter(lambda network: network.num_addresses > 1), st.integers(1))
def test_host_bits_are_always_refused(network: IPv4Network | IPv6Network, number: int):
    address = network.network_address + (number % (network.num_addresses - 1) + 1)
    with pytest.raises(ValueError, match="has host bits set; did you mean"):
        parse_network(f"{address}/{network.prefixlen}")


@given(networks(4), networks(4))
def test_overlap_is_exactly_that_the_ranges_of_addresses_meet(first: IPv4Network, second: IPv4Network):
    (a, b), (c, d) = bounds(first), bounds(second)
    found = {rule for rule, _ in fired(machine=first, service=second, cluster="")}
    assert ("overlap" in found) == (a <= d and c <= b)


@given(st.permutations([MACHINE, "10.1.0.0/16", "10.129.0.0/16"]))
def test_the_order_of_the_networks_does_not_decide_whether_they_overlap(order: list[str]):
    machine, cluster, service = order
    found = plan(machine=machine, cluster=cluster, service=service).findings()
    assert sum(finding.rule == "network/overlap" for finding in found) == 1


@given(st.integers(8, 30), st.integers(16, 30), st.integers(0, 4000))
def test_capacity_is_the_number_of_pieces(length: int, prefix: int, nodes: int):
    pieces = len(range(0, 2 ** (32 - length), 2 ** (32 - prefix))) if prefix >= length else 0
    plan = {"cluster": str(ip_network((0x40000000, length))), "machine": "10.0.0.0/8", "service": "192.168.0.0/16"}
    found = {rule for rule, _ in fired(**plan, prefix=prefix, nodes=nodes)}
    assert ("capacity" in found) == (prefix >= length and nodes > pieces)
    assert ("host-prefix" in found) == (prefix < length)


@given(networks(), st.integers(0, 2**128))
def test_an_address_is_outside_exactly_where_arithmetic_says_so(network: IPv4Network | IPv6Network, number: int):
    address = type(network.network_address)(number % 2**network.max_prefixlen)
    low, high = bounds(network)
    found = {rule for rule, _ in fired(machine=network, api_vips=address, ingress_vips=address, platform="baremetal")}
    assert ("vip-outside" in found) == (not low <= int(address) <= high)


def test_two_writings_of_one_address_are_the_same():
    found = fired(**SIX, api_vips="fd00:1::a", ingress_vips="fd00:1:0:0::A", platform="vsphere")
    assert ("vip-shared", "ingress_vips[0]") in found


def test_every_pair_of_kinds_is_compared():
    for first, second in itertools.combinations(KINDS, 2):
        assert "overlap" in {rule for rule, _ in fired(**{first: "10.64.0.0/16", second: "10.64.3.0/24"})}


@given(st.integers(20, 32), st.integers(0, 4096))
def test_machine_networks_hold_as_many_nodes_as_they_have_addresses_for_hosts(length: int, nodes: int):
    network = ip_network((0x0A000000 + 2 ** (32 - length), length))
    found = {
        where for rule, where in fired(machine=network, nodes=nodes, service="192.168.0.0/16") if rule == "capacity"
    }
    assert ("machine[0]" in found) == (nodes > len(list(network.hosts())))


@given(st.integers(0, 2**32 - 1))
def test_an_address_in_ipv6_clothes_is_the_ipv4_address(number: int):
    plain = IPv4Address(number)
    found = fired(machine="10.0.0.0/8", api_vips=plain, ingress_vips=f"::ffff:{plain}", platform="baremetal")
    assert ("vip-shared", "ingress_vips[0]") in found


def test_every_finding_says_why_and_what_to_do():
    findings = plan(machine="10.129.0.0/16", prefix=15, api_vips="1.2.3.4", ingress_vips="1.2.3.4").findings()
    assert findings
    assert all(finding.why and finding.fix and finding.source for finding in findings)


def test_only_what_the_installer_would_take_is_called_stricter():
    found = {f.rule: f.stricter for f in plan(**ONE_OUTSIDE, platform="vsphere", cluster="10.1.0.0/16").findings()}
    assert (found["network/vip-elsewhere"], found["network/overlap"]) == (True, False)


@given(st.integers(12, 32))
def test_a_service_network_needs_a_tenth_address_after_its_first(length: int):
    network = ip_network((0xAC100000, length))
    found = {rule for rule, _ in fired(service=network)}
    assert ("service-too-small" in found) == (network.num_addresses <= 10)


@given(st.integers(1, 128), st.integers(1, 128))
def test_an_ipv6_piece_is_a_64_of_at_most_65536(length: int, prefix: int):
    network = ip_network((0x2001 << 112, max(length, 16)))
    found = {rule for rule, _ in fired(**{**SIX, "cluster": network, "prefix": prefix})}
    assert ("host-prefix" in found) == (prefix != 64 or network.prefixlen > 64)
    assert ("host-prefix-range" in found) == (prefix == 64 and network.prefixlen < 48)
