"""Rules about what the cluster is: API version, name, domain, and the one platform."""

from __future__ import annotations

import re
from collections.abc import Iterator

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.dns import subdomain_fault
from antrea_ci.install_config.values import enumeration, known, number, texts

_API_VERSION, _NAME, _DOMAIN = ("apiVersion",), ("metadata", "name"), ("baseDomain",)


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with them."""
    yield from _api_version(config)
    yield from _name(config)
    yield from _domain(config)
    yield from _platform(config)


def _api_version(config: Config) -> Iterator[Finding]:
    current, old = texts("api_versions", "current") or ("v1",), texts("api_versions", "old")
    version = config.text(*_API_VERSION)
    if config.lacks(*_API_VERSION):
        yield config.finding("required", _API_VERSION, config.absence(*_API_VERSION), fix="add `apiVersion: v1`")
    elif version in old:
        message = f"is {version!r}, which is converted to v1"
        yield config.finding("api-version", _API_VERSION, message, severity=Severity.WARNING)
    elif version and version not in current:
        yield config.finding("api-version", _API_VERSION, f"is {version!r}, it must be 'v1'")


def _name(config: Config) -> Iterator[Finding]:
    name = config.text(*_NAME)
    if config.lacks(*_NAME):
        yield config.finding("required", _NAME, config.absence(*_NAME), fix="add `metadata: {name: ...}`")
    if not name:
        return
    fault = _name_fault(config, name)
    if fault:
        better = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")[: _longest(config)].rstrip("-")
        fix = f"write `{better}`" if better and better != name else ""
        yield config.finding("name", _NAME, f"is {name!r}: it {fault}", fix=fix)
    elif len(name) > number("names", "truncated_above"):
        message = f"has {len(name)} characters; names of machines keep {number('names', 'truncated_above')} of them"
        yield config.finding("name-length", _NAME, message, severity=Severity.WARNING)


def _name_fault(config: Config, name: str) -> str:
    longest = _longest(config)
    if len(name.encode()) > longest:
        return f"is {len(name.encode())} characters long, at most {longest} are possible"
    if fault := subdomain_fault(name):
        return fault
    if "." in name and config.platform in texts("names", "without_dots"):
        return f"may hold no `.` on {config.platform}"
    if not name[0].isalpha() and config.platform in texts("names", "letter_first"):
        return f"must start with a letter on {config.platform}"
    return ""


def _longest(config: Config) -> int:
    return number("names", "longest_on", config.platform) or number("names", "longest")


def _domain(config: Config) -> Iterator[Finding]:
    domain = config.text(*_DOMAIN)
    if config.lacks(*_DOMAIN):
        yield config.finding("required", _DOMAIN, config.absence(*_DOMAIN), fix="add `baseDomain: example.com`")
    if not domain:
        return
    bare = domain.removesuffix(".")
    if fault := subdomain_fault(bare):
        yield config.finding("base-domain", _DOMAIN, f"is {domain!r}: it {fault}")
    elif not subdomain_fault(config.text(*_NAME)) and (fault := subdomain_fault(f"{config.text(*_NAME)}.{bare}")):
        yield config.finding("base-domain", _DOMAIN, f"gives, after the cluster's name, a domain that {fault}")


def _platform(config: Config) -> Iterator[Finding]:
    path, platforms = ("platform",), config.mapping("platform")
    if config.at(*path) is not None and not isinstance(config.at(*path), dict):
        return  # told as a shape
    takes = enumeration(known("platforms", config.minor))
    if not platforms:
        yield from _no_platform(config, takes)
    elif len(platforms) > 1:
        message = f"holds {' and '.join(f'`{name}`' for name in platforms)}; exactly one platform is possible"
        yield config.finding("platform", path, message, key=True, fix="keep the one that you install on")
    elif (name := next(iter(platforms))) not in known("platforms", config.minor):
        message = f"is no platform of OpenShift 4.{config.minor}; it takes {takes}"
        yield config.finding("platform", ("platform", name), message, key=True)


def _no_platform(config: Config, takes: str) -> Iterator[Finding]:
    raw = config.document.mapping.get(str(config.written(("platform",))[-1]))
    written = raw if isinstance(raw, dict) else {}
    empty = [name for name, value in written.items() if value is None]
    if empty:
        path = (*config.written(("platform",)), empty[0])
        message = "is null, which the installer takes for absent"
        yield config.finding("platform", path, message, key=True, fix=f"write `{empty[0]}: {{}}`")
    elif not written:  # unknown names are told as such
        message = f"{'is empty' if raw == {} else config.absence('platform')}; it takes one of {takes}"
        yield config.finding("platform", ("platform",), message, fix="add `platform: {vsphere: {...}}`")
