"""Platform baremetal, as `create manifests` judges it (pkg/types/baremetal/validation, ValidatePlatform).

What only `create cluster` finds (ValidateProvisioning) is in ``baremetal_provisioning`` and ``baremetal_bmc``.
"""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding
from antrea_ci.install_config import baremetal_bmc, baremetal_hosts, baremetal_provisioning
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.hosts import is_address
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.section import Section

_ADDRESSES = ("bootstrapProvisioningIP", "clusterProvisioningIP")


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with it."""
    platform = Section(config, ("platform", "baremetal"))
    networks = platform_facts()["baremetal"]["provisioning_networks"]
    yield from platform.one_of("provisioning-network", ("provisioningNetwork",), networks)
    for key in _ADDRESSES:
        text = platform.text(key)
        if text and not is_address(text):
            yield platform.finding("provisioning-address", (key,), f"is {text!r}, which is no IP address")
    yield from _old_name(platform)
    yield from baremetal_hosts.findings(platform)
    yield from baremetal_bmc.findings(platform)
    yield from baremetal_provisioning.findings(platform)


def _old_name(platform: Section) -> Iterator[Finding]:
    old, new = platform.text("provisioningHostIP"), platform.text("clusterProvisioningIP")
    if old and new and old != new:
        message = f"is {old}, and `{platform.config.name((*platform.path, 'clusterProvisioningIP'))}` is {new}"
        yield platform.finding("provisioning-address", ("provisioningHostIP",), message, fix="keep the second one only")
