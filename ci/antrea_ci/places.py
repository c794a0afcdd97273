"""Where this tool keeps what it can make again."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """``<cache>/antrea-gitops``. XDG_CACHE_HOME counts only if it is absolute, as its specification says."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = base if base.startswith("/") else os.path.expanduser("~/.cache")  # noqa: PTH111 (never raises)
    return Path(root) / "antrea-gitops"
