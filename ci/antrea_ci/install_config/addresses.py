"""Addresses that two machines would have: virtual ones, static ones of hosts, those of provisioning, and gateways."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from antrea_ci.findings import Finding
from antrea_ci.install_config.config import Config, Steps
from antrea_ci.install_config.section import Section
from antrea_ci.install_config.vips import is_user_managed
from antrea_ci.model.network import Address, parse_address

_VIPS = ("apiVIPs", "apiVIP", "ingressVIPs", "ingressVIP")
_PROVISIONING = ("bootstrapProvisioningIP", "clusterProvisioningIP")
_DEVICE = "networkDevice"


def findings(config: Config) -> Iterator[Finding]:
    """A finding for each address that something else in the file has; API and ingress are compared elsewhere."""
    platform = Section(config, ("platform", config.platform))
    taken = {} if is_user_managed(config) else dict(_addresses(config, _vips(platform)))
    for address, path in _addresses(config, chain(_of_provisioning(platform), _of_hosts(platform))):
        if address in taken:
            yield _twice(config, address, path, taken[address])
        taken.setdefault(address, path)
    # Many machines have the same gateway, but none of them is it.
    for address, path in _addresses(config, _gateways(platform)):
        if address in taken:
            yield _twice(config, address, path, taken[address])


def _twice(config: Config, address: Address, path: Steps, other: Steps) -> Finding:
    return config.finding("address-twice", path, f"is {address}, as is `{config.name(other)}`")


def _addresses(config: Config, paths: Iterator[Steps]) -> Iterator[tuple[Address, Steps]]:
    """The addresses that stand at ``paths``, without prefix; what is none is told elsewhere."""
    for path in paths:
        try:
            yield parse_address(config.text(*path).partition("/")[0]), path
        except ValueError:
            continue


def _vips(platform: Section) -> Iterator[Steps]:
    for key in _VIPS:
        yield (*platform.path, key)
        yield from ((*platform.path, key, index) for index in range(len(platform.config.items(*platform.path, key))))


def _of_provisioning(platform: Section) -> Iterator[Steps]:
    return ((*platform.path, key) for key in _PROVISIONING)


def _of_hosts(platform: Section) -> Iterator[Steps]:
    """Static addresses of vSphere's machines."""
    for host in platform.each("hosts"):
        device = host.below(_DEVICE)
        yield from ((*device.path, "ipAddrs", index) for index in range(len(device.texts("ipAddrs"))))


def _gateways(platform: Section) -> Iterator[Steps]:
    return ((*host.path, _DEVICE, "gateway") for host in platform.each("hosts"))
