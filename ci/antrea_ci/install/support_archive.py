"""The archive that a failure leaves: what helps to understand it, safe to send to a vendor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from antrea_ci.install.workdir import WorkDir
from antrea_ci.repo import ClusterRepo


def write(work: WorkDir, repo: ClusterRepo, to: Path, extra: Mapping[str, bytes]) -> Path:
    """Writes the archive to ``to``, a file that must not exist, and returns it; ``extra`` are further files by name."""
    raise NotImplementedError
