"""What holds for the rules of any configuration, and that classes of changes agree with them."""

from __future__ import annotations

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
from antrea_ci.firewall import rules
from antrea_ci.model.effective import Cluster, load
from support.firewall import MIRROR, manifest
from support.small import cluster_repo

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
