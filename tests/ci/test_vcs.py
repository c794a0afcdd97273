"""What Git refuses is told; a repository without history would pass every check that looks at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci import vcs
from antrea_ci.errors import AntreaGitopsError
from support.repos import git


def test_a_repository_of_another_user_is_refused_and_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a job whose runner cloned as root. The variable is that of Git's own tests."""
    git(tmp_path, "init", "--quiet")
    monkeypatch.setattr(vcs, "_KEPT_PREFIXES", (*vcs._KEPT_PREFIXES, "GIT_TEST_"))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    with pytest.raises(AntreaGitopsError) as refused:
        vcs.worktree_files(tmp_path)
    assert str(tmp_path) in refused.value.message
    assert refused.value.fix == f"git config --global --add safe.directory {tmp_path}"
