"""The same content is judged once only, and any change of it, of the tool or of the day anew."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from antrea_ci import memory as store
from antrea_ci.checks import judgement, memory
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.repo import ClusterRepo
from support.repos import commit, git, run
from support.small import edit, rendering_repo

TODAY = date(2026, 1, 1)
FINDINGS = [
    Finding("drift/stale", "é", location=Location("a", 1, 2, 3), object="o", why="w", fix="f", source="s"),
    Finding("style/yamllint", "m", Severity.WARNING, stricter=True),
]


@pytest.fixture
def repo(tmp_path: Path, kustomize: Path, monkeypatch: pytest.MonkeyPatch) -> ClusterRepo:
    repo = rendering_repo(tmp_path / "ocp")
    git(repo.root, "init", "--quiet")
    commit(repo.root)
    # The programs stay where they are kept; only what is found is kept elsewhere.
    monkeypatch.setattr(store, "cache_folder", lambda: tmp_path / "cache")
    return repo


def test_what_is_kept_comes_back_as_it_was(repo: ClusterRepo):
    assert memory.recall("key") is None
    memory.keep("key", FINDINGS)
    assert memory.recall("key") == FINDINGS


def test_a_damaged_entry_counts_as_none(repo: ClusterRepo, tmp_path: Path):
    memory.keep("key", FINDINGS)
    (tmp_path / "cache/checks/key.json").write_text("[{")
    assert memory.recall("key") is None


def test_a_second_check_of_the_same_content_judges_nothing(repo: ClusterRepo, monkeypatch: pytest.MonkeyPatch):
    first = run("check", cwd=repo.root)
    monkeypatch.setattr(judgement, "judge", lambda *_: pytest.fail("judged again"))
    assert run("check", cwd=repo.root) == first


def test_no_cache_judges_again(repo: ClusterRepo, monkeypatch: pytest.MonkeyPatch):
    run("check", cwd=repo.root)
    monkeypatch.setattr(judgement, "judge", lambda *_: [])
    assert run("check", "--no-cache", cwd=repo.root).out == ""


def test_a_changed_file_a_commit_a_day_and_chosen_files_are_another_content(repo: ClusterRepo):
    keys = {memory.key_of(repo, None, TODAY)}
    keys.add(memory.key_of(repo, None, date(2026, 1, 2)))
    keys.add(memory.key_of(repo, ["cluster.yaml"], TODAY))
    edit(repo.root / "install-config.yaml", "10.1.224.11", "10.1.224.12")
    keys.add(memory.key_of(repo, None, TODAY))
    commit(repo.root)
    keys.add(memory.key_of(repo, None, TODAY))
    assert len(keys - {None}) == 5


def test_a_secret_is_never_part_of_a_name_what_it_opens_is(repo: ClusterRepo, monkeypatch: pytest.MonkeyPatch):
    def named(variable: str, value: str) -> str | None:
        monkeypatch.setenv(variable, value)
        return memory.key_of(repo, None, TODAY)

    one, other = (json.dumps({"auths": {"r.example.org": {"auth": auth}}}) for auth in ("b25lOjE=", "dHdvOjI="))
    elsewhere = json.dumps({"auths": {"elsewhere.example.org": {"auth": "b25lOjE="}}})
    pull_secret = "ANTREA_GITOPS_PULL_SECRET"
    assert named(pull_secret, one) == named(pull_secret, other) != named(pull_secret, elsewhere)
    password = "ANTREA_GITOPS_VCENTER_PASSWORD"
    assert named(password, "walnut") == named(password, "harbour")


def test_a_backup_is_no_other_content(repo: ClusterRepo):
    before = memory.key_of(repo, None, TODAY)
    git(repo.root, "update-ref", "refs/antrea-gitops/nightly/20260101T000000Z-00000000", "HEAD")
    assert memory.key_of(repo, None, TODAY) == before


def test_the_oldest_results_go(repo: ClusterRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "_KEPT", 3)
    for number in range(5):
        memory.keep(str(number), [])
    assert len(list((tmp_path / "cache/checks").iterdir())) == 3
