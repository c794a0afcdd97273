"""Platform aws (pkg/types/aws/validation): what can be judged without asking AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from antrea_ci.findings import Finding
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.pool_sections import pool_paths, pools_of
from antrea_ci.install_config.section import Section
from antrea_ci.install_config.values import enumeration

_MODES_WITH_ROLE = ("Manual", "Passthrough")
_VOLUME, _IOPS = "rootVolume", ("rootVolume", "iops")


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with it."""
    platform = Section(config, ("platform", "aws"))
    yield from platform.required("region", example="eu-central-1")
    has_subnets = bool(platform.at("subnets") or platform.at("vpc", "subnets"))
    if platform.text("hostedZone") and not has_subnets:
        message = "needs the existing subnets that it belongs to"
        yield platform.finding("hosted-zone", ("hostedZone",), message, fix="add `subnets: [...]`")
    yield from _role(platform)
    yield from _endpoints(platform)
    yield from _tags(platform)
    yield from _images(platform)
    for pool in (Section(config, path) for path in pool_paths(config)):
        yield from pool.one_of("architecture", ("architecture",), platform_facts()["aws"]["architectures"])
    for pool in (*pools_of(config, "aws"), platform.below("defaultMachinePlatform")):
        yield from _pool(pool, platform.text("region"), has_subnets=has_subnets)


def _images(platform: Section) -> Iterator[Finding]:
    """In some regions every pool needs an image of the user's own, or one for all."""
    if platform.text("region") not in platform_facts()["aws"]["regions_without_images"]:
        return
    shared = platform.text("amiID") or platform.text("defaultMachinePlatform", "amiID")
    pools = [Section(platform.config, (*path, "platform", "aws")) for path in pool_paths(platform.config)]
    if not shared and not all(pool.text("amiID") for pool in pools):
        message = "has no images of the installer's"
        yield platform.finding("image-missing", ("region",), message, fix="add `amiID: ami-...`")


def _role(platform: Section) -> Iterator[Finding]:
    key = "hostedZoneRole"
    if not platform.text(key):
        return
    if not platform.text("hostedZone"):
        yield platform.finding("hosted-zone", (key,), "needs `hostedZone` beside it")
    if platform.config.text("credentialsMode") not in _MODES_WITH_ROLE:
        message = f"needs a credentialsMode of {enumeration(_MODES_WITH_ROLE)}"
        yield platform.finding("hosted-zone", (key,), message)


def _endpoints(platform: Section) -> Iterator[Finding]:
    yield from platform.duplicates("service-endpoint", "serviceEndpoints", "name")
    for endpoint in platform.each("serviceEndpoints"):
        if fault := _url_fault(endpoint.text("url")):
            yield endpoint.finding("service-endpoint", ("url",), fault, fix="write https:// and a host only")


def _url_fault(url: str) -> str:
    try:
        parts = urlsplit(url if re.match(r"[^:]+://", url) else f"https://{url}")
        host = parts.hostname
    except ValueError:
        return "is no URL"
    if not host:
        return "names no host"
    if parts.scheme != "https":
        return f"is by {parts.scheme}, only https is taken"
    return "must have no path and no parameters" if parts.path not in ("", "/") or parts.query else ""


def _tags(platform: Section) -> Iterator[Finding]:
    tags = platform.below("userTags").value
    limits = platform_facts()["aws"]["user_tags_at_most"]
    most = limits[max((since for since in limits if int(since) <= platform.config.minor), key=int, default="12")]
    if len(tags) > most:
        yield platform.finding("user-tags", ("userTags",), f"holds {len(tags)}, at most {most} are possible", key=True)
    for tag in tags:
        if tag.lower() == "name" or tag.startswith("kubernetes.io/cluster/"):
            yield platform.finding("user-tags", ("userTags", tag), "is a tag of the installer's own", key=True)


def _pool(pool: Section, region: str, *, has_subnets: bool) -> Iterator[Finding]:
    rules = platform_facts()["aws"]
    for index, zone in enumerate(pool.texts("zones")):
        if not zone.startswith(region):
            yield pool.finding("zone", ("zones", index), f"is {zone!r}, which is not in the region {region}")
    steps = ("metadataService", "authentication")
    yield from pool.one_of("metadata-authentication", steps, rules["metadata_authentications"])
    groups = pool.texts("additionalSecurityGroupIDs")
    if groups and not has_subnets:
        message = "needs the existing subnets that they belong to"
        yield pool.finding("security-groups", ("additionalSecurityGroupIDs",), message, key=True)
    if len(groups) > rules["security_groups_at_most"]:
        message = f"holds {len(groups)}, at most {rules['security_groups_at_most']} are possible"
        yield pool.finding("security-groups", ("additionalSecurityGroupIDs",), message, key=True)
    if pool.text(_VOLUME, "type"):
        yield from _volume(pool)


def _volume(pool: Section) -> Iterator[Finding]:
    rules = platform_facts()["aws"]
    kind, iops = pool.text(_VOLUME, "type").lower(), pool.number(*_IOPS)
    if pool.number(_VOLUME, "size") <= 0:
        yield pool.finding(
            "pool-size", (_VOLUME, "size"), "must be positive where the type is given", fix="add `size: 120`"
        )
    if kind not in rules["volume_types"]:
        message = f"is {kind!r}; it must be {enumeration(rules['volume_types'])}"
        yield pool.finding("volume-type", (_VOLUME, "type"), message)
    elif kind in rules["volume_types_with_iops"] and iops <= 0:
        yield pool.finding("pool-size", _IOPS, f"must be positive for {kind}", fix="add `iops: 2000`")
    elif (kind in rules["volume_types_without_iops"] and iops) or iops < 0:
        yield pool.finding("pool-size", _IOPS, f"is {iops}, which {kind} does not take")
