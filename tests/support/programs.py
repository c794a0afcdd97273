"""The programs that only tests run: `python tests/programs` (`make test-tools`) keeps them below the kept programs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


def program(name: str) -> Path:
    """Where ``name`` is. Without it the test is skipped, which with ``CI=true`` is a failure."""
    found = shutil.which(name, path=search_path())
    if found is None:
        pytest.skip(f"{name} is not installed: make test-tools")
    return Path(found)


def npm_package(name: str) -> Path:
    """The folder of a package of tests/programs/package.json; skips like ``program``."""
    folder = _folder().parent / "npm" / "node_modules" / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not installed: make test-tools")
    return folder


def search_path() -> str:
    """PATH with these programs in front."""
    return os.pathsep.join([str(_folder()), os.environ["PATH"]])


def _folder() -> Path:
    return Path(os.environ["XDG_CACHE_HOME"]) / "antrea-gitops" / "programs" / "bin"
