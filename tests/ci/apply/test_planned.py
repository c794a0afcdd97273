"""What `apply` tells and refuses before it changes anything, of one cluster that runs behind a real API server."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from antrea_ci.apply.drift import drift
from antrea_ci.firewall import rendered_objects
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import mapping_at, text_at
from support.kubernetes_api import Direct, State
from support.living import IMAGES, INSTALL, OPERATOR, Living, change, encapsulate, render
from support.repos import git, run

pytestmark = pytest.mark.xdist_group("api-server")


@pytest.fixture
def cluster(running: Living, tmp_path: Path) -> Living:
    """The cluster, with a repository that a test may change."""
    shutil.copytree(running.repo.root, tmp_path / "kube", symlinks=True)
    return replace(running, repo=ClusterRepo.at(tmp_path / "kube"))


def test_a_dry_run_tells_what_restarts_where_and_in_which_order_and_changes_nothing(cluster: Living) -> None:
    encapsulate(cluster.repo)
    before = cluster.versions()
    ran = cluster.apply("--dry-run")
    assert ran.code == 0, ran.err
    assert "AntreaInstall/antrea-operator/antrea-install: changed [restarts-agents, firewall]" in ran.out
    assert "spec.antreaAgentConfig → trafficEncapMode" in ran.out
    assert "antrea-agent restarts on 2 nodes, all at once" in ran.out
    assert "node-0, node-1" in ran.out
    assert ran.out.rstrip().endswith("order: AntreaInstall/antrea-operator/antrea-install")
    assert cluster.versions() == before
    assert not (cluster.repo.report / "apply.json").exists()


def test_the_json_of_a_dry_run_is_that_of_a_diff_with_order_and_restarts(cluster: Living) -> None:
    change(cluster.repo, images={**IMAGES, "operator": "mirror.example.org/antrea-operator:v1.14.1"})
    found = json.loads(cluster.apply("--dry-run", "--format", "json").out)
    (changed,) = found["objects"]
    assert (changed["object"], changed["class"]) == ("Deployment/antrea-operator/antrea-operator", "restarts-operator")
    assert (found["outcome"], found["order"]) == ("dry-run", ["Deployment/antrea-operator/antrea-operator"])
    assert found["restarts"] == {
        "agents": [],
        "rolled": False,
        "others": ["antrea-operator"],
        "unsure": False,
    }


def test_what_a_running_cluster_cannot_follow_is_refused_with_the_reason_and_nothing_changes(cluster: Living) -> None:
    kustomization = cluster.repo.overlay / "kustomization.yaml"
    patch = [{"op": "add", "path": "/spec/selector/matchLabels/tier", "value": "cni"}]
    patch += [{"op": "add", "path": "/spec/template/metadata/labels/tier", "value": "cni"}]
    target = {"target": {"kind": "Deployment"}, "patch": json.dumps(patch)}
    kustomization.write_text(kustomization.read_text() + f"patches:\n  - {json.dumps(target)}\n")
    render(cluster.repo)
    before = cluster.versions()
    ran = cluster.apply()
    assert ran.code == 1
    assert "Deployment/antrea-operator/antrea-operator spec.selector.matchLabels.tier" in ran.err
    assert "the Deployment has to be deleted first" in ran.err
    assert cluster.versions() == before
    assert json.loads((cluster.repo.report / "apply.json").read_text())["outcome"] == "refused"


def test_fields_that_somebody_else_owns_are_a_conflict_with_name_and_field(cluster: Living, running: Living) -> None:
    change(cluster.repo, images={**IMAGES, "operator": "mirror.example.org/antrea-operator:v1.14.1"})
    container = {"name": "antrea-operator", "image": "r.example.org/of-somebody:v1"}
    theirs = cluster.get(OPERATOR)["spec"]["template"]["spec"]["containers"]
    at = f"{OPERATOR}?fieldManager=helm"
    cluster.server.rest.ask("PATCH", at, {"spec": {"template": {"spec": {"containers": [theirs[0] | container]}}}})
    try:
        ran = cluster.apply()
        assert ran.code == 1
        assert "Deployment/antrea-operator/antrea-operator: helm owns .spec.template.spec.containers" in ran.err
        assert "--force-conflicts" in ran.err
        dry = cluster.apply("--dry-run", "--force-conflicts")
        assert dry.code == 0, dry.err
    finally:
        running.restore()


def test_of_what_the_installation_created_only_that_differs_which_is_not_said_any_more(
    cluster: Living, running: Living
) -> None:
    rest, collection = cluster.server.rest, OPERATOR.rpartition("/")[0]
    said = next(one for one in rendered_objects(cluster.repo).values() if text_at(one, ("kind",)) == "Deployment")
    metadata = {"name": "antrea-operator", "namespace": "antrea-operator", "labels": {"former": "yes"}}
    rest.ask("DELETE", OPERATOR)
    rest.ask("POST", f"{collection}?fieldManager=cluster-bootstrap", {**mapping_at(said, ()), "metadata": metadata})
    ran = cluster.apply("--dry-run", "--format", "json")
    (changed,) = json.loads(ran.out)["objects"]
    assert [(path["path"], path["after"]) for path in changed["paths"]] == [("metadata.labels", None)], ran.out
    running.restore()
    assert "former" not in cluster.get(OPERATOR)["metadata"].get("labels", {})


def test_agents_restart_in_a_maintenance_window_alone_and_others_may_change_at_any_time(cluster: Living) -> None:
    now = datetime.now(tz=UTC)
    begin, end = now + timedelta(hours=2), now + timedelta(hours=3)
    window = {"from": f"{begin:%H:%M}", "to": f"{end:%H:%M}", "timezone": "UTC"}
    encapsulate(cluster.repo)
    change(cluster.repo, apply={"maintenance": [window]})
    ran = cluster.apply()
    assert ran.code == 1
    assert "antrea-agent restarts on 2 nodes, and no maintenance window is open" in ran.err
    assert f"the next one opens {begin:%a %Y-%m-%d %H:%M} UTC" in ran.err
    assert "no maintenance window is open" in cluster.apply("--dry-run").out


def test_nobody_is_asked_in_a_pipeline_and_the_name_of_the_cluster_confirms(cluster: Living) -> None:
    encapsulate(cluster.repo)
    kubeconfig = cluster.server.kubeconfig
    silent = run("apply", "--kubeconfig", kubeconfig, cwd=cluster.repo.root)
    assert (silent.code, "not confirmed" in silent.err) == (1, True)
    wrong = cluster.apply("--confirm", "other")
    assert (wrong.code, 'not confirmed: "other" was typed' in wrong.err) == (1, True)


def test_a_commit_is_admitted_as_install_does(cluster: Living) -> None:
    (cluster.repo.root / "cluster.yaml").write_text((cluster.repo.root / "cluster.yaml").read_text() + "# changed\n")
    assert "differs from what was committed" in cluster.apply().err
    git(cluster.repo.root, "checkout", "--quiet", "-B", "side")
    encapsulate(cluster.repo)
    assert "only commits of the branch main" in cluster.apply("--dry-run").err


def test_another_cluster_is_refused(cluster: Living) -> None:
    networking = {
        "machineNetwork": ["10.1.224.0/24"],
        "clusterNetwork": [{"cidr": "10.99.0.0/16", "hostPrefix": 24}],
        "serviceNetwork": ["172.30.0.0/16"],
    }
    change(cluster.repo, networking=networking)
    node = "/api/v1/nodes/node-0"
    spec = {"podCIDR": "10.244.0.0/24", "podCIDRs": ["10.244.0.0/24"]}
    cluster.server.rest.ask("PATCH", node, {"spec": spec})
    ran = cluster.apply()
    assert ran.code == 1
    assert "node-0 has the pod network 10.244.0.0/24, which is not in 10.99.0.0/16" in ran.err


def test_there_is_no_drift_where_the_cluster_is_as_rendered(cluster: Living) -> None:
    ran = cluster.apply("--drift")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "No object differs."), ran.out


def test_a_repository_without_a_cluster_has_no_drift(cluster: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    ran = run("apply", "--drift", cwd=cluster.repo.root)
    assert (ran.code, "there is no cluster to compare: no installation is recorded" in ran.out) == (0, True), ran.err
    rendered = [mapping_at(one, ()) for one in rendered_objects(cluster.repo).values()]
    for is_recorded in (False, True):
        empty = Direct(State({}))
        assert drift(empty, cluster.repo, "kube", "HEAD", rendered, is_recorded=is_recorded).is_there is is_recorded


def test_drift_is_told_as_a_diff_to_who_may_only_read(cluster: Living, running: Living) -> None:
    rest, role = cluster.server.rest, {"name": "reader"}
    rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}]
    group = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": role}
    at = "/apis/rbac.authorization.k8s.io/v1"
    rest.ask("POST", f"{at}/clusterroles", {**group, "kind": "ClusterRole", "rules": rules})
    subject = {"kind": "User", "name": "nobody", "apiGroup": "rbac.authorization.k8s.io"}
    reference = {"kind": "ClusterRole", "name": "reader", "apiGroup": "rbac.authorization.k8s.io"}
    binding = {**group, "kind": "ClusterRoleBinding", "subjects": [subject], "roleRef": reference}
    rest.ask("POST", f"{at}/clusterrolebindings", binding)
    before = cluster.get(INSTALL)["spec"]["antreaAgentConfig"]
    rest.ask("PATCH", INSTALL, {"spec": {"antreaAgentConfig": before + "tunnelType: vxlan\n"}})
    try:
        ran = cluster.apply("--drift", "--format", "json", user="nobody")
        assert ran.code == 1, ran.err
        (changed,) = json.loads(ran.out)["objects"]
        assert changed["object"] == "AntreaInstall/antrea-operator/antrea-install"
        assert [path["path"] for path in changed["paths"]] == ["spec.antreaAgentConfig → tunnelType"]
    finally:
        running.restore()
