"""`install` of flavour kubernetes on a real API server: a cluster that is there gets Antrea from a reviewed commit."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.antrea_operator import INSTALL
from support.api_server import Server
from support.players import Players
from support.repos import Ran, commit, git, run
from support.small import edit

pytestmark = pytest.mark.xdist_group("api-server")

ANSWERS = {
    "cluster_name": "kube",
    "base_domain": "example.com",
    "flavour": "kubernetes",
    "kubernetes_version": "1.35.4",
    "machine_network": "10.1.224.0/24",
    "cluster_network": "10.244.0.0/16",
    "host_prefix": 24,
    "service_network": "10.96.0.0/16",
    "backup_remote": "../vault.git",
}
SEVERITIES = {
    "cluster-version": "warning",
    "cluster-services": "warning",
    "pod-networks": "warning",
    "other-network": "error",
}
OPERATOR = "/apis/apps/v1/namespaces/antrea-operator/deployments/antrea-operator"
AGENT = "/apis/apps/v1/namespaces/kube-system/daemonsets/antrea-agent"


@dataclass(frozen=True)
class Site:
    """A repository, its vault beside it, and a cluster without a network."""

    repo: Path
    server: Server
    players: Players

    def install(self, *words: str) -> Ran:
        work = self.repo.parent / "work"
        return run("install", "--work-dir", work, "--skip-preflight", "all", *words, cwd=self.repo)

    @property
    def record(self) -> dict[str, Any]:
        return yaml.safe_load(git(self.repo, "show", "main:installed.yaml"))

    @property
    def report(self) -> dict[str, Any]:
        return json.loads((self.repo / "report/report.json").read_text())

    def versions(self) -> dict[str, str]:
        """Of the objects that count, each with its version in the cluster."""
        return {path: self.server.rest.get(path)["metadata"]["resourceVersion"] for path in (INSTALL, OPERATOR, AGENT)}


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kubernetes-of-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "answers.yml").write_text(json.dumps(ANSWERS))
    done = run("new", folder / "kube", "--defaults", "--data-file", folder / "answers.yml")
    assert done.code == 0, done.err
    git(folder, "init", "--quiet", "--bare", "--template=", str(folder / "vault.git"))
    return folder


@pytest.fixture
def site(api_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Site]:
    for name in ("transfer", "room"):
        monkeypatch.setattr(f"antrea_ci.verify.{name}._PAUSE_SECONDS", 0.1)
    monkeypatch.setattr("antrea_ci.verify.settle._PAUSE_SECONDS", 0.5)
    monkeypatch.setattr("antrea_ci.apply.waits.DEGRADED_SECONDS", 1.0)
    monkeypatch.setattr("antrea_ci.kube.waiting._LONGEST_PAUSE", 0.5)
    # What Antrea made is seventeen questions of a report, which other tests put.
    monkeypatch.setattr("antrea_ci.verify.created.created", lambda _: ())
    monkeypatch.setenv("PATH", f"{api_server.kubectl.parent}:/usr/bin:/bin")
    monkeypatch.setenv("KUBECONFIG", str(api_server.kubeconfig))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    shutil.copytree(_made(), tmp_path / "site", symlinks=True)
    with Players(api_server, nodes=2) as players:
        players.network.resolved = "10.96.0.1"
        yield Site(tmp_path / "site" / "kube", api_server, players)


def change(site: Site, old: str, new: str) -> None:
    """Changes cluster.yaml, renders and commits."""
    edit(site.repo / "cluster.yaml", old, new)
    assert run("render", cwd=site.repo).code == 0
    commit(site.repo)


def test_a_cluster_gets_antrea_once_and_the_same_again_does_no_harm_and_a_change_is_left_to_apply(site: Site) -> None:
    head = git(site.repo, "rev-parse", "HEAD")
    done = site.install()
    assert done.code == 0, done.err
    assert "later commits reach the cluster by `antrea-gitops apply`" in done.out
    record = site.record
    assert (record["state"], record["commit"], record["versions"]["release"]) == ("installed", head, "1.35.4")
    assert record["clusterID"] == site.server.rest.get("/api/v1/namespaces/kube-system")["metadata"]["uid"]
    assert record["immutable"]["networking"]["serviceNetwork"] == ["10.96.0.0/16"]
    phases = [(one["name"], one["state"]) for one in site.report["phases"]]
    assert phases == [(name, "ok") for name in ("preflight", "backup", "apply", "verify", "record")]
    assert {one["state"] for one in site.report["checks"]} == {"ok"}
    snapshots = git(site.repo.parent / "vault.git", "for-each-ref", "--format=%(refname:lstrip=2)").splitlines()
    assert {name.split("/")[0] for name in snapshots} == {"pre-install", "post-install"}

    before = site.versions()
    again = site.install()
    assert again.code == 0, again.err
    assert (site.versions(), site.record) == (before, record)

    change(site, "trafficEncapMode: encap", "trafficEncapMode: hybrid")
    other = site.install()
    assert other.code == 1
    assert "this commit would change it:\n    AntreaInstall/antrea-operator/antrea-install" in other.err
    assert "`antrea-gitops apply`" in other.err

    edit(site.repo / "installed.yaml", record["clusterID"], "2f3b9b5e-0000-4000-8000-000000000000")
    commit(site.repo)
    assert "this is not the cluster kube:\n    clusterID" in site.install().err
    assert site.versions() == before


def test_an_operator_that_fails_is_told_with_its_reason_and_the_next_run_goes_on(site: Site) -> None:
    change(site, "version: 1.35.4", "version: 1.34.2")
    site.players.degraded = ("RenderConfigError", "unknown key fooBar")
    done = site.install()
    assert done.code == 1
    assert "[install/cluster-version]" in done.err  # a doubt, which does not stop it
    assert "AntreaInstall antrea-operator/antrea-install is degraded: RenderConfigError: unknown key fooBar" in done.err
    assert "installed.yaml" not in git(site.repo, "ls-tree", "--name-only", "main")
    site.players.degraded = None
    site.players.poke()
    resumed = site.install("--resume")
    assert resumed.code == 0, resumed.err
    assert site.record["state"] == "installed"


def test_an_interrupt_in_the_middle_leaves_what_the_next_run_completes(site: Site) -> None:
    def interrupt(kind: str, event: str, _: dict[str, Any]) -> None:
        if (kind, event) == ("CustomResourceDefinition", "ADDED"):
            site.players.on_event.clear()
            os.kill(os.getpid(), signal.SIGTERM)

    site.players.on_event.append(interrupt)
    stopped = site.install()
    assert stopped.code == 130
    assert site.report["outcome"] == "interrupted"
    assert site.server.rest.found(INSTALL) is None
    done = site.install()
    assert done.code == 0, done.err
    assert site.record["state"] == "installed"


def _other_network(site: Site) -> None:
    pod = {"metadata": {"name": "calico-node-1", "labels": {"k8s-app": "calico-node"}}}
    pod["spec"] = {"nodeName": "node-0", "containers": [{"name": "calico", "image": "registry.example.com/calico:1"}]}
    site.server.rest.ask("POST", "/api/v1/namespaces/kube-system/pods", pod)


def _node_without_network(site: Site) -> None:
    site.server.rest.ask("POST", "/api/v1/nodes", {"metadata": {"name": "node-9"}})


def test_all_that_speaks_against_a_cluster_is_told_at_once_and_it_gets_nothing(site: Site) -> None:
    change(site, "version: 1.35.4", "version: 1.34.2")
    change(site, '- "10.96.0.0/16"', '- "10.97.0.0/16"')
    _other_network(site)
    _node_without_network(site)
    done = site.install()
    assert done.code == 1
    for name, severity in SEVERITIES.items():
        assert re.search(rf"{severity}: .*\[install/{name}\]", done.err)
    assert site.server.rest.found("/api/v1/namespaces/antrea-operator") is None


def test_another_cluster_by_its_pod_networks_gets_nothing(site: Site) -> None:
    change(site, 'cidr: "10.244.0.0/16"', 'cidr: "10.245.0.0/16"')
    done = site.install()
    assert done.code == 1
    assert "this is not the cluster kube:\n    node node-0 has the pod network 10.244.0.0/24" in done.err
    assert site.server.rest.found("/api/v1/namespaces/antrea-operator") is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--until", "manifests"), "--until manifests: a plain Kubernetes cluster has no installer"),
        (("--installer", "/bin/true"), "--installer: a plain Kubernetes cluster has no installer"),
        (("--resume",), "there is no installation to resume"),
        (("--kubeconfig", "/nowhere"), "/nowhere is no file"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_options_that_mean_nothing_here_say_so(site: Site, words: tuple[str, ...], said: str) -> None:
    done = site.install(*words)
    assert done.code in (1, 2)
    assert said in done.err


def test_a_dry_run_needs_no_cluster(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG")
    done = site.install("--dry-run")
    assert (done.code, done.err) == (0, "")
    assert "7 objects judged; `antrea-gitops apply --dry-run` asks the cluster itself" in done.out


def test_destroy_refuses_and_tells_how_antrea_is_removed(site: Site) -> None:
    done = run("destroy", "--confirm", "kube", cwd=site.repo)
    assert done.code == 2
    assert "did not make this cluster" in done.err
    assert "kubectl delete --ignore-not-found -f rendered/install" in done.err
