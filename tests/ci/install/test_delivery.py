"""Where installed.yaml goes: the branch that is installed from, else the branch of records with a pull request."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.delivery import deliver
from antrea_ci.installed_records import BRANCH
from antrea_ci.repo import ClusterRepo
from support.forge import forge
from support.repos import commit, git

DATA = b"state: installed\n"


@pytest.fixture
def home(tmp_path: Path) -> ClusterRepo:
    """A clone of a bare origin, on main."""
    root = tmp_path / "ocp"
    root.mkdir()
    (root / "cluster.yaml").write_text("flavour: openshift\n")
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(tmp_path, "clone", "--quiet", "--bare", "ocp", "origin.git")
    git(root, "remote", "add", "origin", str(tmp_path / "origin.git"))
    return ClusterRepo(root)


def protect(home: ClusterRepo, *branches: str) -> Path:
    """Makes origin refuse pushes to these branches, as a host with protected branches does."""
    origin = home.root.parent / "origin.git"
    names = "|".join(f"refs/heads/{name}" for name in branches)
    hook = origin / "hooks" / "update"
    hook.write_text(f'#!/bin/sh\ncase "$1" in {names}) echo "protected branch" >&2; exit 1;; esac\n')
    hook.chmod(0o755)
    return origin


def test_it_goes_to_the_install_branch_where_that_is_allowed(home: ClusterRepo) -> None:
    delivered = deliver(home, "main", DATA, "record", {})
    assert (delivered.branch, delivered.request) == ("main", "")
    assert git(home.root.parent / "origin.git", "show", "main:installed.yaml") == DATA.decode().strip()


def test_a_working_tree_on_that_branch_follows(home: ClusterRepo) -> None:
    delivered = deliver(home, "main", DATA, "record", {})
    assert git(home.root, "rev-parse", "HEAD") == delivered.commit
    assert home.installed_file.read_bytes() == DATA


def test_changes_of_a_person_are_never_touched(home: ClusterRepo) -> None:
    home.installed_file.write_text("mine\n")
    deliver(home, "main", DATA, "record", {})
    assert home.installed_file.read_text() == "mine\n"


def test_a_protected_branch_gets_it_by_the_branch_of_records(home: ClusterRepo) -> None:
    origin = protect(home, "main")
    delivered = deliver(home, "main", DATA, "record", {})
    assert delivered.branch == BRANCH
    assert git(origin, "show", f"{BRANCH}:installed.yaml") == DATA.decode().strip()
    assert "installed.yaml" not in git(origin, "ls-tree", "--name-only", "main")


def test_a_later_record_is_added_on_top_of_the_earlier_one(home: ClusterRepo) -> None:
    origin = protect(home, "main")
    first = deliver(home, "main", DATA, "record", {})
    second = deliver(home, "main", b"state: destroyed\n", "record", {})
    assert git(origin, "rev-parse", f"{second.commit}^") == first.commit


def test_what_somebody_pushed_meanwhile_is_kept(home: ClusterRepo, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", "origin.git", "other")
    (other / "later.yaml").write_text("x: 1\n")
    commit(other)
    git(other, "push", "--quiet", "origin", "main")
    deliver(home, "main", DATA, "record", {})
    names = git(tmp_path / "origin.git", "ls-tree", "--name-only", "main").splitlines()
    assert {"later.yaml", "installed.yaml"} <= set(names)


GITHUB = {"GITHUB_REPOSITORY": "acme/ocp", "GITHUB_TOKEN": "ghs_1"}
GITLAB = {"CI_PROJECT_ID": "9", "ANTREA_GITOPS_GITLAB_TOKEN": "glpat-1"}


@pytest.mark.parametrize("host", [GITHUB, GITLAB], ids=["github", "gitlab"])
def test_a_pull_request_is_opened_once(home: ClusterRepo, host: dict[str, str]) -> None:
    protect(home, "main")
    with forge() as server:
        env = {**host, "GITHUB_API_URL": server.url, "CI_API_V4_URL": f"{server.url}/api/v4"}
        first = deliver(home, "main", DATA, "record", env)
        second = deliver(home, "main", b"state: destroyed\n", "record", env)
    assert first.request == second.request == f"{server.url}/1"
    assert BRANCH in server.opened[0].values()


def test_a_host_that_opens_no_request_loses_no_record(home: ClusterRepo) -> None:
    protect(home, "main")
    with forge(token="another") as server:
        delivered = deliver(home, "main", DATA, "record", {**GITHUB, "GITHUB_API_URL": server.url})
    assert (delivered.branch, delivered.request) == (BRANCH, "")


def test_a_host_that_takes_neither_is_an_error_with_what_it_said(home: ClusterRepo) -> None:
    protect(home, "main", BRANCH)
    with pytest.raises(AntreaGitopsError, match="protected branch"):
        deliver(home, "main", DATA, "record", {})


def test_without_a_remote_it_is_committed_here(home: ClusterRepo) -> None:
    git(home.root, "remote", "remove", "origin")
    delivered = deliver(home, "main", DATA, "record", {})
    assert (delivered.branch, git(home.root, "rev-parse", "main")) == ("main", delivered.commit)
    assert home.installed_file.read_bytes() == DATA


def test_without_a_remote_and_on_another_branch_the_working_tree_stays(home: ClusterRepo) -> None:
    git(home.root, "remote", "remove", "origin")
    git(home.root, "checkout", "--quiet", "-b", "work")
    deliver(home, "main", DATA, "record", {})
    assert not home.installed_file.exists()
    assert git(home.root, "show", "main:installed.yaml") == DATA.decode().strip()


def test_nobody_else_s_settings_decide_who_committed(home: ClusterRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    deliver(home, "main", DATA, "record", {})
    assert git(home.root, "log", "-1", "--format=%an") == "antrea-gitops"
