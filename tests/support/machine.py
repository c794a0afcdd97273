"""A machine made for one test: its PATH, its cache, the programs and archives on it."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest

from antrea_ci.tools.catalogue import known_tools, platform
from antrea_ci.tools.lock import LockedTool, ToolsLock

_NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy")


def isolate(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Points cache, HOME and PATH below ``folder`` and forgets proxies and mirrors; returns the only folder of PATH."""
    programs = folder / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    for name in (*_NETWORK, "ANTREA_GITOPS_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    return programs


def script(folder: Path, name: str, text: str) -> Path:
    """An executable shell script. In the place of a link it takes that place: what the link named is not written to."""
    path = folder / name
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def archive(name: str, content: bytes = b"#!/bin/sh\necho v5.8.1\n") -> bytes:
    """A release archive: a README and the program ``name``."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for member, data in (("README.md", b"read me\n"), (name, content)):
            info = tarfile.TarInfo(member)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def kustomize_lock(url: str, data: bytes | None, *, version: str = "v5.8.1", go: bool = False) -> ToolsLock:
    """A lock of kustomize alone: its archive at ``url`` is ``data`` (None: no checksum); with or without the Go way."""
    sums = {} if data is None else {platform(): sha256(data)}
    module = known_tools()["kustomize"].go if go else ""
    return ToolsLock({"kustomize": LockedTool("kustomize", version, f"{url}/{{archive}}", sums, module)})


def archive_path(name: str = "kustomize", version: str = "v5.8.1") -> str:
    """The path below a server's root where ``kustomize_lock`` looks."""
    return "/" + known_tools()[name].archives[platform()].replace("{version}", version)


def executables(folder: Path) -> list[Path]:
    """Every file below ``folder`` that somebody could run."""
    return [path for path in folder.rglob("*") if path.is_file() and os.access(path, os.X_OK)]
