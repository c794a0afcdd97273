"""What a change means: the classes that reviewers, and the gate of an installed cluster, rely on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.diff.classes import Subject, classify, classify_moved, classify_whole
from antrea_ci.diff.classes.books import books
from antrea_ci.diff.model import ABSENT, ChangeClass, Difference, Effect
from antrea_ci.diff.paths import Inner, Item, Step

AGENT = ("spec", "antreaAgentConfig", Inner("yaml"))
CONTROLLER = ("spec", "antreaControllerConfig", Inner("yaml"))
CONTAINER = ("spec", "template", "spec", "containers", Item("name=antrea-operator"))
OURS = "antrea-operator"
RANK = list(ChangeClass)


def the_object(kind: str, group: str = "", name: str = OURS, namespace: str = OURS) -> Subject:
    return Subject(is_file=False, group=group, kind=kind, namespace=namespace, object_name=name)


def file(name: str) -> Subject:
    return Subject(is_file=True, name=name)


INSTALL = the_object("AntreaInstall", "operator.antrea.vmware.com", "antrea-install")
OPERATOR = the_object("Deployment", "apps")
NAMESPACE = the_object("Namespace", namespace="")
CRD = the_object("CustomResourceDefinition", "apiextensions.k8s.io", "antreainstalls.operator.antrea.vmware.com", "")
BINDING = the_object("ClusterRoleBinding", "rbac.authorization.k8s.io", namespace="")
CONFIG, CLUSTER = file("install-config.yaml"), file("cluster.yaml")


def told(subject: Subject, steps: tuple[Step, ...], before: Any = "a", after: Any = "b", **more: Any) -> str:
    """The classes in words, the worst first."""
    return " ".join(classify(subject, Difference(steps, before, after, **more)).classes)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((*AGENT, "tunnelType"), "restarts-agents firewall"),
        ((*AGENT, "trafficEncapMode"), "restarts-agents firewall"),
        ((*AGENT, "defaultMTU"), "restarts-agents"),
        ((*AGENT, "featureGates", "Egress"), "restarts-agents"),
        ((*AGENT, "featureGates", "BGPPolicy"), "restarts-agents firewall"),
        ((*AGENT, "serviceCIDR"), "immutable restarts-agents"),
        ((*AGENT, "misspelt"), "restarts-agents"),
        ((*CONTROLLER, "enablePrometheusMetrics"), "safe"),
        ((*CONTROLLER, "apiPort"), "firewall"),
        ((*CONTROLLER, "nodeIPAM", "nodeCIDRMaskSizeIPv4"), "immutable"),
        ((*CONTROLLER, "nodeIPAM", "clusterCIDRs", Item("10.0.0.0/8")), "immutable"),
        (("spec", "antreaCNIConfig", Inner("json"), "cniVersion"), "restarts-agents"),
        (("spec", "antreaPlatform"), "immutable"),
        (("spec", "enableInterworking"), "firewall"),
        (("spec", "bootstrapConfig", Inner("yaml"), "clusterName"), "reinstall"),
        (("spec", "mpAdapterConfig", Inner("yaml"), "NSXClientTimeout"), "unknown"),
        (("spec", "somethingNew"), "unknown"),
    ],
)
def test_the_custom_resource(steps: tuple[Step, ...], expected: str) -> None:
    assert told(INSTALL, steps) == expected


@pytest.mark.parametrize(
    ("subject", "steps", "expected"),
    [
        (OPERATOR, (*CONTAINER, "env", Item("name=POD_NAME"), "value"), "restarts-operator"),
        (OPERATOR, (*CONTAINER, "resources", "limits", "memory"), "restarts-operator"),
        (OPERATOR, ("spec", "selector", "matchLabels", "name"), "immutable"),
        (OPERATOR, ("spec", "revisionHistoryLimit"), "safe"),
        (NAMESPACE, ("metadata", "labels", "openshift.io/run-level"), "restarts-operator"),
        (NAMESPACE, ("metadata", "labels", "team"), "unknown"),
        (the_object("ClusterRole", "rbac.authorization.k8s.io"), ("rules", Item("0"), "verbs", Item("get")), "safe"),
        (BINDING, ("roleRef", "name"), "immutable"),
        (CRD, ("spec", "versions", Item("name=v1"), "schema", "openAPIV3Schema", "type"), "safe"),
        (CRD, ("spec", "scope"), "immutable"),
        (the_object("ServiceAccount"), ("imagePullSecrets", Item("name=pull"), "name"), "safe"),
        (the_object("NetworkPolicy", "networking.k8s.io", "mine", "team"), ("spec", "egress"), "firewall"),
        (
            the_object("MachineConfig", "machineconfiguration.openshift.io", "99-x", ""),
            ("spec", "config"),
            "restarts-agents",
        ),
        (the_object("ConfigMap", "", "mine", "team"), ("data", "key"), "unknown"),
        (the_object("Deployment", "apps", "mine", "team"), (*CONTAINER, "image"), "unknown"),
    ],
)
def test_other_objects(subject: Subject, steps: tuple[Step, ...], expected: str) -> None:
    assert told(subject, steps) == expected


@pytest.mark.parametrize(
    ("name", "steps", "expected"),
    [
        ("install-config.yaml", ("metadata", "name"), "immutable"),
        ("install-config.yaml", ("baseDomain",), "immutable"),
        ("install-config.yaml", ("networking", "networkType"), "immutable"),
        ("install-config.yaml", ("networking", "clusterNetwork", Item("0"), "cidr"), "immutable firewall"),
        ("install-config.yaml", ("networking", "clusterNetwork", Item("0"), "hostPrefix"), "immutable"),
        ("install-config.yaml", ("networking", "serviceNetwork", Item("0")), "immutable"),
        ("install-config.yaml", ("Networking", "NETWORKTYPE"), "immutable"),
        ("install-config.yaml", ("platform", "vsphere", "failureDomains", Item("name=a"), "region"), "reinstall"),
        ("install-config.yaml", ("platform", "vsphere", "vcenters", Item("0"), "server"), "reinstall firewall"),
        ("install-config.yaml", ("compute", Item("name=worker"), "replicas"), "reinstall"),
        ("install-config.yaml", ("additionalTrustedBundle",), "unknown"),
        ("cluster.yaml", ("flavour",), "immutable"),
        ("cluster.yaml", ("openshift", "version"), "reinstall"),
        ("cluster.yaml", ("networking", "clusterNetwork", Item("0"), "hostPrefix"), "immutable"),
        ("cluster.yaml", ("antrea", "featureGates", "Egress"), "restarts-agents"),
        ("cluster.yaml", ("antrea", "featureGates", "AdminNetworkPolicy"), "safe"),
        ("cluster.yaml", ("antrea", "controller", "nodeIPAM", "nodeCIDRMaskSizeIPv4"), "immutable"),
        ("cluster.yaml", ("backup", "keep", "daily"), "safe"),
        ("cluster.yaml", ("antrea", "misspelt"), "unknown"),
        ("installed.yaml", ("immutable", "networking", "machineNetwork", Item("0")), "immutable"),
        ("installed.yaml", ("versions", "release"), "safe"),
        ("tools.lock.yaml", ("tools", "openshift-install", "version"), "reinstall"),
        ("tools.lock.yaml", ("tools", "kustomize", "sha256", "linux_amd64"), "safe"),
        ("README.md", (), "documentation"),
        ("docs/runbook.md", (), "documentation"),
        (".github/workflows/main.yml", ("jobs", "check"), "safe"),
        (".gitlab/ci/main.yml", ("check",), "safe"),
        ("firewall/rules.csv", (), "firewall"),
        ("antrea/bundle/operator.yaml", ("spec",), "safe"),
        ("antrea/overlays/nsx/kustomization.yaml", ("resources",), "safe"),
        ("scripts/mine.sh", (), "unknown"),
    ],
)
def test_files(name: str, steps: tuple[Step, ...], expected: str) -> None:
    assert told(file(name), steps) == expected


@pytest.mark.parametrize("effect", [Effect.ORDER, Effect.SPELLING, Effect.COMMENT])
@pytest.mark.parametrize("subject", [INSTALL, OPERATOR, CONFIG, the_object("Unheard", "of.example")])
def test_order_spelling_and_comments_are_documentation_whatever_they_stand_in(subject: Subject, effect: Effect) -> None:
    found = classify(subject, Difference(("networking",), "a", "b", effect))
    assert found.classes == (ChangeClass.DOCUMENTATION,)
    assert found.why


def test_where_only_the_text_counts_the_reason_says_so() -> None:
    found = classify(INSTALL, Difference(("spec", "antreaCNIConfig", Inner("json")), "a", "b", Effect.COMMENT))
    assert found.why.endswith("the operator compares this text as it stands, so applying it restarts all agents")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("r.example.com/antrea:v1", "r.example.com/antrea:v2", "restarts-agents"),
        ("r.example.com/antrea:v1", "r.example.com/other/antrea:v1", "restarts-agents"),
        ("r.example.com/antrea:v1", "r.example.com:5000/antrea:v1", "restarts-agents firewall"),
        ("r.example.com/antrea:v1", ABSENT, "restarts-agents firewall"),
    ],
)
def test_an_image_of_another_registry_needs_another_way_to_it(before: Any, after: Any, expected: str) -> None:
    assert told(INSTALL, ("spec", "antreaImage"), before, after) == expected
    assert told(CLUSTER, ("images", "antrea"), before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (ABSENT, False, "safe"),
        (False, ABSENT, "safe"),
        (ABSENT, True, "immutable"),
        (True, False, "immutable"),
        (None, True, "immutable"),
    ],
)
def test_what_a_missing_key_stands_for_is_no_change(before: Any, after: Any, expected: str) -> None:
    assert told(CONFIG, ("fips",), before, after) == expected


@pytest.mark.parametrize("nothing", [ABSENT, None, ""])
def test_to_name_the_network_that_the_cluster_has_is_no_change_of_it(nothing: Any) -> None:
    assert told(INSTALL, (*AGENT, "serviceCIDR"), nothing, "172.30.0.0/16") == "restarts-agents"


NETWORKING = {
    "networkType": "antrea",
    "machineNetwork": [{"cidr": "10.1.224.0/24"}],
    "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}],
}


@pytest.mark.parametrize(("before", "after"), [(NETWORKING, ABSENT), (ABSENT, NETWORKING), (NETWORKING, None)])
def test_a_part_that_goes_or_comes_has_the_classes_of_all_that_it_holds(before: Any, after: Any) -> None:
    assert told(CONFIG, ("networking",), before, after) == "immutable firewall"


def test_a_part_that_holds_nothing_has_the_classes_of_all_that_it_can_hold() -> None:
    assert told(CONFIG, ("networking",), None, ABSENT) == "immutable reinstall firewall"


def test_another_platform_is_immutable_and_another_detail_of_it_is_not() -> None:
    assert told(CONFIG, ("platform", "vsphere"), {"cluster": "C0"}, ABSENT) == "immutable reinstall"
    assert told(CONFIG, ("platform", "vsphere", "cluster"), "C0", "C1") == "reinstall"


def test_one_unknown_thing_among_known_ones_leads() -> None:
    found = classify(CONFIG, Difference(("networking",), {**NETWORKING, "mtu": 1500}, ABSENT))
    assert found.classes == (ChangeClass.UNKNOWN, ChangeClass.IMMUTABLE, ChangeClass.FIREWALL)
    assert found.why.startswith("nothing is known about `networking.mtu` of install-config.yaml")


def test_the_reason_speaks_for_every_class() -> None:
    found = classify(CONFIG, Difference(("platform", "vsphere"), {"apiVIPs": ["10.1.224.10"]}, ABSENT))
    assert "belong to the platform" in found.why
    assert "clients of the API" in found.why


@pytest.mark.parametrize(
    ("subject", "added", "removed"),
    [
        (INSTALL, "restarts-agents", "immutable"),
        (OPERATOR, "restarts-operator", "immutable"),
        (NAMESPACE, "safe", "immutable"),
        (CRD, "safe", "immutable"),
        (BINDING, "safe", "restarts-operator"),
        (the_object("NetworkPolicy", "networking.k8s.io", "mine", "team"), "firewall", "firewall"),
        (the_object("ConfigMap", "", "mine", "team"), "unknown", "unknown"),
        (CONFIG, "reinstall", "immutable"),
        (file("installed.yaml"), "safe", "immutable"),
        (file("README.md"), "documentation", "documentation"),
        (file("CODEOWNERS"), "safe", "safe"),
        (file("mine.txt"), "unknown", "unknown"),
    ],
)
def test_objects_and_files_that_appear_or_go(subject: Subject, added: str, removed: str) -> None:
    assert " ".join(classify_whole(subject, "added").classes) == added
    assert " ".join(classify_whole(subject, "removed").classes) == removed


def test_another_name_is_never_below_what_a_delete_means() -> None:
    subjects = [
        file(book.files[0]) if book.files else the_object(book.kind, book.group, book.object_name, book.namespace)
        for book in books()
    ]
    for old in [*subjects, the_object("Unheard", "of.example"), file("mine.txt")]:
        removed = classify_whole(old, "removed").classes
        for new in (old, the_object(old.kind, old.group, "another", "elsewhere"), file("elsewhere.txt")):
            moved = classify_moved(old, new).classes
            assert set(removed) - {ChangeClass.SAFE, ChangeClass.DOCUMENTATION} <= set(moved)
            assert RANK.index(moved[0]) <= RANK.index(removed[0])


@pytest.mark.parametrize("key", ["name", "namespace"])
def test_another_name_among_the_differences_is_a_rename(key: str) -> None:
    assert told(OPERATOR, ("metadata", key)) == " ".join(classify_moved(OPERATOR, OPERATOR).classes)


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@given(WORDS.map(lambda kind: f"Unheard{kind}"), WORDS, st.lists(WORDS, max_size=4).map(tuple), st.booleans())
def test_what_no_fact_speaks_of_is_unknown(kind: str, group: str, steps: tuple[str, ...], is_file: bool) -> None:
    subject = file(f"unheard/{kind}") if is_file else the_object(kind, group)
    found = classify(subject, Difference(steps, "a", ABSENT))
    assert found.classes == (ChangeClass.UNKNOWN,)
    assert kind in found.why
