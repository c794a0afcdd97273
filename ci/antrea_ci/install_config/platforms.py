"""The rules of the platforms: which module has those of which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config import aws, baremetal, nutanix, vsphere
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.section import Section

_Rules: TypeAlias = Callable[[Config], Iterator[Finding]]


def platform_findings(config: Config) -> Iterator[Finding]:
    """What is wrong below `platform`; every platform that stands there is judged, as the installer does."""
    for name in config.mapping("platform"):
        if name in _RULES and isinstance(config.at("platform", name), dict):
            yield from _RULES[name](config)


def _external(config: Config) -> Iterator[Finding]:
    key = "cloudControllerManager"
    external = Section(config, ("platform", "external"))
    managers = platform_facts()["external"]["cloud_controller_managers"]
    if external.text(key) not in managers:
        message = f"is {external.text(key)!r}; it is {managers[-1]} or left out"
        yield external.finding("cloud-controller-manager", (key,), message, severity=Severity.WARNING)


# `none` has no keys of its own to judge.
_RULES: dict[str, _Rules] = {
    "vsphere": vsphere.findings,
    "baremetal": baremetal.findings,
    "nutanix": nutanix.findings,
    "aws": aws.findings,
    "external": _external,
}
