"""Which secrets a verb needs for a cluster; the pipelines of the template follow the same rules."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.model.effective import Cluster


@dataclass(frozen=True)
class Need:
    """A secret by its name of DESIGN section 8, what for, and whether the verb can do without."""

    name: str
    why: str
    is_optional: bool = False


def needed(cluster: Cluster, verb: str) -> tuple[Need, ...]:
    """What ``verb`` takes for ``cluster``: install, preflight, destroy, apply, backup, credentials or images."""
    raise NotImplementedError
