"""What a change of the living cluster leaves behind: report/apply.json, report/apply.md, a snapshot, installed.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from antrea_ci.repo import ClusterRepo


def record(home: ClusterRepo, name: str, found: Mapping[str, object], markdown: str) -> None:
    """Writes ``report/<name>.json`` and ``report/<name>.md``, redacted, each in one step."""
    raise NotImplementedError
