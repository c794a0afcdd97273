"""What `apply`, and whatever else changes the living cluster, was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 1200.0


@dataclass(frozen=True)
class ChangeRequest:
    """The options of every change. ``timeout``, in seconds, is for each wait; ``ask`` puts a question to a person, None
    without one. ``typed`` is the name of the cluster.
    """

    kubeconfig: Path | None = None
    work_dir: Path | None = None
    dry_run: bool = False
    force_conflicts: bool = False
    yes: bool = False
    typed: str = ""
    timeout: float = TIMEOUT_SECONDS
    any_commit: bool = False
    no_vault: bool = False
    steal_lease: bool = False
    ask: Callable[[str], str] | None = None

    @property
    def waived(self) -> str:
        """The safeguards that were switched off, by the names of their options; this is recorded."""
        return " ".join(sorted(name for name, is_on in self._waivers().items() if is_on))

    def _waivers(self) -> dict[str, bool]:
        return {
            "--any-commit": self.any_commit,
            "--force-conflicts": self.force_conflicts,
            "--no-vault": self.no_vault,
            "--steal-lease": self.steal_lease,
        }


@dataclass(frozen=True)
class Request(ChangeRequest):
    """The options of `apply`. ``outside_window`` is the reason for which agents may restart now."""

    ref: str = "HEAD"
    prune: bool = False
    outside_window: str = ""

    def _waivers(self) -> dict[str, bool]:
        return {**super()._waivers(), "--prune": self.prune}
