"""Lists: by natural key, by content, by position where the order counts."""

from __future__ import annotations

from typing import Any

import pytest

from antrea_ci.facts import facts
from support.differences import notes, told

GET = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}
USE = {"apiGroups": ["security.openshift.io"], "resources": ["securitycontextconstraints"], "verbs": ["use"]}


@pytest.mark.parametrize(
    ("key", "before", "after", "expected"),
    [
        ("containers", {"name": "a", "tty": True}, {"name": "a", "tty": False}, "[name=a].tty: true → false"),
        ("volumeMounts", {"mountPath": "/a", "name": "p"}, {"mountPath": "/a", "name": "q"},
         "[mountPath=/a].name: p → q"),
        ("ports", {"containerPort": 80, "hostPort": 1}, {"containerPort": 80, "hostPort": 2},
         "[containerPort=80,protocol=TCP].hostPort: 1 → 2"),
        ("ports", {"name": "web", "port": 80}, {"name": "web", "port": 81}, "[name=web].port: 80 → 81"),
        ("subjects", {"kind": "User", "name": "a", "apiGroup": "p"}, {"kind": "User", "name": "a", "apiGroup": "q"},
         "[kind=User,namespace=,name=a].apiGroup: p → q"),
        ("conditions", {"type": "Ready", "status": "True"}, {"type": "Ready", "status": "False"},
         '[type=Ready].status: "True" → "False"'),
        ("hostAliases", {"ip": "fd00:0::1", "hostnames": ["a"]}, {"ip": "fd00::1", "hostnames": ["b"]},
         "[ip=fd00::1].ip: fd00:0::1 → fd00::1 [spelling]"),
        ("unknown", {"name": "a", "x": 1}, {"name": "a", "x": 2}, "[name=a].x: 1 → 2"),
    ],
)  # fmt: skip
def test_items_are_matched_by_what_names_them(key: str, before: Any, after: Any, expected: str):
    other = {**before, **{name: f"other {value}" for name, value in before.items() if isinstance(value, str)}}
    if "name" in other or "type" in other or "mountPath" in other or "ip" in other:
        assert f"{key}{expected}" in told({key: [other, before]}, {key: [other, after]})
    else:
        assert f"{key}{expected}" in told({key: [before]}, {key: [after]})


def test_a_port_of_another_protocol_is_another_port():
    tcp, udp = {"containerPort": 53}, {"containerPort": 53, "protocol": "UDP"}
    assert told({"ports": [tcp]}, {"ports": [tcp, udp]}) == [
        'ports[containerPort=53,protocol=UDP]: absent → {"containerPort": 53, "protocol": "UDP"}'
    ]


def test_in_rules_only_the_verb_that_changed_differs_wherever_its_rule_stands():
    changed = {**GET, "verbs": ["get", "list", "watch"]}
    assert told({"rules": [GET, USE]}, {"rules": [changed, USE]}) == ["rules[0].verbs[2]: absent → watch"]
    assert told({"rules": [GET, USE]}, {"rules": [USE, changed]})[0] == "rules[0].verbs[2]: absent → watch"


def test_one_that_could_be_either_of_two_is_not_guessed():
    like = [{**GET, "resources": [name]} for name in ("a", "b")]
    assert told({"rules": like}, {"rules": [{**GET, "resources": ["c"]}]})[:2] == [
        'rules[0]: {"apiGroups": [""], "resources": ["a"], "verbs": ["get", "list"]} → absent',
        'rules[1]: {"apiGroups": [""], "resources": ["b"], "verbs": ["get", "list"]} → absent',
    ]


@pytest.mark.parametrize(("before", "after"), [(["a", "a"], ["a"]), ([1, 1, 2], [1, 2, 2])])
def test_of_equal_items_none_is_lost(before: list[Any], after: list[Any]):
    assert told({"x": before}, {"x": after}) != []


def test_two_items_of_one_name_are_both_there():
    twice = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    assert told({"env": twice}, {"env": [*twice[:1], {"name": "A", "value": "3"}]}) == ['env[1].value: "2" → "3"']


def test_another_order_alone_is_told_as_such_with_both_lists():
    assert told({"verbs": ["get", "list"]}, {"verbs": ["list", "get"]}) == [
        'verbs: ["get", "list"] → ["list", "get"] [order]'
    ]
    a, b = {"name": "a"}, {"name": "b"}
    assert notes({"containers": [a, b]}, {"containers": [b, a]}) == ["another order: name=a, name=b → name=b, name=a"]


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("Deployment", "args"),
        ("Deployment", "command"),
        ("install-config.yaml", "machineNetwork"),
        ("install-config.yaml", "apiVIPs"),
        ("cluster.yaml", "serviceNetwork"),
        ("ClusterNetworkPolicy", "ingress"),
        (".github/workflows/main.yml", "steps"),
        ("antrea/overlays/install/kustomization.yaml", "patches"),
    ],
)
def test_where_order_counts_another_one_changes_the_meaning(kind: str, key: str):
    assert told({key: ["a", "b"]}, {key: ["b", "a"]}, kind) == [f'{key}: ["a", "b"] → ["b", "a"]']


def test_order_counts_for_policies_of_antrea_and_not_for_those_of_kubernetes():
    for group, effect in (("crd.antrea.io/v1beta1", ""), ("networking.k8s.io/v1", " [order]")):
        before = {"apiVersion": group, "ingress": ["a", "b"]}
        found = told(before, {**before, "ingress": ["b", "a"]}, "NetworkPolicy")
        assert found == [f'ingress: ["a", "b"] → ["b", "a"]{effect}']


def test_the_order_of_variables_counts_where_one_uses_another():
    for value, effect in (("1", " [order]"), ("$(A)/x", "")):
        env = [{"name": "A", "value": "1"}, {"name": "B", "value": value}]
        assert told({"env": env}, {"env": env[::-1]})[0].endswith(effect or "]")


def test_one_more_argument_is_only_that():
    assert told({"args": ["a", "b"]}, {"args": ["a", "--new", "b"]}) == ["args[1]: absent → --new"]


def test_an_item_that_joins_an_ordered_list_says_where():
    first, second = {"name": "a"}, {"name": "b"}
    assert notes({"initContainers": [first]}, {"initContainers": [second, first]}) == ["item 1 of 2"]


def test_a_network_that_changed_is_one_change():
    networks = [{"cidr": "10.128.0.0/14", "hostPrefix": 23}]
    assert told(
        {"clusterNetwork": networks}, {"clusterNetwork": [{**networks[0], "hostPrefix": 24}]}, "install-config.yaml"
    ) == ["clusterNetwork[0].hostPrefix: 23 → 24"]


def test_an_item_of_a_list_that_was_empty_is_called_by_its_name_too():
    assert told({"containers": []}, {"containers": [{"name": "a"}]}) == ['containers[name=a]: absent → {"name": "a"}']


def test_what_is_there_on_one_side_only_is_one_difference_at_its_top():
    assert told({"a": {"b": {"c": 1}}}, {}) == ['a: {"b": {"c": 1}} → absent']


def test_every_list_with_an_order_says_why_and_who_says_so():
    rows = facts("diff")["ordered"]
    assert isinstance(rows, list)
    assert all(isinstance(row, dict) and row.get("why") and row.get("source") for row in rows)
