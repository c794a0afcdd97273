"""What `apply` was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 1200.0


@dataclass(frozen=True)
class Request:
    """The options. ``timeout``, in seconds, is for each wait; ``ask`` puts a question to a person, None without one.

    ``outside_window`` is the reason for which agents may restart now; ``typed`` the name of the cluster.
    """

    ref: str = "HEAD"
    kubeconfig: Path | None = None
    work_dir: Path | None = None
    dry_run: bool = False
    prune: bool = False
    force_conflicts: bool = False
    yes: bool = False
    typed: str = ""
    outside_window: str = ""
    timeout: float = TIMEOUT_SECONDS
    any_commit: bool = False
    no_vault: bool = False
    steal_lease: bool = False
    ask: Callable[[str], str] | None = None

    @property
    def waived(self) -> str:
        """The safeguards that were switched off, by the names of their options; this is recorded."""
        options = {
            "--any-commit": self.any_commit,
            "--force-conflicts": self.force_conflicts,
            "--no-vault": self.no_vault,
            "--prune": self.prune,
            "--steal-lease": self.steal_lease,
        }
        return " ".join(name for name, is_on in options.items() if is_on)
