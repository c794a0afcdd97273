"""The provisioning network of platform baremetal: what `create cluster` demands of it, after `create manifests`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from antrea_ci.findings import Finding
from antrea_ci.install_config.hosts import mac_fault
from antrea_ci.install_config.images import os_image_fault
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.section import Section
from antrea_ci.model.network import Address, Network, parse_address, parse_interface

_RULE = "provisioning"
_CIDR, _RANGE = "provisioningNetworkCIDR", "provisioningDHCPRange"
_STATIC = ("bootstrapExternalStaticIP", "bootstrapExternalStaticGateway", "bootstrapExternalStaticDNS")
_BOOTSTRAP, _CLUSTER = "bootstrapProvisioningIP", "clusterProvisioningIP"


def findings(platform: Section) -> Iterator[Finding]:
    """What is wrong with its addresses, its range and the images."""
    rules = platform_facts()["baremetal"]
    kind = platform.text("provisioningNetwork") or rules["default_provisioning_network"]
    text = platform.text(_CIDR) or rules["default_provisioning_cidr"]
    try:
        start, network = parse_interface(text)
    except ValueError:
        yield platform.finding("provisioning-cidr", (_CIDR,), f"is {text!r}, which is no network")
        return
    machines = list(_machine_networks(platform))
    if kind == "Disabled":
        yield from _on_machine_network(platform, machines)
    elif kind in rules["provisioning_networks"]:
        if start != network.network_address:
            yield platform.finding(_RULE, (_CIDR,), f"is {text}, which has host bits set", fix=f"write {network}")
        yield from _network(platform, network, machines)
        if kind == "Managed" and network.version == 6 and network.prefixlen < rules["shortest_managed_ipv6_prefix"]:
            message = f"is too large; dnsmasq serves /{rules['shortest_managed_ipv6_prefix']} or smaller"
            yield platform.finding(_RULE, (_CIDR,), message)
        yield from _range(platform, network, managed=kind == "Managed")
        yield from _macs(platform)
    yield from _bootstrap(platform)
    for key in ("bootstrapOSImage", "clusterOSImage"):
        if fault := os_image_fault(platform.text(key)):
            yield platform.finding("os-image", (key,), fault)


def _bootstrap(platform: Section) -> Iterator[Finding]:
    """The bootstrap machine: its host, and the static address that it may have."""
    uri = platform.text("libvirtURI")
    if uri and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", uri):
        yield platform.finding(_RULE, ("libvirtURI",), f"is {uri!r}, which has no scheme", fix="write qemu+ssh://...")
    for key in _STATIC:
        text = platform.text(key)
        if text and _address(text) is None:
            yield platform.finding(_RULE, (key,), f"is {text!r}, which is no IP address")


def _on_machine_network(platform: Section, machines: list[Network]) -> Iterator[Finding]:
    """Without a network of its own, provisioning runs on the machine network."""
    for key in (_BOOTSTRAP, _CLUSTER):
        address = _address(platform.text(key))
        if address and machines and not any(address in network for network in machines):
            message = f"is {address}, which is in no machine network, and there is no provisioning network"
            yield platform.finding(_RULE, (key,), message)


def _network(platform: Section, network: Network, machines: list[Network]) -> Iterator[Finding]:
    for machine in machines:
        if machine.version == network.version and machine.overlaps(network):
            yield platform.finding(_RULE, (_CIDR,), f"is {network}, which overlaps the machine network {machine}")
    for key in (_BOOTSTRAP, _CLUSTER):
        address = _address(platform.text(key))
        if address and address not in network:
            yield platform.finding(_RULE, (key,), f"is {address}, which is not in the provisioning network {network}")


def _range(platform: Section, network: Network, *, managed: bool) -> Iterator[Finding]:
    """The range of DHCP is two addresses of the network, and provisioning has none of those in between."""
    text = platform.text(_RANGE) or (_default_range(network) if managed else "")
    if not text:
        return
    ends = [address for end in text.split(",") if (address := _address(end))]
    if len(ends) != 2 or text.count(",") != 1:
        yield platform.finding(_RULE, (_RANGE,), f"is {text!r}; it must be two addresses, start,end")
    elif outside := [str(end) for end in ends if end not in network]:
        message = f"is {text}, and {outside[0]} is not in the provisioning network {network}"
        yield platform.finding(_RULE, (_RANGE,), message)
    else:
        yield from _in_range(platform, network, ends)


def _in_range(platform: Section, network: Network, ends: list[Address]) -> Iterator[Finding]:
    rules = platform_facts()["baremetal"]
    defaults = {_BOOTSTRAP: rules["default_bootstrap_address"], _CLUSTER: rules["default_cluster_address"]}
    for key, default in defaults.items():
        address = _address(platform.text(key)) or _nth(network, default)
        if address and int(ends[0]) <= int(address) <= int(ends[1]):
            shown = f"{ends[0]} to {ends[1]}"
            yield platform.finding(_RULE, (key,), f"is {address}, which is in the range of DHCP, {shown}")


def _default_range(network: Network) -> str:
    start = _nth(network, platform_facts()["baremetal"]["default_range_start"])
    return f"{start},{network.broadcast_address - 1}" if start else ""


def _nth(network: Network, index: int) -> Address | None:
    return network[index] if index < network.num_addresses else None


def _macs(platform: Section) -> Iterator[Finding]:
    keys = ("externalMACAddress", "provisioningMACAddress")
    for key in keys:
        mac = platform.text(key)
        if mac and (fault := mac_fault(mac)):
            yield platform.finding(_RULE, (key,), f"is {mac!r}, which {fault}")
    first, second = (platform.text(key).lower() for key in keys)
    if first and first == second:
        yield platform.finding(_RULE, (keys[1],), f"is that of `{keys[0]}` too")


def _machine_networks(platform: Section) -> Iterator[Network]:
    networking = Section(platform.config, ("networking",))
    for entry in networking.each("machineNetwork"):
        try:
            yield parse_interface(entry.text("cidr"))[1]
        except ValueError:
            continue  # told as a network that cannot be read


def _address(text: str) -> Address | None:
    try:
        return parse_address(text)
    except ValueError:
        return None
