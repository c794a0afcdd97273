"""What the sections of cluster.yaml have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A mapping of cluster.yaml: only its own keys, and values of the types that are written."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
