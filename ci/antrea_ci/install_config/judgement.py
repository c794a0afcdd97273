"""The verdict on an install-config: what this program needs to know of it, and every finding about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.install_config import access, features, identity, mirrors, placeholders, pools, proxy, publishing, trust
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.decode import decode
from antrea_ci.install_config.networking import network_findings, network_plan
from antrea_ci.install_config.platforms import platform_findings
from antrea_ci.install_config.section import planned
from antrea_ci.install_config.values import NEWEST, OLDEST
from antrea_ci.model.install_config import InstallConfig

_RULES = (identity, pools, access, trust, proxy, mirrors, features, publishing)
_VERSION = re.compile(r"^4\.(\d+)(?:\D|\Z)", re.ASCII)


@dataclass(frozen=True)
class Judged:
    """``config`` is None where the file holds no mapping that could be read."""

    config: InstallConfig | None
    findings: list[Finding]


def judge_file(data: bytes, file: str, version: str, *, in_repository: bool) -> Judged:
    """See ``antrea_ci.install_config.judge``."""
    minor, remarks = _minor(version, file)
    decoded = decode(data, file, minor, in_repository=in_repository)
    found = [*remarks, *decoded.findings]
    if decoded.config is None:
        return Judged(None, found)
    found += _without_overruled([*placeholders.findings(decoded.config)], [*_findings(decoded.config)])
    return Judged(_summary(decoded.config), found)


def _findings(config: Config) -> Iterator[Finding]:
    for module in _RULES:
        yield from module.findings(config)
    yield from network_findings(config)
    yield from platform_findings(config)


def _without_overruled(strong: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    """A value that nobody can mean is told as such: what the other rules say of it helps nobody."""
    places = {finding.location for finding in strong}
    return [*strong, *(finding for finding in others if finding.location not in places)]


def _minor(version: str, file: str) -> tuple[int, list[Finding]]:
    """The minor version whose rules hold, and what is to be said of it."""
    found = _VERSION.match(version)
    minor = int(found[1]) if found else 0
    if minor > NEWEST:
        message = f"OpenShift {version} is newer than 4.{NEWEST}, the newest version whose rules are known"
        return minor, [Finding("install-config/version-newer", message, Severity.WARNING, Location(file))]
    if minor < OLDEST:
        message = f"{version!r} is no version of OpenShift from 4.{OLDEST} on"
        return OLDEST, [Finding("install-config/version-unsupported", message, location=Location(file))]
    return minor, []


def _summary(config: Config) -> InstallConfig:
    return InstallConfig(
        name=config.text("metadata", "name"),
        base_domain=config.text("baseDomain"),
        platform=config.platform or "none",
        control_plane=planned(config, "controlPlane"),
        compute=planned(config, "compute"),
        plan=network_plan(config),
    )
