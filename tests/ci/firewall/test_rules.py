"""The rules that firewalls need: which of them each configuration has, and between whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.diff.classes import Subject, classify
from antrea_ci.diff.model import ABSENT, ChangeClass, Difference
from antrea_ci.diff.paths import Inner
from antrea_ci.facts import facts
from antrea_ci.firewall import Rule, rules
from antrea_ci.firewall.rule import groups, rows
from antrea_ci.model.effective import Cluster, load
from support.small import INSTALL_CONFIG, cluster_repo

VERSION = "operator.antrea.vmware.com/v1"
NODES, PODS = "10.1.224.0/24", "10.128.0.0/14"


def manifest(agent: Any = None, controller: Any = None, **spec: Any) -> dict[str, Any]:
    """The rendered objects: an AntreaInstall with these configurations."""
    texts = {
        "antreaAgentConfig": yaml.safe_dump(agent or {}),
        "antreaControllerConfig": yaml.safe_dump(controller or {}),
    }
    return {"AntreaInstall/a/b": {"apiVersion": VERSION, "kind": "AntreaInstall", "spec": {**texts, **spec}}}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """OpenShift on vSphere with Antrea 1.14.1."""
    return load(cluster_repo(tmp_path_factory.mktemp("rules") / "ocp"))


@pytest.fixture
def other(tmp_path: Path) -> Callable[..., Cluster]:
    """A cluster with another install-config or other sections of cluster.yaml."""

    def made(config: dict[str, Any] | None = None, **sections: Any) -> Cluster:
        repo = cluster_repo(tmp_path / "other", **sections)
        if config:
            repo.install_config_file.write_text(yaml.safe_dump({**yaml.safe_load(INSTALL_CONFIG), **config}))
        return load(repo)

    return made


def brief(rule: Rule) -> str:
    """Protocol, port and ends, without the reason."""
    return rule.as_text().split(" (")[0]


def lines(cluster: Cluster, **configuration: Any) -> set[str]:
    return {brief(rule) for rule in rules(cluster, manifest(**configuration))}


BETWEEN = f"{NODES} ↔ {NODES}"
ROUTED = {f"any {NODES} → {PODS}", f"any {PODS} → {NODES}", f"any {PODS} ↔ {PODS}"}
IPSEC = {f"ESP {BETWEEN}", f"AH {BETWEEN}", f"UDP 500 {BETWEEN}", f"UDP 4500 {BETWEEN}"}
GENEVE = {f"UDP 6081 {BETWEEN}"}


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


def test_a_gate_counts_as_the_version_has_it(other: Callable[..., Cluster]) -> None:
    """BGPPolicy came with 2.1, and before 1.14 NodePortLocal needed no switch."""
    images = {"operator": "r.example.org/operator:v2.1.0", "antrea": "r.example.org/antrea:v2.1.0"}
    newer = other(images=images)
    assert f"TCP 179 {NODES} → BGP peers" in lines(newer, agent={"featureGates": {"BGPPolicy": True}})


def test_what_antrea_cannot_read_leaves_its_defaults(cluster: Cluster) -> None:
    broken = manifest(antreaAgentConfig="a: [", antreaControllerConfig="- list")
    assert rules(cluster, broken) == rules(cluster, {}) == rules(cluster, manifest())


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
        f"TCP 443 {NODES} → quay.io",
        f"TCP 443 {NODES} → r.example.org",
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


def test_plain_kubernetes_has_no_rules_of_openshift(other: Callable[..., Cluster]) -> None:
    assert lines(other(flavour="kubernetes", site={"ntpServers": ["10.9.9.1"]})) == {
        *GENEVE,
        *(f"TCP {port} {BETWEEN}" for port in (10349, 10350, 10351)),
        f"UDP 10351 {BETWEEN}",
        f"TCP 6443 {NODES} → Kubernetes API server",
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


def test_the_custom_resource_alone_can_join_nsx(cluster: Cluster) -> None:
    assert f"TCP 1234 {NODES} → NSX managers" in {
        brief(rule) for rule in rules(cluster, manifest(enableInterworking=True))
    }


MIRROR = [{"source": "quay.io/openshift-release-dev/ocp-release", "mirrors": ["m.example.org:5000/release"]}]


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


def test_a_rule_in_one_line_and_as_json() -> None:
    rule = Rule("10.0.0.0/16", "10.0.0.0/16", "UDP", "6081", "always", "Geneve tunnel", "docs/x.md")
    assert rule.as_text() == "UDP 6081 10.0.0.0/16 ↔ 10.0.0.0/16 (Geneve tunnel)"
    to_pods = Rule("10.0.0.0/16", PODS, "ESP", "", "install", "a reason", "docs/x.md")
    assert to_pods.as_text() == "ESP 10.0.0.0/16 → 10.128.0.0/14 (a reason, during installation)"
    keys = ["source", "destination", "protocol", "port", "phase", "reason", "fact"]
    assert list(rule.as_json()) == keys


AGENTS: dict[str, st.SearchStrategy[Any]] = {
    "trafficEncapMode": st.sampled_from(["encap", "noEncap", "hybrid", "networkPolicyOnly"]),
    "tunnelType": st.sampled_from(["geneve", "vxlan", "gre", "stt"]),
    "trafficEncryptionMode": st.sampled_from(["none", "ipsec", "wireGuard"]),
    "tunnelPort": st.integers(0, 65535),
    "apiPort": st.integers(0, 65535),
    "clusterPort": st.integers(0, 65535),
    "enableIPSecTunnel": st.booleans(),
    "defaultMTU": st.integers(0, 9000),
    "noSNAT": st.booleans(),
    "kubeAPIServerOverride": st.sampled_from(["", "https://api.example.com", "10.9.9.9:6443"]),
    "nodePortLocal": st.fixed_dictionaries({"enable": st.booleans()}),
    "antreaProxy": st.fixed_dictionaries({"proxyAll": st.booleans(), "enable": st.booleans()}),
    "flowExporter": st.fixed_dictionaries({"enable": st.booleans()}),
    "multicluster": st.fixed_dictionaries({"enableGateway": st.booleans()}),
    "wireGuard": st.fixed_dictionaries({"port": st.integers(0, 65535)}),
    "featureGates": st.dictionaries(st.sampled_from(sorted(facts("antrea-config")["gates"])), st.booleans()),
}
CONFIGURATIONS = st.fixed_dictionaries({}, optional=AGENTS)
INSTALL = Subject(is_file=False, group="operator.antrea.vmware.com", kind="AntreaInstall")


@given(CONFIGURATIONS)
def test_rules_follow_from_the_configuration_alone_and_each_says_why(cluster: Cluster, agent: dict[str, Any]) -> None:
    found = rules(cluster, manifest(agent))
    backwards = dict(reversed(agent.items()))
    assert rules(cluster, manifest(backwards)) == found
    ends = [(rule.source, rule.destination, rule.protocol, rule.port) for rule in found]
    assert len(ends) == len(set(ends))
    assert all(rule.reason and rule.fact and rule.protocol for rule in found)


@given(CONFIGURATIONS, CONFIGURATIONS)
def test_a_change_that_needs_other_rules_has_the_class_firewall(
    cluster: Cluster, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """One key at a time, so that it is known which one did it."""
    key = next(iter(after), "")
    changed = {**before, **({key: after[key]} if key else {})}
    if rules(cluster, manifest(before)) == rules(cluster, manifest(changed)):
        return
    old, new = before.get(key, ABSENT), after[key]
    found: set[ChangeClass] = set()
    if isinstance(new, dict):
        old = old if isinstance(old, dict) else {}
        for inner in {name for name in {*old, *new} if old.get(name) != new.get(name)}:
            steps = ("spec", "antreaAgentConfig", Inner("yaml"), key, inner)
            found |= set(classify(INSTALL, Difference(steps, old.get(inner, ABSENT), new.get(inner, ABSENT))).classes)
    else:
        found = set(classify(INSTALL, Difference(("spec", "antreaAgentConfig", Inner("yaml"), key), old, new)).classes)
    assert ChangeClass.FIREWALL in found, (key, old, new)


@pytest.mark.parametrize(
    ("file", "steps", "after"),
    [
        ("install-config.yaml", ("networking", "machineNetwork"), [{"cidr": "10.1.0.0/16"}]),
        ("install-config.yaml", ("networking", "clusterNetwork"), [{"cidr": "10.132.0.0/14", "hostPrefix": 23}]),
        ("install-config.yaml", ("platform", "vsphere", "apiVIPs"), ["10.1.224.20"]),
        ("install-config.yaml", ("platform", "vsphere", "ingressVIPs"), ["10.1.224.20"]),
        ("install-config.yaml", ("platform", "vsphere", "vCenter"), "other.example.com"),
        ("install-config.yaml", ("proxy",), {"httpProxy": "http://p.example.org:3128"}),
        ("install-config.yaml", ("imageContentSources",), MIRROR),
        ("cluster.yaml", ("images", "operator"), "other.example.org/operator:v1.14.1"),
        ("cluster.yaml", ("site",), {"ntpServers": ["10.9.9.1"]}),
        ("cluster.yaml", ("site",), {"mirrorRegistry": "m.example.org"}),
        ("cluster.yaml", ("nsx",), {"enabled": True}),
        ("cluster.yaml", ("nsx",), {"enabled": True, "managers": ["10.9.0.1"]}),
    ],
)
def test_a_change_of_a_file_that_needs_other_rules_has_the_class_firewall(
    tmp_path: Path, file: str, steps: tuple[str, ...], after: Any
) -> None:
    repo = cluster_repo(tmp_path / "ocp")
    before = rules(load(repo), {})
    value = yaml.safe_load((repo.root / file).read_text())
    parent = value
    for step in steps[:-1]:
        parent = parent[step]
    old = parent.get(steps[-1], ABSENT)
    parent[steps[-1]] = after
    (repo.root / file).write_text(yaml.safe_dump(value))
    assert rules(load(repo), {}) != before
    found = classify(Subject(is_file=True, name=file), Difference(steps, old, after))
    assert ChangeClass.FIREWALL in found.classes


def test_every_row_can_be_met_and_has_its_ends() -> None:
    lacking = [name for name, row in rows().items() if not (row.reason and row.fact and row.phase and row.protocols)]
    assert lacking == []
    assert {end for row in rows().values() for end in (row.source, row.destination)} == set(groups())
