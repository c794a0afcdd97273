"""Platform vsphere (pkg/types/vsphere/validation and conversion).

Up to 4.12 everything stands in flat keys, and vcenters with failureDomains are a technology preview. From 4.13 on it is
the other way round: flat keys are converted to one vCenter and one failure domain.
"""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding
from antrea_ci.install_config import vsphere_flat, vsphere_hosts, vsphere_pools
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.section import Section
from antrea_ci.install_config.vsphere_domains import Inherited, domain_findings
from antrea_ci.install_config.vsphere_vcenters import vcenter_findings
from antrea_ci.install_config.vsphere_versions import is_flat

_NEW_KEYS = ("vcenters", "failureDomains")


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with it."""
    platform = Section(config, ("platform", "vsphere"))
    yield from platform.one_of("disk-type", ("diskType",), platform_facts()["vsphere"]["disk_types"])
    if is_flat(config):
        yield from _flat_version(platform)
    else:
        yield from _zonal_version(platform)
        yield from vsphere_hosts.findings(platform)
    yield from vsphere_pools.findings(platform)


def _flat_version(platform: Section) -> Iterator[Finding]:
    given = [key for key in _NEW_KEYS if platform.at(key)]
    preview = platform.config.text("featureSet") == "TechPreviewNoUpgrade"
    for key in given if not preview else ():
        since = platform_facts()["vsphere"]["failure_domains_since"]
        message = f"is a technology preview before OpenShift 4.{since}"
        fix = "write vCenter, username, datacenter, cluster, defaultDatastore and network instead"
        yield platform.finding("preview", (key,), message, key=True, fix=fix)
    if preview or not given or vsphere_flat.is_used(platform):
        yield from vsphere_flat.findings(platform)
    if preview and given:
        yield from _preview_zones(platform)


def _preview_zones(platform: Section) -> Iterator[Finding]:
    """Failure domains of 4.12 take what they lack from the flat keys."""
    faults = list(vcenter_findings(platform)) if platform.at("vcenters") else []
    yield from faults
    if platform.at("failureDomains"):
        yield from domain_findings(platform, Inherited.of(platform)) if not faults else ()
    else:
        yield platform.finding("required", ("failureDomains",), "is missing", fix="add `failureDomains: [...]`")


def _zonal_version(platform: Section) -> Iterator[Finding]:
    if platform.at("vcenters"):
        yield from vcenter_findings(platform)
    elif vsphere_flat.has_vcenter(platform):
        yield from vsphere_flat.vcenter_findings(platform)
    else:
        fix = "add `vcenters: [{server: ..., user: ..., password: ..., datacenters: [...]}]`"
        yield platform.finding("required", ("vcenters",), "is missing", fix=fix)
    if platform.at("failureDomains"):
        yield from domain_findings(platform, Inherited.of(platform))
    elif vsphere_flat.has_topology(platform):
        yield from vsphere_flat.converted_findings(platform)
    else:
        fix = "add `failureDomains: [{name: ..., region: ..., zone: ..., server: ..., topology: {...}}]`"
        yield platform.finding("required", ("failureDomains",), "is missing", fix=fix)
