"""`nsx apply` against a real API server and a double of NSX Manager."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from pathlib import Path

import pytest

from antrea_ci.nsx.status import Joined, last_look
from support.api_server import Server
from support.canary import assert_nowhere
from support.joining import DEPLOYMENT, HOME, JOB, NAME, Joining, images, joining, known
from support.nsx_manager import PASSWORD

pytestmark = pytest.mark.xdist_group("api-server")


@pytest.fixture
def cluster(tmp_path: Path, api_server: Server, monkeypatch: pytest.MonkeyPatch) -> Generator[Joining]:
    with joining(tmp_path, api_server, monkeypatch) as one:
        yield one


def joined(cluster: Joining) -> None:
    done = cluster.apply("--create-identity")
    assert done.code == 0, done.err


def versions(cluster: Joining) -> dict[str, str]:
    """Every object of the namespace with the version that the API gave it."""
    rest = cluster.server.rest
    found = [one for path in rest.collections("vmware-system-antrea") for one in rest.get(path)["items"]]
    return {one["metadata"]["uid"]: one["metadata"]["resourceVersion"] for one in found}


def test_a_cluster_joins_by_kubectl(tmp_path: Path, api_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with joining(tmp_path, api_server, monkeypatch, kubectl=True) as cluster:
        done = cluster.apply("--create-identity")
        assert done.code == 0, done.err
        assert "kube in NSX: up" in done.out
        assert "4/4 containers are ready" in done.out


def test_a_second_run_changes_nothing_and_what_the_register_job_wrote_stays(cluster: Joining) -> None:
    joined(cluster)
    node = cluster.nsx.planes[NAME]["node_id"]
    cluster.players.until(JOB, lambda job: job and job.get("status", {}).get("completionTime"))
    before = versions(cluster)
    second = cluster.apply("--create-identity")
    assert second.code == 0, second.err
    assert "will change" not in second.err
    assert versions(cluster) == before
    assert cluster.runs == ["register"]
    assert cluster.nsx.planes[NAME]["node_id"] == node
    written = cluster.server.rest.get(f"{HOME}/configmaps/cluster-id")["data"]
    assert written == {"cluster-id.conf": f"clusterID: {node}\n"}
    seen = last_look(cluster.repo)
    assert seen is not None
    assert (seen.joined, seen.cluster_id) == (Joined.UP, node)


def test_nothing_of_the_key_is_left_anywhere_but_in_the_secret(cluster: Joining) -> None:
    done = cluster.apply("--create-identity", "--format", "json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["joined"] == "up"
    # The first lines are the modulus, which stands in the certificate too.
    private = "\n".join(cluster.env["ANTREA_GITOPS_NSX_TLS_KEY"].splitlines()[8:-1])
    marks = {"key": private, "login": PASSWORD}
    said = json.dumps(cluster.nsx.asked) + json.dumps(cluster.players.commands)
    objects = [
        one
        for path in cluster.server.rest.collections("vmware-system-antrea")
        if "secrets" not in path
        for one in cluster.server.rest.get(path)["items"]
    ]
    assert_nowhere(marks, done.out, done.err, said, json.dumps(objects), cluster.repo.root)


def test_a_job_that_kubernetes_cleaned_up_is_not_run_again(cluster: Joining) -> None:
    joined(cluster)
    cluster.server.rest.ask("DELETE", f"{JOB}?propagationPolicy=Background")
    again = cluster.apply()
    assert again.code == 0, again.err
    assert cluster.runs == ["register"]
    assert cluster.server.rest.found(JOB) is None


def test_a_new_image_runs_the_registration_again_and_keeps_configuration_and_secret(cluster: Joining) -> None:
    joined(cluster)
    kept = [f"{HOME}/secrets/nsx-cert", f"{HOME}/configmaps/cluster-id", f"{HOME}/configmaps/bootstrap-config", HOME]
    before = [cluster.server.rest.get(path)["metadata"]["uid"] for path in kept]
    old = cluster.server.rest.get(DEPLOYMENT)["metadata"]["uid"]
    new = "r.example.org/antrea/interworking:0.13.1"
    cluster.change(images=images(new))
    told = cluster.apply("--dry-run")
    assert "job register and deployment interworking will be removed and made anew" in told.err
    assert cluster.runs == ["register"]
    done = cluster.apply()
    assert done.code == 0, done.err
    assert cluster.runs == ["register", "register"]
    assert [cluster.server.rest.get(path)["metadata"]["uid"] for path in kept] == before
    deployment = cluster.server.rest.get(DEPLOYMENT)
    assert deployment["metadata"]["uid"] != old
    assert {one["image"] for one in deployment["spec"]["template"]["spec"]["containers"]} == {new}


def test_a_registration_that_fails_is_told_with_its_log_and_why_and_is_tried_anew(cluster: Joining) -> None:
    known(cluster)
    cluster.players.jobs["register"] = "BackoffLimitExceeded"
    key = cluster.env["ANTREA_GITOPS_NSX_TLS_KEY"].splitlines()[9]
    cluster.players.logs["register"] = (
        f"starting\nkey {key}\nError: certificate conflict with clusterControlPlane node id 7\n"
    )
    failed = cluster.apply()
    assert failed.code == 1
    assert "the job register has failed" in failed.err
    assert "NSX has another cluster with this certificate" in failed.err
    assert "nsx remove --cluster-gone" in failed.err
    assert key not in failed.err
    assert cluster.server.rest.found(DEPLOYMENT) is None
    del cluster.players.jobs["register"]
    done = cluster.apply()
    assert done.code == 0, done.err
    assert cluster.runs == ["register"]


def test_what_holds_the_pod_up_is_told_while_it_is_waited_for(cluster: Joining) -> None:
    known(cluster)
    cluster.players.stuck["interworking"] = "ImagePullBackOff"
    failed = cluster.nsx_verb("apply", "--yes", "--timeout", "2", "--no-vault")
    assert failed.code == 1
    assert "election-runner: ImagePullBackOff (the node cannot pull the interworking image)" in failed.err
    status = cluster.nsx_verb("status")
    assert status.code == 1
    assert re.search(r"failed  interworking: .*ImagePullBackOff", status.out)
    assert "images verify" in status.out


def test_who_is_not_known_to_nsx_does_not_join_and_is_told_how(cluster: Joining) -> None:
    refused = cluster.apply()
    assert refused.code == 1
    assert f"NSX has no principal identity {NAME}" in refused.err
    assert "--create-identity" in refused.err
    assert cluster.server.rest.found(HOME) is None
    known(cluster)
    next(iter(cluster.nsx.identities.values())).update(node_id="other", roles_for_paths=[])
    refused = cluster.apply()
    assert "its node id is other" in refused.err
    assert "its role is none" in refused.err
    assert cluster.nsx.changes() == []


def test_a_wrong_login_stops_before_anything_changes(cluster: Joining, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTREA_GITOPS_SECRET_NSX", "admin:not-the-password")
    refused = cluster.apply("--create-identity")
    assert refused.code == 1
    assert "does not take the login" in refused.err
    assert "not-the-password" not in refused.err
    assert cluster.server.rest.found(HOME) is None


def test_without_yes_nobody_who_cannot_be_asked_joins_a_cluster(cluster: Joining) -> None:
    known(cluster)
    refused = cluster.nsx_verb("apply", "--no-vault")
    assert refused.code == 1
    assert "not confirmed" in refused.err
    assert cluster.server.rest.found(HOME) is None


def test_another_name_for_a_registered_cluster_is_refused(cluster: Joining) -> None:
    joined(cluster)
    bootstrap = f"{HOME}/configmaps/bootstrap-config"
    conf = cluster.server.rest.get(bootstrap)["data"]["bootstrap.conf"].replace(
        f"clusterName: {NAME}", "clusterName: old"
    )
    cluster.server.rest.ask("PATCH", bootstrap, {"data": {"bootstrap.conf": conf}})
    refused = cluster.apply()
    assert refused.code == 1
    assert "is registered in NSX as old" in refused.err
