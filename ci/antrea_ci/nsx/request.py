"""What `nsx apply`, `nsx renew` and `nsx remove` were asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 900.0


@dataclass(frozen=True)
class Request:
    """The options. ``timeout``, in seconds, is for each wait; ``ask`` puts a question to a person, None without one.

    ``typed`` is the cluster's name; ``create_identity``, ``again``, ``with_identity`` and ``cluster_gone`` are of one
    verb each.
    """

    kubeconfig: Path | None = None
    work_dir: Path | None = None
    dry_run: bool = False
    yes: bool = False
    typed: str = ""
    timeout: float = TIMEOUT_SECONDS
    any_commit: bool = False
    no_vault: bool = False
    steal_lease: bool = False
    force_conflicts: bool = False
    create_identity: bool = False
    again: bool = False
    with_identity: bool = False
    cluster_gone: bool = False
    ask: Callable[[str], str] | None = None

    @property
    def waived(self) -> str:
        """The safeguards that were switched off, by the names of their options; this is recorded."""
        options = {
            "--any-commit": self.any_commit,
            "--force-conflicts": self.force_conflicts,
            "--no-vault": self.no_vault,
            "--steal-lease": self.steal_lease,
        }
        return " ".join(name for name, is_on in options.items() if is_on)
