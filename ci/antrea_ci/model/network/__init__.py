"""The networks of a cluster, and the rules that span several of them (DOMAIN 5.3). One home for these rules.

The same plan is made from answers, from install-config.yaml and from cluster.yaml; who makes it says where each value
stands, so that one rule speaks of a question to one user and of a line to another.
"""

from __future__ import annotations

from antrea_ci.model.network.entry import (
    Address,
    Entry,
    Network,
    Place,
    entries_at,
    parse_address,
    parse_interface,
    parse_network,
)
from antrea_ci.model.network.plan import NetworkPlan

__all__ = [
    "Address",
    "Entry",
    "Network",
    "NetworkPlan",
    "Place",
    "entries_at",
    "parse_address",
    "parse_interface",
    "parse_network",
]
