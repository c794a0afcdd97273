"""What people do by hand where the installer makes no machines: names, load balancers, and the next commands."""

from __future__ import annotations

from antrea_ci.upi.steps import next_commands
from antrea_ci.upi.tables import sheet

__all__ = ["next_commands", "sheet"]
