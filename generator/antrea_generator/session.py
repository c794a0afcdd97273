"""What every verb gets from the options that stand before it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Session:
    """``directory``: the folder that the verb works in."""

    directory: Path
