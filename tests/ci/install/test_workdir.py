"""The folder that holds what is secret."""

from __future__ import annotations

from pathlib import Path

from antrea_ci.install.workdir import WorkDir
from support.repos import git


def test_work_folder_inside_a_repository_is_never_committed(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--template=")
    work = WorkDir(tmp_path / "work")
    work.make()
    work.metadata_file.write_text("{}")
    assert git(tmp_path, "status", "--porcelain", "--untracked-files=all") == ""
    assert {path.stat().st_mode & 0o777 for path in (work.root, work.installer)} == {0o700}
