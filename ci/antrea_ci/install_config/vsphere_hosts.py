"""The list `hosts` of platform vsphere: machines with static addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from antrea_ci.findings import Finding
from antrea_ci.install_config.hosts import is_address
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.section import Section, is_preview, planned
from antrea_ci.model.network import parse_interface

_GATE = "VSphereStaticIPs"
_DEVICE = "networkDevice"


def findings(platform: Section) -> Iterator[Finding]:
    """What is wrong with each host, and with how many of each role there are."""
    if not isinstance(platform.at("hosts"), list):
        return
    rules, config = platform_facts()["vsphere"], platform.config
    if config.minor < rules["hosts_since"] and platform.at("hosts") and not is_preview(config, _GATE):
        message = f"is a technology preview before OpenShift 4.{rules['hosts_since']}"
        yield platform.finding("preview", ("hosts",), message, key=True)
    domains = {domain.text("name") for domain in platform.each("failureDomains")}
    for host in platform.each("hosts"):
        yield from _host(host, domains)
    yield from _counts(platform)


def _counts(platform: Section) -> Iterator[Finding]:
    given = Counter(host.text("role") for host in platform.each("hosts"))
    config = platform.config
    wanted = {
        "bootstrap": 1,
        "control-plane": planned(config, "controlPlane"),
        "compute": planned(config, "compute"),
    }
    for role, number in wanted.items():
        if given[role] != number:
            message = f"has {given[role]} of the role {role}, {number} are needed"
            yield platform.finding("host-count", ("hosts",), message, key=True)


def _host(host: Section, domains: set[str]) -> Iterator[Finding]:
    yield from host.required("role", example="control-plane")
    yield from host.one_of("host-role", ("role",), platform_facts()["vsphere"]["host_roles"])
    domain = host.text("failureDomain")
    if domain and domain not in domains:
        yield host.finding("failure-domain-unknown", ("failureDomain",), f"is {domain!r}, which `failureDomains` lacks")
    if host.at(_DEVICE) is None:
        yield host.finding("required", (_DEVICE,), "is missing", fix=f"add `{_DEVICE}: {{ipAddrs: [...]}}`")
    else:
        yield from _device(host.below(_DEVICE))


def _device(device: Section) -> Iterator[Finding]:
    if device.at("ipAddrs") in (None, []):
        yield device.finding("required", ("ipAddrs",), "is missing or empty", fix="add `ipAddrs: [10.1.224.20/24]`")
    for index, text in enumerate(device.texts("ipAddrs")):
        if not _is_interface(text):
            message = f"is {text!r}; it must be address and prefix, such as 10.1.224.20/24"
            yield device.finding("host-address", ("ipAddrs", index), message)
    servers, most = device.texts("nameservers"), platform_facts()["vsphere"]["nameservers_at_most"]
    if len(servers) > most:
        yield device.finding("host-address", ("nameservers",), f"holds {len(servers)}, at most {most} are possible")
    for steps in [("gateway",), *(("nameservers", index) for index in range(len(servers)))]:
        text = device.text(*steps)
        if text and not is_address(text):
            yield device.finding("host-address", steps, f"is {text!r}, which is no IP address")


def _is_interface(text: str) -> bool:
    try:
        parse_interface(text)
    except ValueError:
        return False
    return True
