"""The programs of the tests: their versions are in files that a dependency bot reads, and what is missing is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.repos import ROOT

PROGRAMS = ROOT / "tests" / "programs"


def install(*names: str, path: str, cache: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, str(PROGRAMS), *names]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_all_that_is_missing_is_named_in_one_run(tmp_path: Path) -> None:
    done = install(path=str(tmp_path), cache=tmp_path / "cache")
    assert done.returncode == 1
    for names in ("act, actionlint, crane, vcsim", "kube-apiserver, kubectl"):
        assert f"error: {names}: built by Go, which is not in PATH" in done.stderr
    assert "error: gitlab-ci-local: needs Node.js 18 or later with npm in PATH" in done.stderr
    for name in ("rsync", "etcd", "ovsdb-client, ovsdb-server, ovsdb-tool"):
        assert f"error: {name}: " in done.stderr


def test_a_node_that_is_too_old_is_named_with_its_version(tmp_path: Path) -> None:
    for name, text in {"node": "echo v16.20.0", "npm": "exit 1"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    done = install("gitlab-ci-local", path=str(tmp_path), cache=tmp_path / "cache")
    assert done.returncode == 1
    assert "needs Node.js 18 or later, and v16.20.0 is in PATH" in done.stderr


def test_a_program_that_cannot_be_built_is_an_error_with_what_go_said(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho no such host >&2\nexit 1\n")
    go.chmod(0o755)
    done = install("act", path=str(tmp_path), cache=tmp_path / "cache")
    assert done.returncode == 1
    assert "failed with exit code 1" in done.stderr
    assert "no such host" in done.stderr


@pytest.mark.parametrize("name", ["package.json", "package-lock.json"])
def test_no_registry_is_named_so_every_site_uses_its_own(name: str) -> None:
    text = (PROGRAMS / name).read_text()
    assert "registry" not in text
    assert "resolved" not in text


def test_every_package_of_npm_has_a_checksum() -> None:
    packages = json.loads((PROGRAMS / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
