"""What firewalls dropped between a cluster's networks, read from their logs and held against the rules it needs."""

from __future__ import annotations

from antrea_ci.firewall.learn.result import Learned, learned
from antrea_ci.firewall.learn.tally import Tally, read_logs

__all__ = ["Learned", "Tally", "learned", "read_logs"]
