"""What one look at a cluster found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from antrea_ci.errors import AntreaGitopsError


class NotVerifiedError(AntreaGitopsError):
    """What was asked for was done, and something in the cluster is not as it should be."""


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
        return not self.failed

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that say that something is wrong."""
        return tuple(check for check in self.checks if check.state is State.FAILED)

    def complaint(self, what: str) -> NotVerifiedError:
        """Every failed check with its reasons and remedies; ``what`` was done before."""
        lines = "".join(f"\n    {check.name}: {check.message}" for check in self.failed)
        return NotVerifiedError(
            f"{what}, and its network is not as it should be:{lines}",
            why="; ".join(dict.fromkeys(check.why for check in self.failed if check.why)),
            fix="; ".join(dict.fromkeys(check.fix for check in self.failed if check.fix)),
        )


Progress = Callable[[str], None]
"""Gets a line for people each time something has been found out, or is still waited for."""
