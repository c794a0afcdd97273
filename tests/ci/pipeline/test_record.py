"""`ci provenance` and `ci confirm`: what a commit was made with, and which cluster is meant."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from antrea_ci import __version__
from antrea_ci.render.engine import render
from antrea_ci.repo import ClusterRepo
from antrea_ci.tools.lock import lock_text
from support.repos import commit, git, run
from support.small import cluster_repo, rendering_repo


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "GITLAB_", "CI_", "CONFIRM"))]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, kustomize: Path) -> Path:
    """A rendered repository of a template, committed. Nothing may change it."""
    made = rendering_repo(tmp_path_factory.mktemp("pristine") / "ocp")
    (made.root / "tools.lock.yaml").write_text(lock_text("4.12.45"))
    (made.root / "requirements.txt").write_text("antrea-gitops==0.1.0\n")
    answers = "_commit: v1.2.3\n_src_path: https://robot:s3cret@git.example.com/template.git\n"
    (made.root / ".copier-answers.yml").write_text(answers)
    render(made, kustomize).write()
    git(made.root, "init", "--quiet")
    commit(made.root)
    return made.root


@pytest.fixture
def repo(pristine: Path, tmp_path: Path) -> ClusterRepo:
    shutil.copytree(pristine, tmp_path / "ocp")
    return ClusterRepo.at(tmp_path / "ocp")


def record(repo: ClusterRepo) -> dict[str, object]:
    done = run("ci", "provenance", cwd=repo.root)
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_the_record_names_commit_template_tools_bundle_and_digests(repo: ClusterRepo) -> None:
    told = record(repo)
    head = git(repo.root, "rev-parse", "HEAD")
    assert told["repository"] == {"commit": head, "clean": True, "changed": []}
    assert told["cluster"] == "ocp"
    assert told["template"] == {"url": "https://git.example.com/template.git", "version": "v1.2.3"}
    assert told["tool"] == {"name": "antrea-gitops", "version": __version__}
    tools = {tool["name"]: tool for tool in told["tools"]}
    assert list(tools) == ["kustomize", "oc", "openshift-install"]
    assert tools["kustomize"]["found"] == tools["kustomize"]["version"]
    assert len(tools["kustomize"]["sha256"]) >= 4
    assert tools["oc"]["sha256"] == {}
    assert told["bundle"]["archive"] == "ocp.tar.gz"
    assert len(told["bundle"]["sha256"]) == 64
    assert told["run"] is None


def test_the_digest_of_rendered_is_what_sha256sum_gives(repo: ClusterRepo) -> None:
    shell = "cd rendered && find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    done = subprocess.run(["sh", "-c", shell], cwd=repo.root, capture_output=True, text=True, check=True)
    assert record(repo)["rendered"]["sha256"] == done.stdout.split()[0]


def test_the_same_state_gives_the_same_bytes_wherever_it_lies(repo: ClusterRepo, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(repo.root), str(tmp_path / "elsewhere"))
    first, second = (run("ci", "provenance", cwd=root).out for root in (repo.root, tmp_path / "elsewhere"))
    assert first == second


def test_one_changed_byte_changes_the_record(repo: ClusterRepo) -> None:
    before = record(repo)
    path = next(repo.rendered.iterdir())
    path.write_bytes(path.read_bytes() + b"#\n")
    after = record(repo)
    assert after["rendered"] != before["rendered"]
    assert after["repository"]["clean"] is False
    assert after["repository"]["changed"] == [repo.name(path)]


def test_the_file_is_written_again_to_the_same_bytes(repo: ClusterRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.root)
    seen: list[bytes] = []
    for _ in range(2):
        done = run("ci", "provenance", "--output", "report/provenance.json")
        assert (done.code, done.out) == (0, "")
        seen.append((repo.root / "report/provenance.json").read_bytes())
    assert seen[0] == seen[1]
    assert json.loads(seen[0])["repository"]["clean"] is True


def test_the_run_comes_from_the_host_and_shows_no_login(repo: ClusterRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://user:pass@github.example.com",
        "GITHUB_REPOSITORY": "acme/ocp",
        "GITHUB_RUN_ID": "42",
        "GITHUB_RUN_ATTEMPT": "2",
    }.items():
        monkeypatch.setenv(name, value)
    url = "https://github.example.com/acme/ocp/actions/runs/42"
    assert record(repo)["run"] == {"host": "github", "id": "42", "attempt": "2", "url": url}
    monkeypatch.delenv("GITHUB_ACTIONS")
    for name, value in {
        "GITLAB_CI": "true",
        "CI_PIPELINE_ID": "7",
        "CI_JOB_ID": "8",
        "CI_JOB_URL": "https://gitlab.example.com/acme/ocp/-/jobs/8",
    }.items():
        monkeypatch.setenv(name, value)
    told = record(repo)["run"]
    assert (told["host"], told["id"], told["url"]) == ("gitlab", "7", "https://gitlab.example.com/acme/ocp/-/jobs/8")


def test_without_a_commit_there_is_no_record(tmp_path: Path) -> None:
    repo = cluster_repo(tmp_path / "ocp")
    done = run("ci", "provenance", cwd=repo.root)
    assert done.code == 1
    assert "no commit" in done.err


@pytest.mark.parametrize("given", ["argument", "variable"])
def test_the_name_of_the_cluster_confirms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    repo = cluster_repo(tmp_path / "ocp")
    if given == "variable":
        monkeypatch.setenv("CONFIRM", "ocp")
    done = run("ci", "confirm", *(["ocp"] if given == "argument" else []), cwd=repo.root)
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize("typed", ["", "OCP", "ocp ", "ocp2", "ocp\n::add-mask::x", "--", "*"])
def test_anything_else_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    repo = cluster_repo(tmp_path / "ocp")
    monkeypatch.setenv("CONFIRM", typed)
    done = run("ci", "confirm", cwd=repo.root)
    assert done.code == 1
    assert "this repository's cluster is ocp" in done.err
    assert not [line for line in done.err.splitlines() if line.startswith("::")]


def test_a_plain_kubernetes_cluster_is_named_by_cluster_yaml(tmp_path: Path) -> None:
    identity = {"name": "k8s-1", "baseDomain": "example.com"}
    repo = cluster_repo(tmp_path / "k8s", flavour="kubernetes", cluster=identity)
    assert run("ci", "confirm", "k8s-1", cwd=repo.root).code == 0
    assert run("ci", "confirm", "ocp", cwd=repo.root).code == 1


def test_a_cluster_without_a_name_cannot_be_confirmed(tmp_path: Path) -> None:
    repo = cluster_repo(tmp_path / "k8s", flavour="kubernetes")
    done = run("ci", "confirm", "", cwd=repo.root)
    assert done.code == 1
    assert "cluster.name in cluster.yaml" in done.err


def test_errors_elsewhere_in_the_repository_do_not_keep_anybody_from_confirming(tmp_path: Path) -> None:
    repo = cluster_repo(tmp_path / "ocp", images="none")
    assert run("ci", "confirm", "ocp", cwd=repo.root).code == 0
