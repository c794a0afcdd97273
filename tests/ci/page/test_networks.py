"""What the page knows of networks: sizes, marks, overlaps."""

from __future__ import annotations

import pytest

from antrea_ci.findings import Location
from antrea_ci.model.network import Entry, NetworkPlan, entries_at
from antrea_ci.page.collect.networks import Networks, Range, networks
from antrea_ci.page.words import power, short_power


def entries(*texts: str, prefix: int | None = None) -> tuple[Entry, ...]:
    return entries_at(texts, lambda index: (str(index), Location()), [prefix] * len(texts))


def made(machine: str, cluster: str, service: str, *, prefix: int = 23, vips: tuple[str, ...] = ()) -> Networks:
    plan = NetworkPlan(
        machine=entries(*machine.split()),
        cluster=entries(*cluster.split(), prefix=prefix),
        service=entries(*service.split()),
        api_vips=entries(*vips),
    )
    return networks(plan)


def only(found: Networks, role: str, version: int = 4) -> Range:
    (one,) = [one for one in found.ranges if (one.role, one.version) == (role, version)]
    return one


def test_a_cluster_network_is_as_many_nodes_as_the_host_prefix_leaves_and_their_pods():
    one = only(made("10.0.0.0/24", "10.128.0.0/14", "172.30.0.0/16"), "cluster")
    assert (2**one.bits, 2**one.node_bits, 2**one.pod_bits) == (262144, 512, 512)


def test_a_virtual_address_is_a_mark_in_its_own_network_as_far_in_as_addresses_come_before_it():
    found = made("10.0.0.0/24 10.0.1.0/24", "10.128.0.0/14", "172.30.0.0/16", vips=("10.0.1.10",))
    marks = {one.network: [(mark.address, mark.offset) for mark in one.marks] for one in found.ranges if one.marks}
    assert marks == {"10.0.1.0/24": [("10.0.1.10", 10)]}


@pytest.mark.parametrize(
    ("machine", "cluster", "service", "overlapping"),
    [
        ("10.0.0.0/24", "10.128.0.0/14", "172.30.0.0/16", {}),
        (
            "10.128.9.0/24",
            "10.128.0.0/14",
            "172.30.0.0/16",
            {"10.128.9.0/24": ("Cluster network 10.128.0.0/14",), "10.128.0.0/14": ("Machine network 10.128.9.0/24",)},
        ),
        (
            "10.0.0.0/24",
            "10.128.0.0/14",
            "172.17.8.0/22",
            {"172.17.8.0/22": ("Bridge of a container engine 172.17.0.0/16",)},
        ),
        (
            "fd00:1::/64",
            "fd01::/48",
            "fd01:0:0:1::/112",
            {"fd01::/48": ("Service network fd01:0:0:1::/112",), "fd01:0:0:1::/112": ("Cluster network fd01::/48",)},
        ),
    ],
    ids=["apart", "machines among pods", "a bridge of hosts", "IPv6"],
)
def test_what_overlaps_is_named_at_both(machine: str, cluster: str, service: str, overlapping: dict[str, tuple[str]]):
    found = made(machine, cluster, service, prefix=64 if ":" in cluster else 23)
    assert {one.network: one.meets for one in found.overlapping} == overlapping


def test_each_address_family_of_the_cluster_has_its_picture_and_no_other():
    dual = made("10.0.0.0/24 fd00::/64", "10.128.0.0/14 fd01::/48", "172.30.0.0/16 fd02::/112")
    single = made("10.0.0.0/24", "10.128.0.0/14", "172.30.0.0/16")
    assert [bool(found.of(version)) for found in (dual, single) for version in (4, 6)] == [True, True, True, False]


def test_what_is_no_network_is_told_and_not_drawn():
    found = made("10.0.0.0/24 10.0.1.5/24", "10.128.0.0/14", "everything", vips=("ten",))
    assert (found.unread, [one.network for one in found.ranges if one.role != "internal"]) == (
        ("10.0.1.5/24", "everything", "ten"),
        ["10.0.0.0/24", "10.128.0.0/14"],
    )


def test_numbers_are_exact_as_long_as_somebody_can_read_them():
    assert [power(9), power(16), power(64)] == ["512", "65,536", "2⁶⁴"]
    assert [short_power(8), short_power(16), short_power(20), short_power(48)] == ["256", "64 Ki", "1 Mi", "2⁴⁸"]
