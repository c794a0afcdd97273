"""The folder that holds what is secret."""

from __future__ import annotations

from pathlib import Path

from antrea_ci.install.workdir import WorkDir
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault import contents_of
from support.repos import git


def test_work_folder_inside_a_repository_is_never_committed(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--template=")
    work = WorkDir(tmp_path / "work")
    work.make()
    work.metadata_file.write_text("{}")
    assert git(tmp_path, "status", "--porcelain", "--untracked-files=all") == ""
    assert {path.stat().st_mode & 0o777 for path in (work.root, work.installer)} == {0o700}


def test_image_of_the_agent_goes_into_no_snapshot(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    git(repo, "init", "--quiet", "--template=")
    git(repo, "commit", "--quiet", "--allow-empty", "--message", "empty")
    work = WorkDir(tmp_path / "work")
    work.make()
    work.state_file.write_text("{}")
    (work.installer / "agent.x86_64.iso").write_bytes(b"a gigabyte")
    contents = contents_of(ClusterRepo(repo), git(repo, "rev-parse", "HEAD"), work)
    assert set(contents.secret) == {"installer/.openshift_install_state.json"}
