"""Day two: carries what was merged to the living cluster, and tells where the two differ."""

from __future__ import annotations

from antrea_ci.apply.objects import apply_objects

__all__ = ["apply_objects"]
