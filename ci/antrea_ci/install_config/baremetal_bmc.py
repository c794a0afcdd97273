"""BMCs of platform baremetal: what `create cluster` demands of them, after `create manifests` took them unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.platform_facts import DriverFacts, platform_facts
from antrea_ci.install_config.section import Section
from antrea_ci.suggest import did_you_mean

_BMC = "bmc"
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):(//)?")
_NAME = re.compile(r"(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9])(\.|$))+")


def driver_of(address: str) -> tuple[str, DriverFacts | None]:
    """The scheme of a BMC address, which is the driver's name, and what is known of it; an address alone is IPMI."""
    rules = platform_facts()["baremetal"]
    match = _SCHEME.match(address)
    scheme = match[1].lower() if match and not re.fullmatch(r"[^:/]+:\d+", address) else rules["default_driver"]
    name, _, transport = scheme.partition("+")
    driver = rules["drivers"].get(name)
    if driver is None or (transport and transport not in driver.get("transports", [])):
        return scheme, None
    return scheme, driver


def findings(platform: Section) -> Iterator[Finding]:
    """What is wrong with the address and credentials of each."""
    hosts = [host for host in platform.each("hosts") if host]
    if hosts and all(host.at(_BMC) is None for host in hosts):
        message = "has no `bmc` in any host; only the agent-based installer does without"
        yield platform.finding("bmcs-absent", ("hosts",), message, severity=Severity.WARNING, key=True)
        return
    for host in hosts:
        yield from _bmc(host.below(_BMC), platform.text("provisioningNetwork"))
    yield from platform.duplicates("bmc", "hosts", f"{_BMC}.address")


def _bmc(bmc: Section, provisioning_network: str) -> Iterator[Finding]:
    if bmc.lacks("address"):
        yield bmc.finding("bmc", ("address",), "is missing", fix="add `address: redfish-virtualmedia://...`")
    for key in ("username", "password"):
        injected = bmc.config.in_repository and bmc.at(key) is None
        if bmc.lacks(key) and not injected:
            yield bmc.finding("bmc", (key,), "is missing", fix=f"add `{key}: ...`")
    if bmc.text("address"):
        yield from _address(bmc, provisioning_network)


def _address(bmc: Section, provisioning_network: str) -> Iterator[Finding]:
    address = bmc.text("address")
    name, driver = driver_of(address)
    known = platform_facts()["baremetal"]["drivers"]
    if driver is None:
        message = f"is by {name!r}, which no driver knows{did_you_mean(name, known)}; there are {', '.join(known)}"
        yield bmc.finding("bmc", ("address",), message)
    elif not _has_host(address):
        yield bmc.finding("bmc", ("address",), f"is {address!r}, which names no host")
    elif provisioning_network == "Disabled" and driver.get("provisioning"):
        message = f"is by {name}, which boots over a provisioning network, and that is disabled"
        fix = "use a virtual media driver, or a provisioning network"
        yield bmc.finding("bmc", ("address",), message, fix=fix)


def _has_host(address: str) -> bool:
    rest = address if "//" in address else f"//{address.partition(':')[2] or address}"
    try:
        host = urlsplit(rest).hostname or ""
    except ValueError:
        return False
    return ":" in host or bool(_NAME.fullmatch(host))
