"""The virtual addresses of an install-config: where they stand, and the rules about the keys that hold them.

Rules about the addresses themselves live in ``antrea_ci.model.network``.
"""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.section import Section, is_preview
from antrea_ci.model.network import Entry
from antrea_ci.model.network.limits import limits

_API, _INGRESS = ("apiVIPs", "apiVIP"), ("ingressVIPs", "ingressVIP")


def api_vips(config: Config) -> tuple[Entry, ...]:
    """The addresses of the API."""
    return _entries(config, *_API)


def ingress_vips(config: Config) -> tuple[Entry, ...]:
    """The addresses of ingress."""
    return _entries(config, *_INGRESS)


def is_user_managed(config: Config) -> bool:
    """Whether the addresses belong to a load balancer of the user's own."""
    return _load_balancer(config).text("type") == platform_facts()["load_balancer"]["user_managed"]


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with these keys; nothing on platforms that have none."""
    if config.platform not in limits()["vips"]["compared_until"]:
        return
    platform = _platform(config)
    for many, one in (_API, _INGRESS):
        old, new = platform.text(one), platform.texts(many)
        if old and new and old not in new:
            message = f"is {old}, which `{config.name((*platform.path, many))}` does not have"
            yield platform.finding("vip-twice", (one,), message, fix=f"keep `{many}` only")
    if not api_vips(config) and not ingress_vips(config) and not _is_odd(platform):
        yield from _absent(platform, config.platform)
    yield from _load_balancer_findings(config)


def _absent(platform: Section, name: str) -> Iterator[Finding]:
    """Neither address: refused where the machines are the installer's, a hint where they may be the user's."""
    fix = "add `apiVIPs: [...]` and `ingressVIPs: [...]`"
    if name in limits()["vips"]["optional"]:
        message = "has no apiVIPs and ingressVIPs; only user-provisioned infrastructure does without"
        yield platform.finding("vips-absent", (), message, severity=Severity.WARNING, key=True, fix=fix)
    else:
        yield platform.finding("required", (), "has no apiVIPs and ingressVIPs", key=True, fix=fix)


def _is_odd(platform: Section) -> bool:
    """Whether something of the wrong type stands for an address, which is told elsewhere."""
    return any(
        not isinstance(platform.at(many), list | None) or not isinstance(platform.at(one), str | None)
        for many, one in (_API, _INGRESS)
    )


def _load_balancer_findings(config: Config) -> Iterator[Finding]:
    rules = platform_facts()["load_balancer"]
    balancer = _load_balancer(config)
    if not isinstance(_platform(config).at("loadBalancer"), dict):
        return
    if config.minor < rules["since"] and not is_preview(config):
        message = f"is a technology preview before OpenShift 4.{rules['since']}"
        yield balancer.finding("preview", (), message, key=True)
    yield from balancer.required("type", example=rules["user_managed"])
    yield from balancer.one_of("load-balancer", ("type",), rules["types"])


def _entries(config: Config, many: str, one: str) -> tuple[Entry, ...]:
    """What the list has; what the old key has where there is no list, as the installer converts it."""
    platform = _platform(config)
    if config.platform not in limits()["vips"]["compared_until"]:
        return ()
    paths = [(*platform.path, many, index) for index in range(len(config.items(*platform.path, many)))]
    found = [path for path in paths if isinstance(config.at(*path), str | None)]
    if not paths and platform.text(one):
        found = [(*platform.path, one)]
    return tuple(Entry(config.text(*path), (config.name(path), config.locate(path))) for path in found)


def _load_balancer(config: Config) -> Section:
    return _platform(config).below("loadBalancer")


def _platform(config: Config) -> Section:
    return Section(config, ("platform", config.platform))
