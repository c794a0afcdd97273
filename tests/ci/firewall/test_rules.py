"""The rules that firewalls need: which of them each cluster has, and between whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from antrea_ci.firewall import Rule, rules
from antrea_ci.firewall.addresses import end
from antrea_ci.firewall.rule import groups, rows
from antrea_ci.model.effective import Cluster
from support.firewall import BETWEEN, GENEVE, MIRROR, NODES, PODS, brief, lines, manifest
from support.small import INSTALL_CONFIG


def test_the_articles_ports_are_for_the_installation_and_for_good_without_encapsulation(cluster: Cluster) -> None:
    for agent, phase in (({}, "install"), ({"trafficEncapMode": "noEncap"}, "always")):
        found = {
            rule.port: rule.phase for rule in rules(cluster, manifest(agent)) if rule.destination == PODS and rule.port
        }
        assert found == dict.fromkeys(["8443", "8080", "8181", "17698"], phase)


def test_openshift_on_vsphere(cluster: Cluster) -> None:
    found = lines(cluster)
    assert found >= {
        f"ICMP {BETWEEN}",
        f"VRRP {BETWEEN}",
        f"TCP 10250-10259 {BETWEEN}",
        f"UDP 30000-32767 {BETWEEN}",
        "TCP 2379-2380 control plane nodes ↔ control plane nodes",
        f"TCP 22623 {NODES} → 10.1.224.10",
        "TCP 443 clients → 10.1.224.11",
        f"TCP 443 {NODES} → vcenter.example.com",
        "TCP 443 installer host → vcenter.example.com",
        *(f"TCP 443 {NODES} → {host}" for host in ("quay.io", "*.quay.io", "r.example.org")),
        f"UDP 123 {NODES} → NTP servers",
    }
    assert not [line for line in found if line.startswith("TCP 22623") and "clients" in line]


@pytest.mark.parametrize("port", [10349, 10350, 10351])
def test_the_ranges_of_openshift_do_not_cover_antreas_own_ports(cluster: Cluster, port: int) -> None:
    ranges = [rule.port.split("-") for rule in rules(cluster, {}) if "-" in rule.port]
    assert not [ends for ends in ranges if int(ends[0]) <= port <= int(ends[1])]
    assert f"TCP {port} {BETWEEN}" in lines(cluster)


def test_without_virtual_addresses_there_are_load_balancers_with_machines_behind_them(
    other: Callable[..., Cluster],
) -> None:
    found = lines(other({"platform": {"none": {}}}))
    assert found >= {
        f"TCP 22623 {NODES} → API load balancer",
        "TCP 6443 API load balancer → bootstrap machine",
        "TCP 22623 API load balancer → control plane nodes",
        f"TCP 1936 ingress load balancer → {NODES}",
    }
    assert not [line for line in found if "VRRP" in line or "vCenter" in line or "ESXi" in line]


def test_both_address_families_keep_to_themselves(other: Callable[..., Cluster]) -> None:
    networking = {
        "networkType": "antrea",
        "machineNetwork": [{"cidr": NODES}, {"cidr": "fd00:1::/64"}],
        "clusterNetwork": [{"cidr": PODS, "hostPrefix": 23}, {"cidr": "fd00:2::/48", "hostPrefix": 64}],
        "serviceNetwork": ["172.30.0.0/16", "fd00:3::/112"],
    }
    both = other({"networking": networking})
    found = lines(both)
    assert found >= {*GENEVE, f"ICMP {BETWEEN}", f"TCP 443 {NODES} → quay.io"}
    six = "fd00:1::/64"
    assert found >= {f"UDP 6081 {six} ↔ {six}", f"ICMPv6 {six} ↔ {six}", f"TCP 443 {six} → quay.io"}
    assert f"TCP 8443 {six} → fd00:2::/48" in found
    assert not [
        rule for rule in rules(both, {}) if {rule.source, rule.destination} in ({NODES, six}, {NODES, "fd00:2::/48"})
    ]
    gre = lines(both, agent={"tunnelType": "gre"})
    assert f"GRE {BETWEEN}" in gre
    assert "GRE fd00:1::/64 ↔ fd00:1::/64" not in gre


def test_plain_kubernetes_has_the_ports_of_kubernetes_and_none_of_openshift(other: Callable[..., Cluster]) -> None:
    assert lines(other(flavour="kubernetes", site={"ntpServers": ["10.9.9.1"]})) == {
        *GENEVE,
        *(f"TCP {port} {BETWEEN}" for port in (10349, 10350, 10351)),
        f"UDP 10351 {BETWEEN}",
        f"TCP 6443 {NODES} → Kubernetes API server",
        "TCP 6443 clients → Kubernetes API server",
        f"TCP 10250 {BETWEEN}",
        "TCP 2379-2380 control plane nodes ↔ control plane nodes",
        *(f"{protocol} 30000-32767 {BETWEEN}" for protocol in ("TCP", "UDP")),
        *(f"{protocol} 30000-32767 clients → {NODES}" for protocol in ("TCP", "UDP")),
        *(f"{protocol} 53 {NODES} → DNS servers" for protocol in ("TCP", "UDP")),
        f"TCP 443 {NODES} → r.example.org",
        f"UDP 123 {NODES} → 10.9.9.1",
    }


def test_nsx_is_reached_from_every_node_at_every_manager(other: Callable[..., Cluster]) -> None:
    joined = other(nsx={"enabled": True, "managers": ["10.9.0.1", "nsx.example.com"]})
    inside = manifest(bootstrapConfig="NSXManagers: [10.9.0.1, 10.9.0.3]\n")
    found = [rule for rule in rules(joined, inside) if rule.phase == "phase2"]
    assert {rule.destination for rule in found} == {"10.9.0.1", "nsx.example.com", "10.9.0.3"}
    assert {rule.port for rule in found} == {"443", "1234", "1235"}
    assert {rule.source for rule in found} == {NODES}


def test_firewalls_are_opened_for_nsx_as_soon_as_its_managers_are_known(other: Callable[..., Cluster]) -> None:
    found = [rule for rule in rules(other(nsx={"managers": ["10.9.0.1"]}), {}) if rule.phase == "phase2"]
    assert {(rule.source, rule.destination) for rule in found} == {(NODES, "10.9.0.1")}


def test_cluster_yaml_gives_addresses_to_what_is_called_by_name(other: Callable[..., Cluster]) -> None:
    known = {"DNS servers": ["10.0.0.53", "fd00:9::53"], "vcenter.example.com": ["10.9.0.5"], "clients": ["10.0.0.0/8"]}
    found = lines(other(firewall={"addresses": known}))
    assert found >= {
        f"UDP 53 {NODES} → 10.0.0.53",
        f"TCP 443 {NODES} → 10.9.0.5",
        "TCP 443 installer host → 10.9.0.5",
        "TCP 443 10.0.0.0/8 → 10.1.224.11",
    }
    assert not [line for line in found if any(name in line for name in known) or "fd00:9::53" in line]


def test_the_custom_resource_alone_can_join_nsx(cluster: Cluster) -> None:
    assert f"TCP 1234 {NODES} → NSX managers" in {
        brief(rule) for rule in rules(cluster, manifest(enableInterworking=True))
    }


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"imageContentSources": MIRROR}, {"r.example.org 443", "m.example.org 5000"}),
        ({"imageContentSources": MIRROR, "proxy": {"httpsProxy": "http://p.example.org:8080"}}, set()),
        (
            {
                "imageContentSources": MIRROR,
                "proxy": {"httpsProxy": "http://p.example.org:8080", "noProxy": ".example.com,m.example.org"},
            },
            {"m.example.org 5000"},
        ),
    ],
)
def test_images_come_from_the_mirror_and_past_the_proxy(
    other: Callable[..., Cluster], config: dict[str, Any], expected: set[str]
) -> None:
    found = rules(other(config), {})
    assert {f"{rule.destination} {rule.port}" for rule in found if rule.reason == "images"} == expected
    proxies = {f"{rule.destination} {rule.port}" for rule in found if rule.reason == "proxy to the outside"}
    assert proxies == ({"p.example.org 8080"} if "proxy" in config else set())


def test_what_an_overlay_adds_pulls_from_its_own_registry(cluster: Cluster) -> None:
    container = {"name": "mine", "image": "team.example.org:5000/mine:v1"}
    added = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": {"containers": [container]}}}}
    found = {brief(rule) for rule in rules(cluster, {**manifest(), "Deployment/team/mine": added})}
    assert found - lines(cluster) == {f"TCP 5000 {NODES} → team.example.org"}


def test_docker_hub_is_more_than_the_name_in_its_references(other: Callable[..., Cluster]) -> None:
    found = lines(other(site={"mirrorRegistry": "docker.io/lab"}))
    assert found >= {f"TCP 443 {NODES} → {host}" for host in ("docker.io", "registry-1.docker.io", "auth.docker.io")}


def test_a_login_in_a_proxys_address_is_not_shown(other: Callable[..., Cluster]) -> None:
    found = rules(other({"proxy": {"httpProxy": "http://user:hunter2@p.example.org:8080"}}), {})
    assert f"TCP 8080 {NODES} → p.example.org" in {brief(rule) for rule in found}
    assert not [rule for rule in found if "hunter2" in str(rule)]


def test_a_vcenters_own_port_counts(other: Callable[..., Cluster]) -> None:
    vsphere: dict[str, Any] = {**yaml.safe_load(INSTALL_CONFIG)["platform"]["vsphere"]}
    vsphere = {key: vsphere[key] for key in ("apiVIPs", "ingressVIPs")}
    domain = {"server": "v1.example.com", "name": "a", "region": "r", "zone": "z"}
    topology = {"datacenter": "D", "computeCluster": "/D/host/C", "datastore": "/D/datastore/S", "networks": ["N"]}
    vsphere |= {"vcenters": [{"server": "v1.example.com", "port": 8443, "datacenters": ["D"]}]}
    vsphere |= {"failureDomains": [{**domain, "topology": topology}]}
    found = other({"platform": {"vsphere": vsphere}}, openshift={"version": "4.18.9"})
    assert {f"TCP 8443 {end} → v1.example.com" for end in (NODES, "installer host")} <= lines(found)
    assert not [line for line in lines(found) if line.startswith("TCP 443") and "v1.example.com" in line]


def test_bare_metal_reaches_its_bmcs_and_they_reach_the_image(other: Callable[..., Cluster]) -> None:
    addresses = [
        "redfish-virtualmedia://user:hunter2@10.7.0.1/redfish/v1/Systems/1",
        "ipmi://10.7.0.2",
        "10.7.0.3:6230",
    ]
    addresses += ["redfish+http://bmc4.example.com:8000/redfish/v1"]
    hosts = [{"name": f"h{n}", "role": "worker", "bmc": {"address": one}} for n, one in enumerate(addresses)]
    vips = {key: yaml.safe_load(INSTALL_CONFIG)["platform"]["vsphere"][key] for key in ("apiVIPs", "ingressVIPs")}
    config = {**yaml.safe_load(INSTALL_CONFIG), "platform": {"baremetal": {**vips, "hosts": hosts}}}
    cluster = other()
    cluster.repo.install_config_file.write_text(yaml.safe_dump(config))
    found = lines(cluster)
    assert found >= {
        f"TCP 443 {NODES} → 10.7.0.1",
        f"UDP 623 {NODES} → 10.7.0.2",
        f"UDP 6230 {NODES} → 10.7.0.3",
        f"TCP 8000 {NODES} → bmc4.example.com",
        f"TCP 6183 10.7.0.1 → {NODES}",
        f"TCP 6385 {BETWEEN}",
    }
    assert not [line for line in found if "hunter2" in line or line.startswith("TCP 6183 10.7.0.2")]


def test_a_rule_in_one_line_and_as_json() -> None:
    rule = Rule("10.0.0.0/16", "10.0.0.0/16", "UDP", "6081", "always", "Geneve tunnel", "docs/x.md")
    assert rule.as_text() == "UDP 6081 10.0.0.0/16 ↔ 10.0.0.0/16 (Geneve tunnel)"
    to_pods = Rule("10.0.0.0/16", PODS, "ESP", "", "install", "a reason", "docs/x.md")
    assert to_pods.as_text() == "ESP 10.0.0.0/16 → 10.128.0.0/14 (a reason, during installation)"
    keys = ["source", "destination", "protocol", "port", "phase", "reason", "fact"]
    assert list(rule.as_json()) == keys


def test_every_row_can_be_met_and_has_its_ends() -> None:
    lacking = [name for name, row in rows().items() if not (row.reason and row.fact and row.phase and row.protocols)]
    assert lacking == []
    assert {end for row in rows().values() for end in (row.source, row.destination)} == set(groups())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://api.example.com:6443", ("api.example.com", "6443")),
        ("https://api.example.com", ("api.example.com", "443")),
        ("http://user:word@p.example.com:3128/", ("p.example.com", "3128")),
        ("registry.example.com:5000", ("registry.example.com", "5000")),
        ("10.9.9.9", ("10.9.9.9", "")),
        ("fd00::1", ("fd00::1", "")),
        ("[fd00::1]:6443", ("fd00::1", "6443")),
        ("fe80::1%\n}", None),
        ("https://[fd00::1", None),
        ("host:port", None),
        ("=cmd|' /c calc'!a", None),
        ("a host", None),
        ("", None),
    ],
)
def test_hosts_and_ports_are_read_from_urls_and_references(text: str, expected: Any) -> None:
    assert end(text) == expected
