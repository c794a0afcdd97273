"""The secrets that a verb needs, from wherever cluster.yaml says that they are kept (DESIGN section 8)."""

from __future__ import annotations

from antrea_ci.secrets.loading import load
from antrea_ci.secrets.needs import Need, needed
from antrea_ci.secrets.store import Secrets, age_identities

__all__ = ["Need", "Secrets", "age_identities", "load", "needed"]
