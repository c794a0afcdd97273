"""What `doctor` finds: nothing is started but what tells a version, and no secret is read out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from antrea_ci.doctor import Report, State, examine
from antrea_ci.tools.lock import lock_text
from support.machine import isolate, script

CORE = ("new", "render", "check")


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = isolate(monkeypatch, tmp_path)
    git = shutil.which("git", path="/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin")
    assert git is not None
    (folder / "git").symlink_to(git)
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "ANTREA_GITOPS_PULL_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (tmp_path / "gitconfig").write_text("[user]\nname = A\nemail = a@example.com\n")
    script(folder, "kustomize", "echo v5.8.1")
    return folder


def state(report: Report, name: str) -> State:
    return next(item.state for item in report.requirements if item.name == name)


def lacks(report: Report, verb: str) -> tuple[str, ...]:
    return next(item.lacks for item in report.verbs if item.verb == verb)


def repository(folder: Path, lock: str) -> Path:
    repo = folder / "repo"
    repo.mkdir()
    (repo / "cluster.yaml").write_text("flavour: openshift\n")
    (repo / "tools.lock.yaml").write_text(lock)
    return repo


def test_a_complete_machine_can_run_the_core(tmp_path: Path) -> None:
    report = examine(tmp_path, CORE)
    assert report.core_ready
    assert {item.state for item in report.requirements} == {State.OK}
    assert {item.fix for item in report.requirements} == {""}
    assert report.repository == ""


def test_without_kustomize_the_core_cannot_run(programs: Path, tmp_path: Path) -> None:
    (programs / "kustomize").unlink()
    report = examine(tmp_path, (*CORE, "bundle"))
    assert not report.core_ready
    assert lacks(report, "render") == ("kustomize",)
    assert lacks(report, "bundle") == ()


def test_a_kustomize_of_another_version_is_told(programs: Path, tmp_path: Path) -> None:
    script(programs, "kustomize", "echo v4.5.7")
    found = next(item for item in examine(tmp_path, CORE).requirements if item.name == "kustomize")
    assert "is version v4.5.7, not v5.8.1" in found.detail
    assert found.fix == "antrea-gitops tools install kustomize"
    assert found.verbs == CORE


def test_git_without_an_identity_hinders_new_only(tmp_path: Path) -> None:
    (tmp_path / "gitconfig").write_text("[user]\nname = A\n")
    report = examine(tmp_path, CORE)
    assert (lacks(report, "new"), lacks(report, "render")) == (("git-identity",), ())
    assert "no user.email for commits" in next(i.detail for i in report.requirements if i.name == "git-identity")


def test_an_identity_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gitconfig").write_text("")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "A")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "a@example.com")
    assert state(examine(tmp_path, CORE), "git-identity") is State.OK


def test_without_git_new_lacks_it_and_its_identity(programs: Path, tmp_path: Path) -> None:
    (programs / "git").unlink()
    assert lacks(examine(tmp_path, CORE), "new") == ("git", "git-identity")


def test_the_repositorys_lock_decides_the_version(tmp_path: Path) -> None:
    repo = repository(tmp_path, lock_text("4.12.45", kustomize_version="v5.9.9"))
    report = examine(repo, CORE)
    assert report.repository == str(repo)
    assert lacks(report, "check") == ("kustomize",)


def test_checksums_that_are_not_locked_are_advised(tmp_path: Path) -> None:
    report = examine(repository(tmp_path, lock_text("4.12.45")), ("tools",))
    found = next(item for item in report.requirements if item.name == "checksums")
    assert found.state is State.ADVISED
    assert "openshift-install, oc" in found.detail
    assert "tools lock" in found.fix
    assert lacks(report, "tools") == ()


def test_a_broken_lock_is_told_with_its_place(tmp_path: Path) -> None:
    report = examine(repository(tmp_path, "tools:\n  kustomise: {}\n"), CORE)
    found = next(item for item in report.requirements if item.name == "kustomize")
    assert found.state is State.MISSING
    assert found.detail.startswith("tools.lock.yaml:2:3: error:")


def test_only_the_verbs_that_exist_are_told(tmp_path: Path) -> None:
    report = examine(tmp_path, ("render", "no-such-verb"))
    assert [verb.verb for verb in report.verbs] == ["render"]
    assert [item.name for item in report.requirements] == ["python", "kustomize"]


def test_what_only_openshift_needs_is_no_matter_of_plain_kubernetes(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text("flavour: kubernetes\n")
    report = examine(tmp_path, ("install", "apply", "destroy"))
    assert lacks(report, "install") == ("oc",)
    assert [verb.verb for verb in report.verbs] == ["install", "apply"]
    script(programs, "kubectl", "exit 1")
    assert lacks(examine(tmp_path, ("install",)), "install") == ()
    assert state(report, "kubeconfig") is State.ADVISED


def test_verbs_of_later_issues_are_data(tmp_path: Path) -> None:
    report = examine(tmp_path, ("install", "images"))
    assert lacks(report, "install") == ("openshift-install", "oc", "pull-secret")
    assert lacks(report, "images") == ()
    assert state(report, "image-tool") is State.ADVISED  # only `images push` needs one
    assert state(report, "vcenter-password") is State.ADVISED


def test_a_secrets_value_is_never_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTREA_GITOPS_PULL_SECRET", "planted-secret")
    report = examine(tmp_path, ("install",))
    assert state(report, "pull-secret") is State.OK
    assert "planted-secret" not in repr(report)


@pytest.mark.parametrize("provider", ["file", "sops"])
def test_secrets_that_come_from_elsewhere_are_no_variables(tmp_path: Path, provider: str) -> None:
    (tmp_path / "cluster.yaml").write_text(f"flavour: openshift\nsecrets: {{provider: {provider}}}\n")
    report = examine(tmp_path, ("install",))
    assert state(report, "pull-secret") is State.OK
    assert state(report, "age-identity") is State.ADVISED


def test_a_variable_that_cluster_yaml_calls_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cluster.yaml").write_text(
        "flavour: openshift\nsecrets: {names: {ANTREA_GITOPS_PULL_SECRET: OCP_PULL}}\n"
    )
    assert state(examine(tmp_path, ("install",)), "pull-secret") is State.MISSING
    monkeypatch.setenv("OCP_PULL", "{}")
    assert state(examine(tmp_path, ("install",)), "pull-secret") is State.OK


@pytest.mark.parametrize("program", ["skopeo", "crane", "podman"])
def test_any_image_tool_will_do(programs: Path, tmp_path: Path, program: str) -> None:
    script(programs, program, "exit 1")
    assert state(examine(tmp_path, ("images",)), "image-tool") is State.OK


def test_phase_2_is_told_where_the_cluster_joins_nsx(tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text("flavour: openshift\nnsx: {enabled: false}\n")
    assert "nsx-login" not in {item.name for item in examine(tmp_path, ("nsx", "destroy")).requirements}
    (tmp_path / "cluster.yaml").write_text("flavour: openshift\nnsx: {enabled: true}\n")
    login = next(item for item in examine(tmp_path, ("nsx", "destroy")).requirements if item.name == "nsx-login")
    assert (login.state, login.verbs) == (State.ADVISED, ("destroy", "nsx"))


def test_sops_is_needed_where_secrets_are_kept_by_it(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text("flavour: kubernetes\nsecrets: {provider: sops}\n")
    script(programs, "kubectl", "exit 1")
    assert lacks(examine(tmp_path, ("apply",)), "apply") == ("sops",)
    script(programs, "sops", "exit 1")
    assert lacks(examine(tmp_path, ("apply",)), "apply") == ()


def test_a_program_that_only_a_repository_names_is_no_misspelt_one(tmp_path: Path) -> None:
    found = next(i for i in examine(tmp_path, ("install",)).requirements if i.name == "openshift-install")
    assert found.detail == "the list that antrea-gitops ships names no program openshift-install"


def test_nothing_is_written(tmp_path: Path) -> None:
    repo = repository(tmp_path, lock_text("4.12.45"))
    before = sorted(path.name for path in repo.iterdir())
    examine(repo, (*CORE, "tools", "bundle", "schema"))
    assert sorted(path.name for path in repo.iterdir()) == before
