"""The networks of an install-config: what the plan takes over, and what only this file can have wrong."""

from __future__ import annotations

import pytest

from antrea_ci.install_config.networking import network_findings, network_plan
from support.install_configs import ABSENT, PLATFORMS, config_of, errors_of, text_of, warnings_of

NET = "networking"


def found(platform: str = "none", minor: int = 18, **changes: object) -> set[tuple[str, str]]:
    paths = {path.replace("__", "."): value for path, value in changes.items()}
    return errors_of(list(network_findings(config_of(text_of(platform, paths), minor))))


@pytest.mark.parametrize("minor", [12, 13, 18])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_sound_file_has_no_finding(platform: str, minor: int):
    findings = list(network_findings(config_of(text_of(platform), minor)))
    assert findings == []


def test_the_plan_holds_what_the_file_says():
    plan = network_plan(config_of(text_of("vsphere")))
    assert [entry.text for entry in (*plan.machine, *plan.cluster, *plan.service)] == [
        "10.1.224.0/24",
        "10.128.0.0/14",
        "172.30.0.0/16",
    ]
    assert (plan.cluster[0].host_prefix, plan.nodes, plan.platform, plan.minor) == (23, 5, "vsphere", 18)
    assert [entry.text for entry in (*plan.api_vips, *plan.ingress_vips)] == ["10.1.224.10", "10.1.224.11"]


@pytest.mark.parametrize(
    ("changes", "nodes"),
    [
        ({"controlPlane": ABSENT}, 3 + 2),
        ({"controlPlane.replicas": ABSENT}, 3 + 2),
        ({"compute": ABSENT}, 3 + 3),
        ({"compute": []}, 3 + 3),
        ({"compute.0.replicas": 0}, 3),
    ],
)
def test_replicas_that_are_not_given_are_three(changes: dict[str, object], nodes: int):
    assert network_plan(config_of(text_of("none", changes))).nodes == nodes


def test_the_plan_has_the_installer_s_defaults_where_the_file_names_nothing():
    plan = network_plan(config_of(text_of("none", {NET: {"networkType": "antrea"}})))
    assert [entry.text for entry in (*plan.machine, *plan.cluster, *plan.service)] == [
        "10.0.0.0/16",
        "10.128.0.0/14",
        "172.30.0.0/16",
    ]
    assert plan.cluster[0].host_prefix == 23


@pytest.mark.parametrize("kind", ["machineNetwork", "clusterNetwork", "serviceNetwork"])
@pytest.mark.parametrize("value", [ABSENT, None, []])
def test_a_network_left_to_the_default_is_an_error(kind: str, value: object):
    assert found(**{f"networking__{kind}": value}) == {("network-default", f"networking.{kind}")}


def test_a_default_overlaps_like_any_other_network():
    errors = found(networking__machineNetwork=ABSENT, networking__serviceNetwork=["10.0.4.0/24"])
    assert ("overlap", "networking.serviceNetwork[0]") in errors


def test_a_machine_network_that_was_forgotten_shows_at_the_addresses_outside_its_default():
    errors = found("baremetal", networking__machineNetwork=ABSENT)
    assert errors == {
        ("network-default", "networking.machineNetwork"),
        ("vip-outside", "platform.baremetal.apiVIPs[0]"),
        ("vip-outside", "platform.baremetal.ingressVIPs[0]"),
    }


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("networking__machineNetwork__0", {}, "networking.machineNetwork[0]"),
        ("networking__machineNetwork__0", {"cidr": None}, "networking.machineNetwork[0]"),
        ("networking__clusterNetwork__1", {"hostPrefix": 23}, "networking.clusterNetwork[1]"),
    ],
)
def test_an_entry_without_a_cidr_is_an_error(path: str, value: object, where: str):
    assert found(**{path: value}) == {("network-without-cidr", where)}


def test_an_empty_text_is_no_network():
    assert found(networking__serviceNetwork=[""]) == {("cidr", "networking.serviceNetwork[0]")}


def test_the_place_of_a_cidr_is_its_value():
    text = text_of("none", {"networking.machineNetwork.0.cidr": "10.1.224.1/24"})
    (finding,) = network_findings(config_of(text))
    line = text.splitlines()[finding.location.line - 1]
    assert (finding.rule, line[finding.location.column - 1 :]) == ("network/cidr", "10.1.224.1/24")


def test_a_host_prefix_that_is_missing_is_told_at_its_entry():
    text = text_of("none", {"networking.clusterNetwork.0.hostPrefix": ABSENT})
    (finding,) = network_findings(config_of(text))
    line = text.splitlines()[finding.location.line - 1]
    assert (finding.rule, line.strip()) == ("network/host-prefix-missing", "- cidr: 10.128.0.0/14")


def test_a_host_prefix_of_the_wrong_type_is_told_as_that_only():
    assert found(networking__clusterNetwork__0__hostPrefix="23") == set()


def test_a_huge_host_prefix_costs_nothing():
    errors = found(networking__clusterNetwork__0__hostPrefix=2**31 - 1)
    assert errors == {("host-prefix-range", "networking.clusterNetwork[0].hostPrefix")}


def test_old_names_are_told_by_their_own_names():
    networking = {
        "networkType": "antrea",
        "machineCIDR": "10.1.224.1/24",
        "clusterNetworks": [{"cidr": "10.128.0.0/14", "hostSubnetLength": 9}],
        "serviceCIDR": "172.30.0.0/16",
    }
    config = config_of(text_of("none", {NET: networking}))
    assert network_plan(config).cluster[0].host_prefix == 23
    assert errors_of(list(network_findings(config))) == {("cidr", "networking.machineCIDR")}


@pytest.mark.parametrize("minor", [14, 18])
def test_an_mtu_for_another_plugin_is_refused(minor: int):
    assert found(minor=minor, networking__clusterNetworkMTU=1400) == {("mtu", "networking.clusterNetworkMTU")}


def test_settings_of_ovn_kubernetes_are_refused():
    subnet = {"ipv4": {"internalJoinSubnet": "100.99.0.0/16"}}
    assert found(networking__ovnKubernetesConfig=subnet) == {("ovn-settings", "networking.ovnKubernetesConfig")}


def test_a_large_node_count_shows_where_the_room_ends():
    errors = found(compute__0__replicas=600)
    assert errors == {
        ("capacity", "networking.machineNetwork[0].cidr"),
        ("capacity", "networking.clusterNetwork[0].cidr"),
    }


def test_few_pods_on_a_node_are_warned_of():
    findings = list(network_findings(config_of(text_of("none", {"networking.clusterNetwork.0.hostPrefix": 26}))))
    assert warnings_of(findings) == {("pods-per-node", "networking.clusterNetwork[0].hostPrefix")}
