"""What belongs into a snapshot: the committed inputs, the journal, and all that the installer has written."""

from __future__ import annotations

from antrea_ci.install.workdir import WorkDir
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault.model import Contents


def contents_of(repo: ClusterRepo, commit: str, work: WorkDir | None) -> Contents:
    """Committed files as ``repository/...``, the journal as ``journal.jsonl``: public; ``installer/...``: secret."""
    raise NotImplementedError
