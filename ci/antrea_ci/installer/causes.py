"""The likely reason of a failure: version, exit code and log together (facts/installer-causes.yaml)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """``id`` names the fact; ``line`` is what matched (redacted, empty: the exit code alone); ``command`` comes next."""

    id: str
    reason: str
    why: str
    command: str
    line: str
    source: str
