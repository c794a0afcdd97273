"""One secret that was met."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Hit:
    """``offset`` counts bytes from 0; ``what`` names the kind of secret and never shows any of it."""

    offset: int
    rule: str
    what: str
