"""One secret that was met."""

from __future__ import annotations

from typing import NamedTuple


class Hit(NamedTuple):
    """``offset`` counts bytes from 0; ``what`` names the kind of secret and never shows any of it."""

    offset: int
    rule: str
    what: str
