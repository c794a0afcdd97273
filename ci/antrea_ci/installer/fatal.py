"""Lines that the installer prints as warnings but that mean a lost CNI or an unusable cluster."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FatalLine:
    """What was printed (redacted), what it means and what to do; ``id`` names the fact."""

    id: str
    line: str
    why: str
    fix: str
