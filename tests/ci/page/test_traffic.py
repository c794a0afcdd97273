"""The picture of the firewall holds every rule, whatever is configured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from antrea_ci.firewall import rules
from antrea_ci.firewall.rule import groups, rows
from antrea_ci.model.effective import Cluster, load
from antrea_ci.page.collect.traffic import traffic
from antrea_ci.page.drawing.map import picture
from support.cluster_pages import read
from support.firewall import manifest
from support.small import cluster_repo

CONFIGURATIONS: Mapping[str, dict[str, Any]] = {
    "by default": {},
    "routed pods": {"agent": {"trafficEncapMode": "noEncap"}},
    "much": {
        "agent": {
            "trafficEncryptionMode": "ipsec",
            "kubeAPIServerOverride": "https://api.example.org:6443",
            "nodePortLocal": {"enable": True},
            "multicluster": {"enableGateway": True},
            "flowExporter": {"enable": True, "flowCollectorAddr": "flows.example.org:4739:tcp"},
            "featureGates": {"BGPPolicy": True, "Multicluster": True, "FlowExporter": True, "NodePortLocal": True},
        },
        "enableInterworking": True,
    },
}


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Cluster]:
    folder = tmp_path_factory.mktemp("traffic")
    made = {
        "openshift": cluster_repo(folder / "o"),
        "kubernetes": cluster_repo(folder / "k", flavour="kubernetes"),
    }
    return lambda flavour: load(made[flavour])


@pytest.mark.parametrize("flavour", ["openshift", "kubernetes"])
@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_every_rule_is_in_one_arrow_and_each_end_in_a_group(
    clusters: Callable[[str], Cluster], flavour: str, configuration: str
):
    cluster = clusters(flavour)
    found = rules(cluster, manifest(**CONFIGURATIONS[configuration]))
    gathered = traffic(cluster.plan, found)
    assert sum(flow.rules for flow in gathered.flows) == len(found) == len(gathered.ends)
    named = {group.name: {*group.members, group.name} for group in gathered.groups}
    for rule, (source, destination) in zip(found, gathered.ends, strict=True):
        assert rule.source in named[source]
        assert rule.destination in named[destination]


def test_the_picture_has_a_box_for_each_group_and_an_arrow_for_each_flow_between_two(
    clusters: Callable[[str], Cluster],
):
    cluster = clusters("openshift")
    gathered = traffic(cluster.plan, rules(cluster, manifest(**CONFIGURATIONS["much"])))
    drawn = read(picture(gathered))
    classes = [attributes.get("class", "") or "" for _, attributes in drawn.elements]
    between = [flow for flow in gathered.flows if flow.source != flow.destination]
    assert sum(kind.startswith("box") for kind in classes) == len(gathered.groups)
    assert sum(kind.startswith("flow") for kind in classes) == len(between)
    assert sum(kind == "label" for kind in classes) == len(between)


def test_every_group_of_the_facts_has_a_name_that_is_its_own():
    ends = {end for row in rows().values() for end in (row.source, row.destination)}
    assert ends <= set(groups())
