"""What `install` was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Until(StrEnum):
    """Where an installation stops: with the manifests, with the ignition, or with a running cluster."""

    MANIFESTS = "manifests"
    IGNITION = "ignition"
    CLUSTER = "cluster"


@dataclass(frozen=True)
class Request:
    """The options. ``ref`` names what is installed; with ``resume`` the journal does."""

    ref: str = "HEAD"
    until: Until = Until.CLUSTER
    installer: Path | None = None
    work_dir: Path | None = None
    skip_preflight: frozenset[str] = field(default_factory=frozenset[str])
    no_vault: bool = False
    resume: bool = False
    dry_run: bool = False
    any_commit: bool = False
    any_version: bool = False
    steal_lease: bool = False
    kubeconfig: Path | None = None

    @property
    def waived(self) -> str:
        """The safeguards that were switched off, by the names of their options; this is recorded."""
        options = {
            "--any-commit": self.any_commit,
            "--any-version": self.any_version,
            "--no-vault": self.no_vault,
            "--steal-lease": self.steal_lease,
        }
        skipped = f"--skip-preflight {','.join(sorted(self.skip_preflight))}" if self.skip_preflight else ""
        return " ".join(filter(None, [*(name for name, is_on in options.items() if is_on), skipped]))
