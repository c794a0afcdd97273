"""A write leaves the old or the new, and nothing beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from antrea_ci import files


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_with_its_mode_kept(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"old")
    path.chmod(0o640)
    files.write_atomically(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert names(tmp_path) == ["f"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "f"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", _fail)
    with pytest.raises(OSError, match="no space"):
        files.write_atomically(path, b"new")
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["f"])


def _fail(*_: object) -> None:
    raise OSError("no space")


def test_a_folder_is_replaced_whole_files_that_went_included(tmp_path):
    target = tmp_path / "tree"
    files.replace_tree(target, {"a": b"1", "sub/b": b"2"})
    files.replace_tree(target, {"c": b"3"})
    assert files.read_tree(target) == {"c": b"3"}
    assert names(tmp_path) == ["tree"]


def test_without_an_atomic_exchange_the_folder_is_replaced_all_the_same(tmp_path, monkeypatch):
    target = tmp_path / "tree"
    files.replace_tree(target, {"a": b"1"})
    monkeypatch.setattr(files, "_exchange", lambda *_: False)
    files.replace_tree(target, {"b": b"2"})
    assert files.read_tree(target) == {"b": b"2"}
    assert names(tmp_path) == ["tree"]


def test_the_rest_of_a_killed_run_is_swept_that_of_a_living_one_is_not(tmp_path):
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    dead = tmp_path / f"{files.STAGING_PREFIX}{int(done.stdout)}-x"
    living = tmp_path / f"{files.STAGING_PREFIX}{os.getppid()}-y"
    dead.mkdir()
    living.mkdir()
    files.sweep(tmp_path)
    assert names(tmp_path) == [living.name]
