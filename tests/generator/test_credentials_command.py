"""`credentials`: the kubeconfig for its owner alone, the password for a person alone."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from antrea_ci.vault import Kind
from support.repos import ROOT, git, run
from support.small import cluster_repo
from support.vaults import SECRET, Site, make_site, new_key, work_folder

KUBECONFIG = "kind: Config\n"
CONSOLE = "https://console-openshift-console.apps.ocp.example.com"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return cluster_repo(tmp_path / "ocp").root


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The folder of an installation."""
    return work_folder(tmp_path / "work").root


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A repository whose vault has the snapshot of an installation, and no work folder."""
    made = make_site(tmp_path, remote=None)
    made.store(Kind.CLUSTER)
    return made


def on_terminal(*argv: str | Path, env: Mapping[str, str]) -> str:
    """What a person sees who runs ``antrea-gitops ARGV``."""
    ours, theirs = pty.openpty()
    path = os.pathsep.join([str(ROOT / "ci"), str(ROOT / "generator")])
    command = [sys.executable, "-m", "antrea_generator", *map(str, argv)]
    environment = {**os.environ, "PYTHONPATH": path, **env}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, env=environment) as process:
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 4096):
                seen += part
        except OSError:  # how Linux says that the other side is gone
            pass
        assert process.wait(60) == 0, seen
    os.close(ours)
    return seen.decode()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_kubeconfig_of_the_work_folder_becomes_a_file_for_its_owner_alone(repo, work, tmp_path):
    ran = run("credentials", "--work-dir", work, "--kubeconfig", tmp_path / "config", cwd=repo)
    assert ran.code == 0
    assert (tmp_path / "config").read_text() == KUBECONFIG
    assert mode(tmp_path / "config") == 0o600
    assert CONSOLE in ran.out
    assert "https://api.ocp.example.com:6443" in ran.out


def test_without_a_name_this_machine_keeps_it_in_a_folder_that_nobody_else_reads(repo, work):
    ran = run("credentials", "--work-dir", work, "--format", "json", cwd=repo)
    told = json.loads(ran.out)
    path = Path(told["kubeconfig"])
    assert path == Path(os.environ["XDG_STATE_HOME"]) / "antrea-gitops" / "kubeconfigs" / "ocp.example.com"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert told["console"] == CONSOLE


def test_the_password_goes_to_no_file_pipe_or_json(repo, work, tmp_path):
    file = ("--kubeconfig", tmp_path / "config")
    for argv in (("credentials",), ("credentials", "--format", "json")):
        ran = run(*argv, "--work-dir", work, *file, cwd=repo)
        assert ran.code == 0
        assert SECRET not in ran.out + ran.err
    assert "on a terminal only" in run("credentials", "--work-dir", work, *file, cwd=repo).err


@pytest.mark.parametrize(("ci", "is_seen"), [("", True), ("false", True), ("true", False), ("1", False)])
def test_a_person_at_a_terminal_sees_the_password_and_a_pipeline_with_one_does_not(repo, work, tmp_path, ci, is_seen):
    argv = ("-C", repo, "credentials", "--work-dir", work, "--kubeconfig", tmp_path / "config")
    assert (SECRET in on_terminal(*argv, env={"CI": ci})) is is_seen


def test_json_holds_no_password_on_a_terminal_either(repo, work, tmp_path):
    argv = ("-C", repo, "credentials", "--work-dir", work, "--kubeconfig", tmp_path / "config", "--format", "json")
    assert SECRET not in on_terminal(*argv, env={"CI": ""})


def test_the_same_kubeconfig_again_changes_nothing_but_closes_its_file(repo, work, tmp_path):
    file = tmp_path / "config"
    file.write_text(KUBECONFIG)
    file.chmod(0o644)
    assert run("credentials", "--work-dir", work, "--kubeconfig", file, cwd=repo).code == 0
    assert mode(file) == 0o600


def test_another_file_is_replaced_by_force_only(repo, work, tmp_path):
    file = tmp_path / "config"
    file.write_text("mine\n")
    ran = run("credentials", "--work-dir", work, "--kubeconfig", file, cwd=repo)
    assert ran.code == 2
    assert "--force" in ran.err
    assert file.read_text() == "mine\n"
    assert run("credentials", "--work-dir", work, "--kubeconfig", file, "--force", cwd=repo).code == 0
    assert file.read_text() == KUBECONFIG


@pytest.mark.parametrize("name", ["kubeconfig", "report/kubeconfig", "../ocp/kubeconfig"])
def test_no_kubeconfig_is_written_into_the_repository(repo, work, name):
    (repo / "report").mkdir()
    ran = run("credentials", "--work-dir", work, "--kubeconfig", name, cwd=repo)
    assert ran.code == 2
    assert "is in the repository" in ran.err
    assert not (repo / name).exists()


def test_a_folder_that_is_not_there_is_not_made(repo, work, tmp_path):
    ran = run("credentials", "--work-dir", work, "--kubeconfig", tmp_path / "no" / "config", cwd=repo)
    assert ran.code == 2
    assert "does not exist" in ran.err


def test_where_the_work_folder_is_gone_the_vault_gives_both_with_an_identity(site, tmp_path, monkeypatch):
    monkeypatch.setenv("ANTREA_GITOPS_AGE_IDENTITY", site.keys[0].identity)
    file = tmp_path / "config"
    seen = run("credentials", "--work-dir", tmp_path / "gone", "--kubeconfig", file, "--format", "json", cwd=site.repo)
    assert seen.code == 0, seen.err
    assert "the snapshot cluster/" in json.loads(seen.out)["source"]
    assert file.read_text() == KUBECONFIG
    env = {"CI": "", "ANTREA_GITOPS_AGE_IDENTITY": site.keys[1].identity}
    argv = ("-C", site.repo, "credentials", "--work-dir", tmp_path / "gone", "--kubeconfig", file)
    assert SECRET in on_terminal(*argv, env=env)


def test_the_vault_is_taken_before_the_work_folder_where_that_is_asked_for(site, tmp_path, monkeypatch):
    monkeypatch.setenv("ANTREA_GITOPS_AGE_IDENTITY", site.keys[0].identity)
    (tmp_path / "work/installer/auth/kubeconfig").write_text("another: one\n")
    file = tmp_path / "config"
    ran = run("credentials", "--work-dir", tmp_path / "work", "--kubeconfig", file, "--from-vault", cwd=site.repo)
    assert ran.code == 0, ran.err
    assert file.read_text() == KUBECONFIG


def test_without_an_identity_the_vault_stays_closed(site, tmp_path, monkeypatch):
    monkeypatch.delenv("ANTREA_GITOPS_AGE_IDENTITY", raising=False)
    ran = run("credentials", "--work-dir", tmp_path / "gone", "--kubeconfig", tmp_path / "config", cwd=site.repo)
    assert ran.code == 4
    assert "ANTREA_GITOPS_AGE_IDENTITY" in ran.err
    assert not (tmp_path / "config").exists()


def test_with_an_identity_of_somebody_else_the_vault_stays_closed(site, tmp_path, monkeypatch):
    monkeypatch.setenv("ANTREA_GITOPS_AGE_IDENTITY", new_key().identity)
    ran = run("credentials", "--work-dir", tmp_path / "gone", "--kubeconfig", tmp_path / "config", cwd=site.repo)
    assert ran.code in (1, 4)
    assert not (tmp_path / "config").exists()


def test_a_cluster_that_nobody_installed_has_none(repo, tmp_path):
    git(repo, "init", "--quiet")
    ran = run("credentials", "--work-dir", tmp_path / "gone", cwd=repo)
    assert ran.code == 1
    assert "no credentials of ocp.example.com are here" in ran.err
    assert "--work-dir" in ran.err


def test_plain_kubernetes_has_none(tmp_path):
    ran = run("credentials", cwd=cluster_repo(tmp_path / "k8s", flavour="kubernetes").root)
    assert ran.code == 2
    assert "antrea-gitops did not make this cluster, which is plain Kubernetes" in ran.err
