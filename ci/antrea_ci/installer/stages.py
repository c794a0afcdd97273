"""The stages of an installation, by the names of both generations of the installer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage that has ended: its name as the installer has it, and how long it took."""

    name: str
    seconds: float
