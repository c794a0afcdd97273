"""NSX, which a cluster joins in phase 2."""

from __future__ import annotations

from antrea_ci.nsx.prepared import PreparedNsx, Variant, nsx_secret, prepared

__all__ = ["PreparedNsx", "Variant", "nsx_secret", "prepared"]
