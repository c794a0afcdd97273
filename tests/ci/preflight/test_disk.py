"""Room for the installer."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from antrea_ci.findings import Finding
from antrea_ci.preflight import disk
from antrea_ci.preflight.limits import limits
from support.preflight import cluster, means, site, told

ENOUGH = limits()["disk"]


@pytest.fixture
def needs(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The facts, changed so that there is room for all, and to be changed further."""
    changed = {**ENOUGH, "work": dict.fromkeys(ENOUGH["work"], 1), "image": 1}
    monkeypatch.setitem(limits(), "disk", changed)
    return changed


def found(folder: Path, platform: str = "vsphere", work: Path | None = None) -> list[Finding]:
    of = cluster(folder, platform)
    return list(disk.probe(site(of, means(cache=folder / "cache"), work=work or folder / "work" / "deep")))


def test_folders_with_room_are_right_and_nothing_is_made(tmp_path: Path, needs: dict[str, object]):
    assert found(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["repository"]


def test_too_little_room_is_told_with_what_is_needed_together(tmp_path: Path, needs: dict[str, object]):
    needs["work"] = {"ipi": 1 << 40}
    (finding,) = found(tmp_path)
    assert told([finding]) == [("error", "disk-space")]
    assert f"needs {(1 << 40) + 1} MiB" in finding.message
    assert "the installer's work folder" in finding.message
    assert "the installer's cache of images" in finding.message
    assert "--work-dir or XDG_CACHE_HOME" in finding.fix


def test_only_who_uploads_an_image_needs_room_for_it(tmp_path: Path, needs: dict[str, object]):
    needs["image"] = 1 << 40
    assert found(tmp_path, "none") == []


def test_a_folder_that_cannot_be_written(tmp_path: Path, needs: dict[str, object]):
    """Not even root makes a file in /proc; elsewhere a folder is closed."""
    closed = Path("/proc/self") if Path("/proc/self").is_dir() else tmp_path / "closed"
    if closed.parent == tmp_path:
        closed.mkdir(mode=0o500)
    findings = found(tmp_path, "none", closed)
    assert ("error", "disk-unwritable") in told(findings)
    assert any(f"{closed} (the installer's work folder) cannot be written" in finding.message for finding in findings)


def test_a_folder_in_which_nothing_can_be_started(
    tmp_path: Path, needs: dict[str, object], monkeypatch: pytest.MonkeyPatch
):
    """A file system can be mounted by root alone, so the system's answer is made up."""
    flag = getattr(os, "ST_NOEXEC", 8)
    monkeypatch.setattr(os, "ST_NOEXEC", flag, raising=False)
    real = os.statvfs
    monkeypatch.setattr(os, "statvfs", lambda path: _mounted(real(path), flag))
    (finding,) = found(tmp_path)
    assert told([finding]) == [("error", "disk-noexec")]
    assert str(tmp_path) in finding.message


def _mounted(found: os.statvfs_result, flag: int) -> SimpleNamespace:
    names = [name for name in dir(found) if name.startswith("f_")]
    return SimpleNamespace(**{**{name: getattr(found, name) for name in names}, "f_flag": found.f_flag | flag})
