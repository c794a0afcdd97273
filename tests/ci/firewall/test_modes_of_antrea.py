"""Each mode of Antrea, and each port that can be set, has its own rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from antrea_ci.firewall import rules
from antrea_ci.model.effective import Cluster
from support.firewall import BETWEEN, GENEVE, NODES, PODS, lines, manifest

ROUTED = {f"any {NODES} → {PODS}", f"any {PODS} → {NODES}", f"any {PODS} ↔ {PODS}"}
IPSEC = {f"ESP {BETWEEN}", f"AH {BETWEEN}", f"UDP 500 {BETWEEN}", f"UDP 4500 {BETWEEN}"}


@pytest.mark.parametrize(
    ("agent", "appears", "goes"),
    [
        ({}, set(), set()),
        ({"tunnelType": "vxlan"}, {f"UDP 4789 {BETWEEN}"}, GENEVE),
        ({"tunnelType": "stt"}, {f"TCP 7471 {BETWEEN}"}, GENEVE),
        ({"tunnelType": "gre"}, {f"GRE {BETWEEN}"}, GENEVE),
        ({"tunnelType": "gre", "tunnelPort": 6000}, {f"GRE {BETWEEN}"}, GENEVE),
        ({"tunnelPort": 6000}, {f"UDP 6000 {BETWEEN}"}, GENEVE),
        ({"trafficEncryptionMode": "ipsec"}, IPSEC, set()),
        ({"trafficEncryptionMode": "wireGuard"}, {f"UDP 51820 {BETWEEN}"}, GENEVE),
        ({"trafficEncryptionMode": "wireGuard", "wireGuard": {"port": 7000}}, {f"UDP 7000 {BETWEEN}"}, GENEVE),
        ({"trafficEncapMode": "noEncap"}, ROUTED, GENEVE),
        ({"trafficEncapMode": "HYBRID"}, ROUTED, set()),
        ({"trafficEncapMode": "networkPolicyOnly"}, set(), GENEVE),
        ({"apiPort": 10450}, {f"TCP 10450 {BETWEEN}"}, {f"TCP 10350 {BETWEEN}"}),
        (
            {"clusterPort": 10451},
            {f"TCP 10451 {BETWEEN}", f"UDP 10451 {BETWEEN}"},
            {f"TCP 10351 {BETWEEN}", f"UDP 10351 {BETWEEN}"},
        ),
        ({"kubeAPIServerOverride": "https://api.example.com:6443"}, {f"TCP 6443 {NODES} → api.example.com"}, set()),
        ({"antreaProxy": {"proxyAll": True}}, {f"TCP 10256 external load balancers → {NODES}"}, set()),
        ({"antreaProxy": {"proxyAll": True}, "featureGates": {"AntreaProxy": False}}, set(), set()),
        (
            {"nodePortLocal": {"enable": True, "portRange": "61000-61100"}},
            {f"{protocol} 61000-61100 external load balancers → {NODES}" for protocol in ("TCP", "UDP")},
            set(),
        ),
        ({"nodePortLocal": {"enable": True}, "featureGates": {"NodePortLocal": False}}, set(), set()),
        ({"featureGates": {"Multicluster": True}}, set(), set()),
        (
            {"featureGates": {"Multicluster": True}, "multicluster": {"enableGateway": True}},
            {f"UDP 6081 {NODES} → gateways of other clusters"},
            set(),
        ),
        (
            {
                "featureGates": {"Multicluster": True},
                "multicluster": {"enableGateway": True, "trafficEncryptionMode": "wireGuard"},
            },
            {f"UDP 51821 {NODES} → gateways of other clusters"},
            set(),
        ),
        ({"featureGates": {"FlowExporter": True}}, set(), set()),
        (
            {"featureGates": {"FlowExporter": True}, "flowExporter": {"enable": True}},
            {f"TCP 4739 {NODES} → Flow Aggregator", f"TCP 10348 {NODES} → Flow Aggregator"},
            set(),
        ),
        (
            {
                "featureGates": {"FlowExporter": True},
                "flowExporter": {"enable": True, "flowCollectorAddr": "10.9.9.9:2055:udp"},
            },
            {f"UDP 2055 {NODES} → 10.9.9.9"},
            set(),
        ),
    ],
)
def test_each_mode_of_antrea_has_its_own_rules(cluster: Cluster, agent: Any, appears: set[str], goes: set[str]) -> None:
    usual, found = lines(cluster), lines(cluster, agent=agent)
    assert (found - usual, usual - found) == (appears, goes)


def test_a_port_of_the_controller_takes_the_place_of_its_own(cluster: Cluster) -> None:
    usual, found = lines(cluster), lines(cluster, controller={"apiPort": 10449})
    assert (found - usual, usual - found) == ({f"TCP 10449 {BETWEEN}"}, {f"TCP 10349 {BETWEEN}"})


@pytest.mark.parametrize(
    ("version", "agent", "expected"),
    [
        ("2.1.0", {"featureGates": {"BGPPolicy": True}}, {f"TCP 179 {NODES} → BGP peers"}),
        ("2.0.0", {"featureGates": {"BGPPolicy": True}}, set()),
        ("2.1.0", {"featureGates": {"AllAlpha": True}}, {f"TCP 179 {NODES} → BGP peers"}),
        ("1.13.1", {}, set()),
        (
            "1.13.1",
            {"nodePortLocal": {"enable": True}},
            {f"{name} 61000-62000 external load balancers → {NODES}" for name in ("TCP", "UDP")},
        ),
        (
            "1.13.1",
            {"nodePortLocal": {"enable": True, "portRange": "=cmd()"}},
            {f"{name} 61000-62000 external load balancers → {NODES}" for name in ("TCP", "UDP")},
        ),
    ],
)
def test_a_gate_and_a_switch_count_as_the_version_has_them(
    other: Callable[..., Cluster], version: str, agent: Any, expected: set[str]
) -> None:
    """BGPPolicy came with 2.1; the gate of NodePortLocal is on, and its switch is off."""
    images = {"operator": f"r.example.org/operator:v{version}", "antrea": f"r.example.org/antrea:v{version}"}
    optional = ("BGP peers", "external load balancers")
    found = {line for line in lines(other(images=images), agent=agent) if any(name in line for name in optional)}
    assert found == expected


def test_what_antrea_cannot_read_leaves_its_defaults(cluster: Cluster) -> None:
    broken = manifest(antreaAgentConfig="a: [", antreaControllerConfig="- list")
    assert rules(cluster, broken) == rules(cluster, {}) == rules(cluster, manifest())
