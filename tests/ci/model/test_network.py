"""The rules that span networks: each fires where it must, and nowhere on a sound plan."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.findings import Location
from antrea_ci.model.network import Entry, NetworkPlan, parse_network

SOUND = {
    "machine": ["10.1.224.0/24"],
    "cluster": ["10.128.0.0/14=23"],
    "service": ["172.30.0.0/16"],
    "api_vips": ["10.1.224.10"],
    "ingress_vips": ["10.1.224.11"],
}
DUAL = {
    "machine": ["10.1.224.0/24", "fd00:1::/64"],
    "cluster": ["10.128.0.0/14=23", "fd01::/48=64"],
    "service": ["172.30.0.0/16", "fd02::/112"],
    "api_vips": ["10.1.224.10", "fd00:1::10"],
    "ingress_vips": ["10.1.224.11", "fd00:1::11"],
}


def plan(base=SOUND, *, platform="vsphere", nodes=6, shared=False, **changes) -> NetworkPlan:
    def entry(kind: str, index: int, text: str) -> Entry:
        network, _, prefix = text.partition("=")
        return Entry(network, (f"{kind}[{index}]", Location(kind, index + 1, 1)), int(prefix) if prefix else None)

    groups = {
        kind: tuple(entry(kind, index, text) for index, text in enumerate(texts))
        for kind, texts in {**base, **changes}.items()
    }
    return NetworkPlan(**groups, platform=platform, nodes=nodes, user_managed_load_balancer=shared)


def fired(given_plan: NetworkPlan) -> list[tuple[str, str]]:
    return sorted((finding.rule.removeprefix("network/"), str(finding.location)) for finding in given_plan.findings())


@pytest.mark.parametrize("base", [SOUND, DUAL])
def test_a_sound_plan_has_no_finding(base):
    assert plan(base).findings() == []


@pytest.mark.parametrize(
    ("changes", "rule", "place"),
    [
        ({"machine": ["10.1.224.5/24"]}, "cidr", "machine:1:1"),
        ({"machine": ["10.1.224.0"]}, "cidr", "machine:1:1"),
        ({"service": ["0.0.0.0/16"]}, "cidr", "service:1:1"),
        ({"service": ["10.130.0.0/16"]}, "overlap", "service:1:1"),
        ({"machine": ["10.1.224.0/24", "10.1.224.128/25"]}, "overlap", "machine:2:1"),
        ({"service": ["172.17.0.0/16"]}, "docker-bridge", "service:1:1"),
        ({"cluster": ["10.128.0.0/14"]}, "host-prefix", "cluster:1:1"),
        ({"cluster": ["10.128.0.0/14=31"]}, "host-prefix", "cluster:1:1"),
        ({"cluster": ["10.128.0.0/24=23"]}, "host-prefix", "cluster:1:1"),
        ({"cluster": ["10.128.0.0/22=23"]}, "capacity", "cluster:1:1"),
        ({"cluster": ["10.128.0.0/14=23", "10.132.0.0/14=23"]}, "several", "cluster:2:1"),
        ({"service": ["172.0.0.0/11"]}, "service-size", "service:1:1"),
        ({"service": ["fd02::/112"]}, "family-mismatch", "service:1:1"),
        ({"api_vips": ["10.9.9.9"]}, "vip-outside", "api_vips:1:1"),
        ({"api_vips": ["10.1.224.11"]}, "vip-shared", "ingress_vips:1:1"),
        ({"api_vips": ["ten"]}, "vip", "api_vips:1:1"),
        ({"api_vips": []}, "vip-count", "ingress_vips:1:1"),
    ],
)
def test_a_rule_fires_at_the_entry_that_breaks_it(changes, rule, place):
    assert (rule, place) in fired(plan(**changes))


@pytest.mark.parametrize(
    ("changes", "rule", "place"),
    [
        ({"cluster": ["10.128.0.0/14=23", "fd01::/48=56"]}, "host-prefix", "cluster:2:1"),
        ({"cluster": ["10.128.0.0/14=23", "fd01::/40=64"]}, "host-prefix", "cluster:2:1"),
        ({"service": ["172.30.0.0/16", "fd02::/104"]}, "service-size", "service:2:1"),
        ({"service": ["172.30.0.0/16"]}, "dual-stack", "service:1:1"),
    ],
)
def test_dual_stack_has_rules_of_its_own(changes, rule, place):
    assert fired(plan(DUAL, **changes)) == [(rule, place)]


def test_a_platform_that_cannot_take_dual_stack_is_named():
    (finding,) = plan(DUAL, platform="aws", api_vips=[], ingress_vips=[]).findings()
    assert (finding.rule, "aws" in finding.message) == ("network/dual-stack", True)


def test_ipv6_may_stand_first_only_where_the_installer_takes_it():
    turned = {kind: list(reversed(texts)) for kind, texts in DUAL.items()}
    assert fired(plan(turned, platform="vsphere")) == []
    assert {rule for rule, _ in fired(plan(turned, platform="none"))} == {"family-order"}


def test_the_owner_of_a_load_balancer_may_use_one_address_for_both_wherever_it_is():
    assert fired(plan(api_vips=["192.0.2.9"], ingress_vips=["192.0.2.9"], shared=True)) == []


def test_a_clash_names_both_owners():
    (finding,) = plan(service=["10.130.0.0/16"]).findings()
    assert finding.message == "service[0]: 10.130.0.0/16 overlaps cluster[0] 10.128.0.0/14"


NETWORKS = st.builds(
    lambda number, prefix: ip_network((number >> (32 - prefix) << (32 - prefix), prefix)),
    st.integers(1 << 24, 2**32 - 1),
    st.integers(8, 30),
)


@given(NETWORKS)
def test_every_network_without_host_bits_is_taken_as_it_is(network):
    assert parse_network(str(network)) == network


@given(NETWORKS, st.integers(1, 2**22 - 1))
def test_host_bits_are_refused_with_the_network_that_was_meant(network, offset):
    address = network.network_address + offset % network.num_addresses
    if address == network.network_address:
        return
    with pytest.raises(ValueError, match=f"did you mean {network}"):
        parse_network(f"{address}/{network.prefixlen}")


@given(NETWORKS, NETWORKS)
def test_an_overlap_is_found_exactly_when_the_networks_share_an_address(first, second):
    shares = first[0] in second or second[0] in first
    found = [rule for rule, _ in fired(plan(machine=[str(first), str(second)], api_vips=[], ingress_vips=[]))]
    own = [
        other
        for other in ("10.128.0.0/14", "172.30.0.0/16")
        for net in (first, second)
        if net.overlaps(ip_network(other))
    ]
    assert found.count("overlap") == shares + len(own)


@given(st.integers(8, 24), st.integers(0, 6), st.integers(0, 200))
def test_capacity_fires_exactly_when_the_nodes_do_not_fit(prefix, bits, nodes):
    host_prefix = prefix + bits
    if host_prefix not in range(16, 31):
        return
    fires = ("capacity", "cluster:1:1") in fired(plan(cluster=[f"11.0.0.0/{prefix}={host_prefix}"], nodes=nodes))
    assert fires == (nodes > 2**bits)
