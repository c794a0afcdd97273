"""What is compared for drift: what a manifest says and what was applied, not what the server or others added."""

from __future__ import annotations

from typing import Any

from antrea_ci.apply.conflicts import real
from antrea_ci.apply.fieldsets import kept, removed, union, without
from antrea_ci.apply.projection import projected
from antrea_ci.kube.api import Conflict

Object = dict[str, Any]
CONTAINER = 'k:{"name":"operator"}'
IMAGE: Object = {"f:containers": {CONTAINER: {".": {}, "f:image": {}, "f:name": {}}}}


def managed(manager: str, fields: Object, operation: str = "Apply") -> Object:
    return {"manager": manager, "operation": operation, "apiVersion": "apps/v1", "fieldsV1": {"f:spec": fields}}


def living(spec: Object, *managers: Object) -> Object:
    metadata = {"name": "operator", "uid": "1", "resourceVersion": "7", "managedFields": list(managers)}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec, "status": {"ready": 1}}


def manifest(spec: Object) -> Object:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "operator"}, "spec": spec}


def test_defaults_a_status_and_what_others_added_are_left_out() -> None:
    container = {"name": "operator", "image": "r/o:1", "imagePullPolicy": "Always"}
    sidecar = {"name": "sidecar", "image": "r/s:1"}
    theirs = {"f:containers": {'k:{"name":"sidecar"}': {".": {}, "f:image": {}, "f:name": {}}}}
    live = living({"replicas": 1, "containers": [container, sidecar]}, managed("antrea-gitops", IMAGE))
    live["metadata"]["managedFields"].append(managed("injector", theirs, "Update"))
    said = manifest({"containers": [{"name": "operator", "image": "r/o:1"}]})
    assert projected(live, said) == said


def test_what_was_applied_and_is_not_said_any_more_is_left_in() -> None:
    fields = {"f:paused": {}, **IMAGE}
    live = living({"paused": True, "containers": [{"name": "operator", "image": "r/o:1"}]})
    live["metadata"]["managedFields"] = [managed("antrea-gitops", fields)]
    found = projected(live, manifest({"containers": [{"name": "operator", "image": "r/o:1"}]}))
    assert found["spec"] == live["spec"]


def test_a_default_inside_of_what_is_owned_as_a_whole_is_no_drift_and_a_foreign_key_is() -> None:
    reference = {"env": [{"name": "N", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]}
    item = {".": {}, "f:name": {}, "f:valueFrom": {"f:fieldRef": {}}}
    for manager in ("antrea-gitops", "kubectl"):
        field = {"fieldPath": "metadata.name", "apiVersion": "v1"}
        live = living({"env": [{"name": "N", "valueFrom": {"fieldRef": field}}]})
        live["metadata"]["managedFields"] = [managed(manager, {"f:env": {'k:{"name":"N"}': item}})]
        assert projected(live, manifest(reference))["spec"] == reference
    live = living({"selector": {"a": "b", "c": "d"}}, managed("kubectl", {"f:selector": {}}))
    assert projected(live, manifest({"selector": {"a": "b"}}))["spec"] == {"selector": {"a": "b", "c": "d"}}


def test_a_conflict_is_one_only_where_a_value_of_its_owner_changes() -> None:
    fields = {"f:fieldRef": {}, **IMAGE}
    spec = {"fieldRef": {"fieldPath": "n", "apiVersion": "v1"}, "containers": [{"name": "operator", "image": "r/o:1"}]}
    live = living({**spec, "replicas": 1}, managed("kubectl-create", fields, "Update"))
    owners = [Conflict("kubectl-create", (".spec.fieldRef",)), Conflict("cluster-bootstrap", (".spec.replicas",))]
    assert real(live, living({**spec, "replicas": 2}), owners) == ()
    newer = living({**spec, "containers": [{"name": "operator", "image": "r/o:2"}]})
    assert real(live, newer, owners) == (owners[0],)


def test_what_says_nothing_is_the_same_as_nothing() -> None:
    said = manifest({"paused": False, "args": [], "strategy": {}})
    assert projected(living({}), said) == said


def test_fields_are_joined_and_taken_away() -> None:
    one: Object = {"f:a": {}, "f:b": {"f:c": {}}}
    other: Object = {"f:b": {".": {}, "f:d": {}}, "f:e": {}}
    both = union(one, other)
    assert both == {"f:a": {}, "f:b": {".": {}, "f:c": {}, "f:d": {}}, "f:e": {}}
    assert without(both, one) == {"f:b": {"f:d": {}}, "f:e": {}}
    value = {"a": 1, "b": {"c": 2, "d": 3}, "e": 4, "x": 5}
    assert removed(value, without(both, one)) == {"a": 1, "b": {"c": 2}, "x": 5}
    assert kept(value, one) == {"a": 1, "b": {"c": 2}}
