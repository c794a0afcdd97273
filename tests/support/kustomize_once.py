"""The same overlay is built once in a process of tests: `render`, `check` and the next case often build the same.

The real kustomize builds; what it printed is remembered for the same program and the same bytes in every folder that a
kustomization could name. Failures are not remembered.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from antrea_ci.render import engine

# Folders that render writes, and Git's own. Files of the root itself are out of reach: kustomize refuses files outside.
_NOT_READ = (".git", "rendered", "firewall", "report", "logs")


def build_once(patch: pytest.MonkeyPatch) -> None:
    """Makes ``render`` remember what kustomize built, as long as ``patch`` lasts."""
    plain, known = engine.build, dict[str, str]()

    def build(kustomize: Path, overlay: Path, *, root: Path, shown_as: Path) -> str:
        state = kustomize.stat()
        content = hashlib.sha256(
            f"{kustomize} {state.st_mtime_ns} {state.st_size} {overlay.relative_to(root)}".encode()
        )
        for name, data in _files(root):
            content.update(f"\0{name}\0{len(data)}\0".encode("utf-8", "surrogateescape") + data)
        key = content.hexdigest()
        if key not in known:
            known[key] = plain(kustomize, overlay, root=root, shown_as=shown_as)
        return known[key]

    patch.setattr(engine, "build", build)


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    for folder in sorted(path for path in root.iterdir() if path.is_dir() and path.name not in _NOT_READ):
        for parent, folders, names in os.walk(folder, followlinks=True):
            folders.sort()
            for path in (Path(parent, name) for name in sorted([*names, *folders])):
                target = path.readlink() if path.is_symlink() else ""
                yield f"{path.relative_to(root)} {target}", path.read_bytes() if path.is_file() else b""
