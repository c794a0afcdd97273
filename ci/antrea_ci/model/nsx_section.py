"""The section `nsx` of cluster.yaml: phase 2."""

from __future__ import annotations

from pydantic import Field

from antrea_ci.model.part import Part


class Nsx(Part):
    """Phase 2: whether the cluster joins NSX, and through which managers."""

    enabled: bool = False
    managers: tuple[str, ...] = Field(default=(), strict=False)
