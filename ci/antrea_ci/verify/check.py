"""What one look at a cluster found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """``UNKNOWN``: it could not be looked at, which is neither good nor bad."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Check:
    """One check by its name; ``why`` and ``fix`` are empty where all is well. ``seconds`` is how long it took."""

    name: str
    state: State
    message: str
    why: str = ""
    fix: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Verification:
    """All checks in the order of reports, and what Antrea made in the cluster (``kind/name``, sorted)."""

    checks: tuple[Check, ...]
    created: tuple[str, ...]

    @property
    def succeeded(self) -> bool:
        """Whether nothing failed; what could not be looked at does not count against the cluster."""
        return all(check.state is not State.FAILED for check in self.checks)


Progress = Callable[[str], None]
"""Gets a line for people each time something has been found out, or is still waited for."""
