"""What each check says of a cluster that is well, and of one that is not; the API answers directly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from antrea_ci import facts
from antrea_ci.kube.api import ApiError
from antrea_ci.model.effective import Cluster, load
from antrea_ci.verify import Check, State
from antrea_ci.verify.settle import settle
from support import kubernetes_cluster as k8s
from support.kubernetes_api import Direct, RefusedError
from support.kubernetes_api import State as Api
from support.small import cluster_repo

REASONS = yaml.safe_load((Path(facts.__file__).parent / "operator-reasons.yaml").read_text())
OPENSHIFT = {"operator-antrea", "operator-network", "operators", "network-status"}
EVERYWHERE = {"nodes", "antrea-agent", "antrea-controller", "kube-proxy", "other-networks"}


@pytest.fixture(scope="module")
def openshift(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    return load(cluster_repo(tmp_path_factory.mktemp("openshift")))


@pytest.fixture(scope="module")
def kubernetes(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    return load(cluster_repo(tmp_path_factory.mktemp("kubernetes"), flavour="kubernetes"))


def looked(cluster: Cluster, state: Api) -> dict[str, Check]:
    """Every check of one round, by name."""
    found = settle(Direct(state), cluster, timeout=0, progress=[].append)
    return {check.name: check for check in found}


def only_failed(cluster: Cluster, state: Api) -> Check:
    """The one check that failed."""
    (failed,) = [check for check in looked(cluster, state).values() if check.state is not State.OK]
    assert failed.state is State.FAILED
    return failed


def test_a_cluster_that_is_well_passes_every_check(openshift):
    found = looked(openshift, k8s.healthy())
    assert set(found) == OPENSHIFT | EVERYWHERE
    assert {check.state for check in found.values()} == {State.OK}


def test_plain_kubernetes_is_judged_by_its_custom_resource(kubernetes):
    found = looked(kubernetes, k8s.plain(k8s.healthy()))
    assert set(found) == EVERYWHERE | {"operator-antrea"}
    assert {check.state for check in found.values()} == {State.OK}


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_of_the_operator_is_explained_with_what_to_do(openshift, reason):
    state = k8s.healthy()
    state.objects[f"{k8s.OPERATORS}/antrea"] = k8s.operator("antrea", reason, "it said so", Degraded="True")
    failed = only_failed(openshift, state)
    assert f"{reason}: it said so" in failed.message
    assert failed.why == REASONS[reason]["means"]
    assert failed.fix == REASONS[reason]["fix"].replace("{cli}", "oc")


def test_a_reason_that_nobody_knows_leads_to_the_operators_log(openshift):
    state = k8s.healthy()
    state.objects[f"{k8s.OPERATORS}/antrea"] = k8s.operator("antrea", "BrandNew", "hm", Degraded="True")
    assert "logs deployment/antrea-operator" in only_failed(openshift, state).fix


def test_a_degraded_custom_resource_is_told_on_plain_kubernetes(kubernetes):
    state = k8s.plain(k8s.healthy())
    ill = k8s.conditions({**k8s.WELL, "Degraded": "True"}, "ApplyObjectsError", "no")
    state.objects[k8s.INSTALL]["status"]["conditions"] = ill
    assert only_failed(kubernetes, state).why == REASONS["ApplyObjectsError"]["means"]


def gone(path: str) -> Callable[[Api], None]:
    return lambda state: state.objects.pop(path) and None


def put(path: str, manifest: dict) -> Callable[[Api], None]:
    return lambda state: state.objects.update({path: manifest})


def status(**values: object) -> Callable[[Api], None]:
    return lambda state: state.objects[k8s.NETWORK]["status"].update(values)


def spec(**values: object) -> Callable[[Api], None]:
    def change(state: Api) -> None:
        gone(k8s.KUBE_PROXY)(state)
        config = yaml.safe_dump({"antreaProxy": values})
        state.objects[k8s.INSTALL] = {"metadata": {"name": "x"}, "spec": {"antreaAgentConfig": config}}

    return change


ILL = {
    "no operator": (gone(f"{k8s.OPERATORS}/antrea"), "operator-antrea", "there is no ClusterOperator antrea"),
    "an operator that starts": (
        put(f"{k8s.OPERATORS}/antrea", k8s.operator("antrea", "Startup", "starting up", Available="False")),
        "operator-antrea",
        "is not available: Startup: starting up",
    ),
    "a degraded network operator": (
        put(f"{k8s.OPERATORS}/network", k8s.operator("network", "Rollout", "hangs", Degraded="True")),
        "operator-network",
        "is degraded: Rollout: hangs",
    ),
    "another operator": (
        put(f"{k8s.OPERATORS}/dns", k8s.operator("dns", "NoPods", Available="False")),
        "operators",
        "1 of 3 other cluster operators are not well: dns (not available: NoPods)",
    ),
    "a network without status": (status(networkType=""), "network-status", "no operator has published the network"),
    "another network type": (status(networkType="OVNKubernetes"), "network-status", "OVNKubernetes, not antrea"),
    "other pod networks": (
        status(clusterNetwork=[{"cidr": "10.128.0.0/14", "hostPrefix": 24}]),
        "network-status",
        "status.clusterNetwork is 10.128.0.0/14 (/24 a node), install-config.yaml has 10.128.0.0/14 (/23 a node)",
    ),
    "other service networks": (status(serviceNetwork=[]), "network-status", "status.serviceNetwork is empty"),
    "no agents": (gone(k8s.AGENT), "antrea-agent", "there is no DaemonSet kube-system/antrea-agent"),
    "an agent that is missing": (
        put(k8s.AGENT, k8s.daemon_set("antrea-agent", 5)),
        "antrea-agent",
        "antrea-agent is ready on 5 of 6 nodes",
    ),
    "no controller": (gone(k8s.CONTROLLER), "antrea-controller", "there is no Deployment"),
    "a controller that is down": (
        put(k8s.CONTROLLER, k8s.deployment("antrea-controller", 0)),
        "antrea-controller",
        "0 of 1 available",
    ),
    "no kube-proxy": (
        gone(k8s.KUBE_PROXY),
        "kube-proxy",
        "there is no DaemonSet openshift-kube-proxy/openshift-kube-proxy",
    ),
    "no kube-proxy and half a replacement": (spec(proxyAll=False), "kube-proxy", "there is no DaemonSet"),
    "a kube-proxy that is missing": (
        put(k8s.KUBE_PROXY, k8s.daemon_set("openshift-kube-proxy", 4)),
        "kube-proxy",
        "is ready on 4 of 6 nodes",
    ),
    "a node that is not ready": (
        put("/api/v1/nodes/compute-1", k8s.node("compute-1", ready="False")),
        "nodes",
        "1 of 6 nodes are not ready: compute-1 (KubeletNotReady: no CNI configuration file)",
    ),
    "another network": (
        put(
            "/api/v1/namespaces/openshift-ovn-kubernetes/pods/ovnkube-node-x", {"metadata": {"name": "ovnkube-node-x"}}
        ),
        "other-networks",
        "OVN-Kubernetes has 1 pods, such as ovnkube-node-x",
    ),
}


@pytest.mark.parametrize(("change", "name", "message"), ILL.values(), ids=ILL)
def test_what_is_ill_fails_its_own_check_alone(openshift, change, name, message):
    state = k8s.healthy()
    change(state)
    failed = only_failed(openshift, state)
    assert failed.name == name
    assert message in failed.message


def test_a_planned_node_that_is_not_there_is_missed(openshift):
    state = k8s.healthy()
    del state.objects["/api/v1/nodes/compute-2"]
    assert "5 nodes are there, 6 are planned" in looked(openshift, state)["nodes"].message


def test_the_node_without_a_ready_agent_is_named_with_what_its_pod_waits_for(openshift):
    state = k8s.healthy()
    state.objects[k8s.AGENT] = k8s.daemon_set("antrea-agent", 0)
    for name in k8s.NODES[1:]:
        waiting = {} if name != "compute-2" else {"state": {"waiting": {"reason": "ImagePullBackOff"}}}
        state.objects[f"/api/v1/namespaces/kube-system/pods/{name}"] = {
            "metadata": {"name": name, "labels": {"app": "antrea", "component": "antrea-agent"}},
            "spec": {"nodeName": name},
            "status": {
                "phase": "Pending",
                "conditions": k8s.conditions({"Ready": "False" if waiting else "True"}),
                "containerStatuses": [waiting],
            },
        }
    message = only_failed(openshift, state).message
    assert message.endswith("not on control-plane-0 (no pod), compute-2 (ImagePullBackOff)")


def test_antreas_own_proxy_may_take_the_place_of_kube_proxy(openshift):
    state = k8s.healthy()
    spec(proxyAll=True)(state)
    assert looked(openshift, state)["kube-proxy"].state is State.OK


def test_what_cannot_be_looked_at_is_unknown_and_no_fault_of_the_cluster(openshift):
    state = k8s.healthy()
    state.refused[k8s.NETWORK] = RefusedError(403, "Forbidden", "not for you")
    check = looked(openshift, state)["network-status"]
    assert check.state is State.UNKNOWN
    assert "not for you" in check.message


def test_a_cluster_that_answers_nothing_is_an_error(openshift):
    state = k8s.healthy()
    state.refused["*"] = RefusedError(503, "ServiceUnavailable", "starting")
    with pytest.raises(ApiError, match="does not answer"):
        looked(openshift, state)


def test_each_object_is_asked_for_once_a_round(openshift):
    state = k8s.healthy()
    looked(openshift, state)
    assert len(state.asked) == len(set(state.asked))


def test_what_settles_is_waited_for_and_told(openshift, monkeypatch):
    monkeypatch.setattr("antrea_ci.verify.settle._PAUSE_SECONDS", 0.0)
    state, lines = k8s.healthy(), []
    state.objects[f"{k8s.OPERATORS}/antrea"] = k8s.operator("antrea", "Startup", "soon", Available="False")

    def told(line: str) -> None:
        lines.append(line)
        if "Startup" in line:
            state.objects[f"{k8s.OPERATORS}/antrea"] = k8s.operator("antrea")

    found = settle(Direct(state), openshift, timeout=60, progress=told)
    assert {check.state for check in found} == {State.OK}
    assert [line for line in lines if line.startswith("operator-antrea")] == [
        "operator-antrea: ClusterOperator antrea is not available: Startup: soon",
        "operator-antrea: ClusterOperator antrea is available and not degraded",
    ]
