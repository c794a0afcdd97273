"""What this tool needs to know of install-config.yaml; ``antrea_ci.install_config`` reads and judges the file."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.model.network import NetworkPlan


@dataclass(frozen=True)
class InstallConfig:
    """The part of an install-config.yaml that decides about the network."""

    name: str
    base_domain: str
    platform: str
    control_plane: int
    compute: int
    plan: NetworkPlan
