"""An import that is killed at any step leaves the old bundle or the new one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from antrea_ci.bundle.importer import import_bundle
from antrea_ci.bundle.lock import verify_lock
from antrea_ci.files import read_tree
from antrea_ci.repo import ClusterRepo
from support.bundles import (
    below,
    bundle_files,
    empty_repo,
    write_archive,
)
from support.forked import run_with_kill


@pytest.fixture
def repo(tmp_path: Path) -> ClusterRepo:
    return empty_repo(tmp_path / "ocp")


def test_a_kill_at_any_step_leaves_the_old_files_or_the_new_ones(repo: ClusterRepo, tmp_path: Path):
    old = write_archive(tmp_path / "old.tar.gz", below("openshift", {**bundle_files(), "old.md": b"old"}))
    new = write_archive(tmp_path / "new.tar.gz", below("openshift", {**bundle_files(), "new.md": b"new"}))
    import_bundle(repo, old, "openshift")
    old_tree = read_tree(repo.bundle)
    seen: set[str] = set()
    n, killed = 0, True
    while killed:
        n += 1
        killed = run_with_kill(["-C", str(repo.root), "bundle", "import", str(new)], n)
        if "new.md" in (tree := read_tree(repo.bundle)):
            assert tree["new.md"] == b"new"
            assert not verify_lock(repo)
            assert "old.md" not in tree
            seen.add("new")
        else:
            assert tree == old_tree
            seen.add("old")
        # The next import succeeds and clears away what the killed one left.
        import_bundle(repo, new, "openshift")
        assert not verify_lock(repo)
        assert [path.name for path in repo.bundle.parent.iterdir()] == ["bundle"]
        import_bundle(repo, old, "openshift")
    assert seen == {"old", "new"}
    assert n > 20


def test_a_kill_during_the_first_import(repo: ClusterRepo, tmp_path: Path):
    archive = write_archive(tmp_path / "deploy.tar.gz")
    import_bundle(empty_repo(tmp_path / "other"), archive, "openshift")
    complete = read_tree(tmp_path / "other" / "antrea" / "bundle")
    n, killed = 0, True
    while killed:
        n += 1
        killed = run_with_kill(["-C", str(repo.root), "bundle", "import", str(archive)], n)
        assert read_tree(repo.bundle) in ({}, complete)
        shutil.rmtree(repo.root / "antrea", ignore_errors=True)
    assert n > 20
