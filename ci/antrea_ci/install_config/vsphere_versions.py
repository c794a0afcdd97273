"""What changed in platform vsphere from one version of OpenShift to another."""

from __future__ import annotations

from antrea_ci.install_config.config import Config
from antrea_ci.install_config.platform_facts import platform_facts


def is_flat(config: Config) -> bool:
    """Whether flat keys are the form of this version, and failure domains a technology preview."""
    return config.minor < platform_facts()["vsphere"]["failure_domains_since"]


def compares_names(config: Config) -> bool:
    """Whether the installer looks for names of failure domains and zones that are there twice."""
    return config.minor >= platform_facts()["vsphere"]["unique_names_since"]


def takes_one_vcenter(config: Config) -> bool:
    """Whether there is no way to have more than one vCenter."""
    return config.minor < platform_facts()["vsphere"]["several_vcenters_since"]
