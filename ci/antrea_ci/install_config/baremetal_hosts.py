"""The list `hosts` of platform baremetal."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.baremetal_bmc import driver_of
from antrea_ci.install_config.dns import subdomain_fault
from antrea_ci.install_config.hosts import mac_fault
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.section import Section, planned
from antrea_ci.suggest import did_you_mean

_DEVICES, _BY_PATH = "/dev/", "disk/by-path/"


def findings(platform: Section) -> Iterator[Finding]:
    """What is wrong with each host, and with all of them together."""
    if platform.at("hosts") is None:
        message = "has no `hosts`; only the agent-based installer does without"
        yield platform.finding("required", (), message, key=True, fix="add `hosts: [{name: ..., role: master, ...}]`")
        return
    for host in platform.each("hosts"):
        yield from _host(host)
    yield from platform.duplicates("host-twice", "hosts", "name")
    yield from _same_macs(platform)
    yield from _counts(platform)


def _host(host: Section) -> Iterator[Finding]:
    if not host:
        yield host.finding("required", (), "is empty", fix="remove it, or describe the machine")
        return
    yield from host.required("name", example="master-0")
    name = host.text("name")
    if name and (fault := subdomain_fault(name)):
        yield host.finding("host-name", ("name",), f"is {name!r}: it {fault}")
    yield from host.required("bootMACAddress", example="52:54:00:a1:b2:c3")
    mac = host.text("bootMACAddress")
    if mac and (fault := mac_fault(mac)):
        yield host.finding("boot-mac", ("bootMACAddress",), f"is {mac!r}, which {fault}")
    yield from _boot_mode(host)
    yield from _root_device(host)
    config = host.at("networkConfig")
    if config is not None and not isinstance(config, dict):
        yield host.finding(
            "network-config", ("networkConfig",), "must be a mapping of NMState, such as `{interfaces: [...]}`"
        )


def _same_macs(platform: Section) -> Iterator[Finding]:
    """The installer compares them letter by letter, so another case hides a double."""
    exact = list(platform.duplicates("host-twice", "hosts", "bootMACAddress"))
    yield from exact
    told = {finding.location for finding in exact}
    for finding in platform.duplicates("boot-mac", "hosts", "bootMACAddress", fold=str.lower):
        if finding.location not in told:
            yield finding


def _boot_mode(host: Section) -> Iterator[Finding]:
    rules = platform_facts()["baremetal"]
    yield from host.one_of("boot-mode", ("bootMode",), rules["boot_modes"])
    if host.text("bootMode") != rules["secure_boot"]:
        return
    name, driver = driver_of(host.text("bmc", "address"))
    if driver is not None and not driver.get("secure_boot"):
        yield host.finding("boot-mode", ("bootMode",), f"is {rules['secure_boot']}, which a BMC by {name} cannot set")


def _root_device(host: Section) -> Iterator[Finding]:
    steps = ("rootDeviceHints", "deviceName")
    device = host.text(*steps)
    below = device.removeprefix(_DEVICES)
    if device and below == device:
        fix = f"write `deviceName: {_DEVICES}{device.strip('/')}`" if "/" not in device.strip("/") else ""
        yield host.finding("root-device", steps, f"is {device!r}; it must start with {_DEVICES}", fix=fix)
    elif "/" in below.removeprefix(_BY_PATH):
        message = f"is {device!r}; only names in {_DEVICES} and {_DEVICES}{_BY_PATH} are possible"
        yield host.finding("root-device", steps, message)


def _counts(platform: Section) -> Iterator[Finding]:
    """Hosts without a role fill up the control plane, then compute."""
    wanted = [planned(platform.config, "controlPlane"), planned(platform.config, "compute")]
    roles = platform_facts()["baremetal"]["roles"]
    given = [0, 0]
    for host in platform.each("hosts"):
        role = host.text("role")
        if role in roles:
            given[roles.index(role)] += 1
            continue
        yield _role(host, role, roles)
        free = next((index for index in (0, 1) if given[index] < wanted[index]), None)
        if free is not None:
            given[free] += 1
    for name, has, needs in zip(("the control plane", "compute"), given, wanted, strict=True):
        if has < needs:
            yield platform.finding("host-count", ("hosts",), f"has {has} for {name}, {needs} are needed", key=True)


def _role(host: Section, role: str, roles: list[str]) -> Finding:
    if not role:
        message = f"has no role, and gets the next one that lacks machines; roles are {' and '.join(roles)}"
        return host.finding("no-role", (), message, severity=Severity.WARNING, fix="add `role: ...`")
    message = f"is {role!r}{did_you_mean(role, roles)}; roles are {' and '.join(roles)}"
    return host.finding("unknown-role", ("role",), message)
