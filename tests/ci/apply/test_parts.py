"""What `apply` decides by what it reads: whose cluster it is, what phase 2 has set, what a definition may lose when."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from antrea_ci.apply.identity import is_made_anew, refuse_another
from antrea_ci.apply.phase2 import kept
from antrea_ci.apply.record import Books, refuse_without_cluster, written
from antrea_ci.apply.report import Story
from antrea_ci.apply.steps import Step
from antrea_ci.apply.transition import transitional
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.facts import facts
from antrea_ci.installed import InstalledFile, InstalledVersions, immutable_values, read_installed
from antrea_ci.installed_records import Record
from antrea_ci.model.effective import Cluster, load
from antrea_ci.values import text_at
from antrea_ci.yamlio import parse
from support.kubernetes_api import Direct, State
from support.repos import commit, git
from support.small import rendering_repo

Object = dict[str, Any]
INFRASTRUCTURE = "/apis/config.openshift.io/v1/infrastructures/cluster"
NETWORK = "/apis/config.openshift.io/v1/networks/cluster"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    return load(rendering_repo(tmp_path_factory.mktemp("ocp") / "ocp"))


def installed(cluster: Cluster, **given: Any) -> InstalledFile:
    values: Object = {"state": "installed", "infraID": "ocp-x7k2p", "clusterID": None}
    return InstalledFile(
        apiVersion="antrea-gitops/v1",
        recorded="2026-11-25T20:49:00Z",
        commit="a" * 40,
        versions=InstalledVersions(release="4.12.45", antrea="1.13.1"),
        immutable=immutable_values(cluster),
        **{**values, **given},
    )


def living(**network: Any) -> State:
    spec = {"clusterNetwork": [{"cidr": "10.128.0.0/14"}], "serviceNetwork": ["172.30.0.0/16"], **network}
    return State({NETWORK: {"spec": spec}, INFRASTRUCTURE: {"status": {"infrastructureName": "ocp-x7k2p"}}})


def test_an_openshift_cluster_is_known_by_its_infrastructure_and_networks(cluster: Cluster) -> None:
    assert refuse_another(cluster, installed(cluster), Direct(living())) == ()
    other = living(serviceNetwork=["172.31.0.0/16"])
    with pytest.raises(AntreaGitopsError) as raised:
        refuse_another(cluster, installed(cluster, infraID="ocp-other"), Direct(other))
    assert "infraID: installed.yaml recorded ocp-other, and the cluster says ocp-x7k2p" in raised.value.message
    assert (
        "serviceNetwork: the repository says 172.30.0.0/16, and the cluster has 172.31.0.0/16" in raised.value.message
    )


def test_a_cluster_without_openshift_is_not_the_one_that_runs_it(cluster: Cluster) -> None:
    with pytest.raises(AntreaGitopsError, match="it is not OpenShift"):
        refuse_another(cluster, None, Direct(State({})))


def test_a_plain_cluster_is_known_by_its_system_namespace_and_without_antrea_was_made_anew(cluster: Cluster) -> None:
    system = {text_at(facts("apply"), ("identity", "system")): {"metadata": {"uid": "b"}}}
    antrea = {text_at(facts("apply"), ("antrea-install",)): {"spec": {}}}
    record = installed(cluster, clusterID="a")
    assert is_made_anew(record, Direct(State(system)))
    assert not is_made_anew(record, Direct(State(system | antrea)))
    assert not is_made_anew(installed(cluster, clusterID="b"), Direct(State(system)))


@pytest.mark.parametrize("state", ["installing", "destroyed"])
def test_nothing_is_applied_to_what_the_record_says_is_no_cluster(cluster: Cluster, state: str) -> None:
    file = installed(cluster, state=state)
    record = Record(file, parse(b"{}", "installed.yaml"), "") if file.is_active else None
    with pytest.raises(AntreaGitopsError, match=r"still being installed|was destroyed"):
        refuse_without_cluster(record, file)


def test_the_record_keeps_what_was_installed_and_gets_new_versions(cluster: Cluster) -> None:
    record = Record(installed(cluster), parse(b"{}", "installed.yaml"), "")
    books = Books(cluster.repo, cluster, "b" * 40, None, record)
    renewed = books.renewed()
    assert books.has_new_versions()
    assert renewed is not None
    assert renewed.applied is not None
    assert (renewed.commit, renewed.applied.commit, renewed.versions.antrea) == ("a" * 40, "b" * 40, "1.13.1")
    assert renewed.current.antrea == "v1.14.1"
    _, read, findings = read_installed(written(renewed), "installed.yaml")
    assert (read, findings) == (renewed, [])
    again = Books(cluster.repo, cluster, "c" * 40, None, Record(renewed, parse(b"{}", "installed.yaml"), ""))
    assert (again.has_new_versions(), again.applied_before()) == (False, "b" * 40)


def test_the_way_back_keeps_the_record_of_the_installation(cluster: Cluster, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    heads: list[str] = []
    for name in ("first", "installed.yaml", "second"):
        (tmp_path / name).write_text(name)
        commit(tmp_path)
        heads.append(git(tmp_path, "rev-parse", "HEAD").strip())
    back = Story(cluster, heads[-1], before=heads[0]).back
    subprocess.run(["sh", "-c", back[0]], cwd=tmp_path, check=True, capture_output=True)
    assert git(tmp_path, "ls-files").split() == ["first", "installed.yaml"]


def test_what_registered_the_cluster_at_nsx_stays_in_the_resource() -> None:
    wanted = {"antreaAgentConfig": "a: 1", "enableInterworking": False, "clusterName": "", "interworkingImage": "r/i:2"}
    joined = {"enableInterworking": True, "clusterName": "ocp", "nsxManagers": ["nsx-1"], "interworkingImage": "r/i:1"}
    step = Step({"kind": "AntreaInstall", "spec": wanted}, {"spec": {"antreaAgentConfig": "a: 0", **joined}})
    assert kept(step).manifest["spec"] == {"antreaAgentConfig": "a: 1", **joined}
    before = Step(step.manifest, {"spec": {"enableInterworking": False, "clusterName": "dummy"}})
    assert kept(before) is before


def _definition(fields: dict[str, Object], required: list[str]) -> Object:
    spec = {"type": "object", "properties": fields, "required": required}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    names = {"kind": "AntreaInstall"}
    return {"spec": {"group": "g", "names": names, "versions": [{"name": "v1", "schema": schema}]}}


def test_a_definition_keeps_what_its_objects_still_have_until_they_have_come() -> None:
    live = _definition({"a": {"type": "string"}, "image": {"type": "string"}}, ["a"])
    new = _definition({"a": {"type": "string"}, "agentImage": {"type": "string"}}, ["a", "agentImage"])
    resource: Object = {"apiVersion": "g/v1", "kind": "AntreaInstall"}
    wide = transitional(live, new, [resource])
    assert wide is not None
    spec = wide["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    assert (set(spec["properties"]), spec["required"]) == ({"a", "image", "agentImage"}, ["a"])
    assert transitional(live, new, []) is None
    assert transitional(new, new, [resource]) is None
