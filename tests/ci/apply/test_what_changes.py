"""What `apply` does to a cluster that runs behind a real API server: after each test it is as its repository says."""

from __future__ import annotations

import json
import signal
from collections.abc import Generator
from typing import Any

import pytest

from antrea_ci.bundle.importer import import_bundle
from antrea_ci.vault import Kind
from support.bundles import below, bundle_files, write_archive
from support.kubernetes_rest import Object
from support.living import (
    ANTREA,
    IMAGES,
    INSTALL,
    Living,
    add_object,
    change,
    encapsulate,
    policy,
    render,
)
from support.repos import git
from support.small import set_cluster

pytestmark = pytest.mark.xdist_group("api-server")
SPLIT = {
    "operator": "r.example.org/antrea-operator:v1.15.0",
    "agent": "r.example.org/antrea-agent-ubi:v1.15.0",
    "controller": "r.example.org/antrea-controller-ubi:v1.15.0",
}


@pytest.fixture
def cluster(running: Living) -> Generator[Living]:
    """The cluster, with players who do what they usually do."""
    yield running
    running.players.degraded = None
    running.players.on_event.clear()


@pytest.fixture
def without_pods(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of what comes before *verify* need no traffic between pods."""
    monkeypatch.setattr("antrea_ci.verify.transfer.transfer", lambda *_, **__: ())


def test_a_change_replaces_the_agents_is_verified_and_recorded_and_a_second_run_does_nothing(cluster: Living) -> None:
    before, agents = git(cluster.repo.root, "rev-parse", "HEAD").strip(), cluster.agents()
    assert cluster.apply().out.startswith("nothing to do"), "as it was installed"
    encapsulate(cluster.repo)
    ran = cluster.apply("--confirm", "kube")
    assert ran.code == 0, ran.err
    assert not cluster.agents() & agents
    assert "transfer: 4 MiB went from a pod on node-1 to one on node-0" in ran.err
    assert "to go back:" in ran.out
    report = json.loads((cluster.repo.report / "apply.json").read_text())
    assert report["outcome"] == "applied"
    assert report["changed"] == ["AntreaInstall/antrea-operator/antrea-install"]
    assert report["restarts"]["agents"] == ["node-0", "node-1"]
    assert {check["state"] for check in report["checks"]} == {"ok"}
    assert "Changed:" in (cluster.repo.report / "apply.md").read_text()
    refs = git(cluster.repo.root, "for-each-ref", "--format=%(refname)", "refs/antrea-gitops")
    assert all(f"/{kind}/" in refs for kind in (Kind.PRE_APPLY, Kind.POST_APPLY)), refs
    versions = cluster.versions()
    again = cluster.apply()
    assert (again.code, again.out.startswith("nothing to do")) == (0, True), again.err
    assert cluster.versions() == versions
    assert before not in again.out


def test_an_operator_that_gives_up_ends_the_wait_with_its_reason_and_the_next_run_goes_on(
    cluster: Living, without_pods: None
) -> None:
    cluster.players.degraded = ("InvalidOperatorConfig", "serviceCIDR is not in serviceNetwork")
    encapsulate(cluster.repo, "hybrid")
    ran = cluster.apply()
    assert ran.code == 1
    assert "is degraded: InvalidOperatorConfig: serviceCIDR is not in serviceNetwork" in ran.err
    assert "the operator refuses the custom resource" in ran.err
    assert json.loads((cluster.repo.report / "apply.json").read_text())["outcome"] == "failed"
    cluster.players.degraded = None
    cluster.players.poke()
    again = cluster.apply()
    assert again.code == 0, again.err
    assert "an earlier run did not come to its end: going on" in again.err


def test_what_was_interrupted_between_objects_is_completed_by_the_same_command(
    cluster: Living, without_pods: None
) -> None:
    images = {**IMAGES, "operator": "mirror.example.org/antrea-operator:v1.14.1"}
    change(cluster.repo, antrea={**ANTREA, "trafficEncapMode": "encap"}, images=images)
    cluster.players.on_event.append(_signal_at_new_operator())
    before = cluster.get(INSTALL)["spec"]
    ran = cluster.apply()
    assert ran.code == 130, ran.err
    assert cluster.get(INSTALL)["spec"] == before
    assert json.loads((cluster.repo.report / "apply.json").read_text())["outcome"] == "interrupted"
    cluster.players.on_event.clear()
    images_at_change: list[str] = []
    cluster.players.on_event.append(lambda *event: _look_at_operator(cluster, images_at_change, *event))
    again = cluster.apply()
    assert again.code == 0, again.err
    assert images_at_change[0] == images["operator"], "the new operator has to be there before"
    assert "trafficEncapMode: encap" in cluster.get(INSTALL)["spec"]["antreaAgentConfig"]


def _look_at_operator(cluster: Living, seen: list[str], kind: str, _: str, found: Object) -> None:
    """The image with which the operator runs when its resource has changed."""
    if kind == "AntreaInstall" and "trafficEncapMode: encap" in found["spec"]["antreaAgentConfig"]:
        pods = cluster.get("/api/v1/namespaces/antrea-operator/pods")["items"]
        seen.extend(pod["spec"]["containers"][0]["image"] for pod in pods)


def _signal_at_new_operator() -> Any:
    told: list[str] = []

    def on_event(kind: str, _: str, found: Object) -> None:
        if kind == "Deployment" and "mirror.example.org" in json.dumps(found["spec"]) and not told:
            told.append(kind)
            signal.raise_signal(signal.SIGTERM)

    return on_event


def test_what_rendered_no_longer_has_is_told_and_deleted_on_demand_alone(cluster: Living, without_pods: None) -> None:
    guard = "/apis/networking.k8s.io/v1/namespaces/antrea-operator/networkpolicies/guard"
    add_object(cluster.repo, policy("guard"))
    assert cluster.apply().code == 0
    git(cluster.repo.root, "revert", "--no-edit", "HEAD")
    told = cluster.apply("--dry-run")
    assert "NetworkPolicy/antrea-operator/guard is not in rendered/ any more and is still there; --prune" in told.out
    assert cluster.apply("--drift").code == 1
    assert cluster.apply().out.startswith("nothing to do")
    assert cluster.get(guard)
    pruned = cluster.apply("--prune")
    assert pruned.code == 0, pruned.err
    assert cluster.server.rest.found(guard) is None


def test_a_bundle_of_two_images_comes_as_definition_then_operator_then_resource_and_one_image_goes(
    cluster: Living, without_pods: None
) -> None:
    _as_bootstrap_created(cluster)
    _import_split(cluster)
    at_rollout: list[Object] = []
    cluster.players.on_event.append(lambda *event: _look_at_rollout(cluster, at_rollout, *event))
    dry = cluster.apply("--dry-run")
    assert dry.code == 0, dry.err
    assert "spec.antreaImage" in dry.out
    ran = cluster.apply()
    assert ran.code == 0, ran.err
    changed = json.loads((cluster.repo.report / "apply.json").read_text())["changed"]
    assert [name.partition("/")[0] for name in changed] == [
        "CustomResourceDefinition",
        "Deployment",
        "AntreaInstall",
    ]
    assert ("antreaAgentImage" in at_rollout[0], at_rollout[0]["antreaImage"]) == (False, IMAGES["antrea"])
    spec = cluster.get(INSTALL)["spec"]
    assert (spec.get("antreaImage"), spec["antreaAgentImage"]) == (None, SPLIT["agent"])
    assert not {entry["manager"] for entry in cluster.get(INSTALL)["metadata"]["managedFields"]} & {"cluster-bootstrap"}
    assert cluster.apply("--drift").code == 0
    assert cluster.apply("--dry-run").out.startswith("No object differs.")


def _as_bootstrap_created(cluster: Living) -> None:
    """Has the resource be as an OpenShift installation leaves it: made by cluster-bootstrap, and not applied since."""
    found = cluster.get(INSTALL)
    main = [one for one in found["metadata"]["managedFields"] if not one.get("subresource")]
    rest = [one for one in found["metadata"]["managedFields"] if one.get("subresource")]
    main[0] |= {"manager": "cluster-bootstrap", "operation": "Update"}
    found["metadata"]["managedFields"] = [main[0], *rest]
    cluster.server.rest.ask("PUT", INSTALL, found)


def _import_split(cluster: Living) -> None:
    files = bundle_files("kubernetes", image_fields=("antreaAgentImage", "antreaControllerImage"))
    archive = write_archive(cluster.repo.root.parent / "split.tar.gz", below("kubernetes", files))
    import_bundle(cluster.repo, archive, "kubernetes")
    set_cluster(cluster.repo.root, images=SPLIT)
    render(cluster.repo)


def _look_at_rollout(cluster: Living, seen: list[Object], kind: str, _: str, found: Object) -> None:
    """What the resource says when the new operator has taken the place of the old one."""
    status = found.get("status", {})
    is_new = kind == "Deployment" and SPLIT["operator"] in json.dumps(found["spec"])
    if is_new and status.get("updatedReplicas") == status.get("availableReplicas") == status.get("replicas") == 1:
        seen.append(cluster.get(INSTALL)["spec"])
