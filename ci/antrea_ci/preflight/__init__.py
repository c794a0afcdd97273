"""What makes 40 minutes of installing worthless, looked at before: all at once, and for half a minute at most."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from antrea_ci.model.effective import Cluster
from antrea_ci.preflight.model import Preflight, Probe, State

if TYPE_CHECKING:
    from antrea_ci.secrets import Secrets

__all__ = ["NAMES", "Preflight", "Probe", "State", "preflight", "skipped"]

NAMES = ("dns", "vips", "vcenter", "registry", "proxy", "clock", "disk", "bmc")
"""The probes, in the order of the report."""


def skipped(names: str) -> frozenset[str]:
    """The probes that ``names`` (with commas between them, or ``all``) leaves out; UsageError for an unknown one."""
    raise NotImplementedError


def preflight(
    cluster: Cluster, secrets: Secrets, *, images: Sequence[str], work: Path, skip: frozenset[str]
) -> Preflight:
    """Runs every probe but those of ``skip``. ``work`` is where the installer will work, ``images`` what nodes pull.

    Nothing outside is changed. A probe that cannot be answered in time says so in a finding.
    """
    raise NotImplementedError
