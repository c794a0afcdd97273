"""Files and folders are replaced as one step; what killed runs left is swept away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from antrea_ci import files
from antrea_ci.files import read_tree, replace_tree, staging_folder, swap_in, sweep, write_atomically


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_a_file_is_replaced_and_nothing_stays_beside_it(tmp_path: Path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    write_atomically(path, b"new")
    assert read_tree(tmp_path) == {"a": b"new"}


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_file_has_the_mode_that_the_umask_gives(mask: int, tmp_path: Path):
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "a", b"")
        replace_tree(tmp_path / "tree", {"b/c": b""})
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o666 & ~mask
        assert (tmp_path / "tree").stat().st_mode & 0o777 == 0o777 & ~mask
        assert (tmp_path / "tree/b/c").stat().st_mode & 0o777 == 0o666 & ~mask
    finally:
        os.umask(before)


def test_an_old_files_mode_stays_unless_one_is_given(tmp_path: Path):
    path = tmp_path / "a"
    path.write_bytes(b"")
    path.chmod(0o640)
    write_atomically(path, b"x")
    assert path.stat().st_mode & 0o777 == 0o640
    write_atomically(path, b"x", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a").write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "a", b"new")
    assert read_tree(tmp_path) == {"a": b"old"}


def test_a_folder_holds_exactly_what_it_is_given(tmp_path: Path):
    for wanted in ({"a": b"1", "b/c/d": b"2"}, {"a": b"3"}, {}):
        replace_tree(tmp_path / "deep" / "tree", wanted)
        assert read_tree(tmp_path / "deep" / "tree") == wanted
        assert [path.name for path in (tmp_path / "deep").iterdir()] == ["tree"]


@pytest.mark.parametrize("atomic", [True, False])
def test_a_swap_leaves_the_old_folder_where_the_new_one_was(
    atomic: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    if not atomic:
        monkeypatch.setattr(files, "_exchange", lambda *_: False)
    for name in ("new", "target"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text(name)
    swap_in(tmp_path / "new", tmp_path / "target")
    assert read_tree(tmp_path) == {"new/x": b"target", "target/x": b"new"}


def test_the_exchange_is_atomic_on_this_file_system(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert files._exchange(tmp_path / "a", tmp_path / "b")


def test_a_failed_tree_leaves_the_old_one(tmp_path: Path):
    replace_tree(tmp_path / "tree", {"a": b"old"})
    with pytest.raises(OSError, match=r"directory|File exists"):
        replace_tree(tmp_path / "tree", {"a": b"new", "a/b": b"impossible"})
    assert read_tree(tmp_path) == {"tree/a": b"old"}


def test_what_dead_processes_left_is_swept_and_what_a_living_one_uses_is_not(tmp_path: Path):
    dead = dead_pid()
    (tmp_path / f".antrea-gitops-{dead}-folder" / "sub").mkdir(parents=True)
    (tmp_path / f".antrea-gitops-{dead}-file").write_text("x")
    (tmp_path / "outside").mkdir()
    (tmp_path / f".antrea-gitops-{dead}-link").symlink_to("outside")
    kept = [f".antrea-gitops-{os.getpid()}-mine", ".antrea-gitops-notes-x", "outside"]
    for name in kept[:2]:
        (tmp_path / name).mkdir()
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)


@pytest.mark.parametrize("write", [write_atomically, lambda path, data: replace_tree(path, {"a": data})])
def test_each_way_of_writing_sweeps_first(write, tmp_path: Path):
    (tmp_path / f".antrea-gitops-{dead_pid()}-x").write_text("x")
    write(tmp_path / "target", b"1")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_staging_folder_is_gone_after_an_error(tmp_path: Path):
    def fail() -> None:
        with staging_folder(tmp_path) as folder:
            (folder / "x").write_text("")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_no_folder_is_an_empty_tree(tmp_path: Path):
    assert read_tree(tmp_path / "none") == {}
