"""The transfer between pods: what it makes, what it says of each way a network can be broken, and what it leaves."""

from __future__ import annotations

import time
from typing import Any

import pytest

from antrea_ci.model.effective import Cluster, load
from antrea_ci.verify import Check, State
from antrea_ci.verify.created import created
from antrea_ci.verify.look import Look
from antrea_ci.verify.transfer import transfer
from support import kubernetes_cluster as k8s
from support.kubernetes_api import Direct, RefusedError
from support.kubernetes_api import State as Api
from support.kubernetes_cluster import Network, carried_by, healthy
from support.small import cluster_repo

_NAMESPACES = "/api/v1/namespaces"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    return load(cluster_repo(tmp_path_factory.mktemp("openshift")))


def carried(cluster: Cluster, state: Api) -> dict[str, Check]:
    """The two checks by name."""
    checks = transfer(Direct(state), cluster, until=time.monotonic(), progress=[].append)
    return {check.name: check for check in checks}


def pods(state: Api) -> list[dict[str, Any]]:
    """The pods that were made."""
    return [body for method, path, body in state.written if method == "POST" and path.endswith("/pods")]


def namespaces(state: Api) -> list[str]:
    return [path.rpartition("/")[2] for path in state.paths(_NAMESPACES) if "verify" in path]


def test_a_network_that_works_passes_and_leaves_nothing(cluster):
    state = healthy()
    found = carried(cluster, state)
    assert {check.state for check in found.values()} == {State.OK}
    assert "4 MiB went from a pod on compute-0 to one on compute-1" in found["transfer"].message
    assert "172.30.0.1" in found["dns"].message
    assert namespaces(state) == []


def test_pods_run_on_every_node_up_to_six_with_the_agents_own_image(cluster):
    state = healthy()
    carried(cluster, state)
    assert [pod["metadata"]["name"] for pod in pods(state)] == ["server", *(f"client-{index}" for index in range(6))]
    assert [pod["spec"]["nodeName"] for pod in pods(state)] == ["compute-0", *k8s.COMPUTE, *k8s.CONTROL_PLANE]
    assert {pod["spec"]["containers"][0]["image"] for pod in pods(state)} == {k8s.IMAGE}


def test_pods_fit_the_restricted_standard_of_pod_security(cluster):
    state = healthy()
    carried(cluster, state)
    ((_, _, namespace),) = [one for one in state.written if one[:2] == ("POST", _NAMESPACES)]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for pod in pods(state):
        spec, (container,) = pod["spec"], pod["spec"]["containers"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert spec["automountServiceAccountToken"] is False
        assert {*spec, *container}.isdisjoint({"hostNetwork", "hostPID", "hostIPC", "ports"})


BROKEN = {
    "nothing passes between nodes": (
        Network(unreached=k8s.NODES),
        "on 5 of 5 other nodes pods do not reach one on compute-0",
        ("firewall report", "disableTXChecksumOffload: true"),
    ),
    "one node is cut off": (
        Network(unreached=("compute-2",)),
        "on 1 of 5 other nodes pods do not reach one on compute-0: compute-2",
        ("firewall report",),
    ),
    "full packets do not pass": (
        Network(stalled=k8s.NODES),
        "reach one on compute-0, but 4 MiB do not arrive",
        ("disableTXChecksumOffload: true", "defaultMTU"),
    ),
    "not even on one node": (Network(broken=True), "on the same node", ("acnp",)),
    "no network for the pod": (
        Network(waiting="ContainerCreating"),
        "does not run: ContainerCreating",
        ("antrea-agent",),
    ),
}


@pytest.mark.parametrize(("network", "message", "fixes"), BROKEN.values(), ids=BROKEN)
def test_each_way_of_being_broken_is_told_apart(cluster, network, message, fixes):
    state = carried_by(healthy(), network)
    check = carried(cluster, state)["transfer"]
    assert check.state is State.FAILED
    assert message in check.message
    assert check.why
    assert all(fix in check.fix for fix in fixes)
    assert namespaces(state) == []


@pytest.mark.parametrize("waiting", ["ImagePullBackOff", "ErrImagePull", "CreateContainerConfigError"])
def test_an_image_that_cannot_run_says_nothing_about_the_network(cluster, waiting):
    found = carried(cluster, carried_by(healthy(), Network(waiting=waiting)))
    assert {check.state for check in found.values()} == {State.UNKNOWN}
    assert waiting in found["transfer"].message


def test_names_that_pods_cannot_resolve_fail_the_check_of_dns_alone(cluster):
    found = carried(cluster, carried_by(healthy(), Network(speechless=("compute-1",))))
    assert found["transfer"].state is State.OK
    assert found["dns"].state is State.FAILED
    assert "pods on compute-1 cannot resolve kubernetes.default" in found["dns"].message


def test_an_answer_outside_of_the_service_network_is_not_the_clusters_own_dns(cluster):
    found = carried(cluster, carried_by(healthy(), Network(resolved="93.184.215.14")))
    assert found["dns"].state is State.FAILED


def test_a_single_node_has_nothing_to_cross(cluster):
    state = healthy()
    for name in k8s.NODES[1:]:
        del state.objects[f"/api/v1/nodes/{name}"]
    check = carried(cluster, state)["transfer"]
    assert check.state is State.OK
    assert "the only ready node" in check.message


def test_nodes_that_are_not_ready_are_left_out(cluster):
    state = healthy()
    state.objects["/api/v1/nodes/compute-0"] = k8s.node("compute-0", ready="False")
    carried(cluster, state)
    assert "compute-0" not in {pod["spec"]["nodeName"] for pod in pods(state)}


def test_pods_are_tried_again_until_the_namespace_has_its_account(cluster, monkeypatch):
    monkeypatch.setattr("antrea_ci.verify.room._PAUSE_SECONDS", 0.0)
    state = carried_by(healthy(), Network(accounts_missing=3))
    checks = transfer(Direct(state), cluster, until=time.monotonic() + 60, progress=[].append)
    assert {check.state for check in checks} == {State.OK}


def test_a_cluster_that_takes_no_namespace_leaves_the_question_open(cluster):
    state = healthy()

    def refuse(path: str, made: dict[str, Any]) -> None:
        raise RefusedError(403, "Forbidden", "namespaces is forbidden")

    state.on_create = refuse
    found = carried(cluster, state)
    assert {check.state for check in found.values()} == {State.UNKNOWN}
    assert "namespaces is forbidden" in found["transfer"].message


def test_what_a_killed_run_left_is_removed_and_nothing_else(cluster):
    state = healthy()
    label = {"antrea-gitops.io/made-for": "verify"}
    for name, labels in (("antrea-gitops-verify-01", label), ("antrea-gitops-verify-of-mine", {})):
        state.objects[f"{_NAMESPACES}/{name}"] = {"metadata": {"name": name, "labels": labels}}
    carried(cluster, state)
    assert namespaces(state) == ["antrea-gitops-verify-of-mine"]


def test_what_antrea_made_is_listed_by_kind(cluster):
    assert created(Look(Direct(healthy()))) == (
        "Namespace/antrea-operator",
        "ClusterOperator/antrea",
        "CustomResourceDefinition/egresses.crd.antrea.io",
        "DaemonSet/kube-system/antrea-agent",
        "Deployment/kube-system/antrea-controller",
    )
