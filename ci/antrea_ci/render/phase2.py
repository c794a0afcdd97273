"""What `render` is told of phase 2, by antrea_ci.nsx, which is loaded only where a repository has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Phase2:
    """``overlays``: those that can be built, each with the folder that it is rendered to; ``generated``: the content of
    their ``generated/`` folders; ``gone``: folders of phase 2 in which nothing must be (any more)."""

    overlays: Mapping[Path, Path]
    generated: Mapping[Path, Mapping[str, bytes]]
    gone: tuple[Path, ...]
