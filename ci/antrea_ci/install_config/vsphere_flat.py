"""The flat keys of platform vsphere: all there is in 4.12, converted to one vCenter and one failure domain later."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.section import Section
from antrea_ci.install_config.vsphere_paths import (
    BareNames,
    Topology,
    above_fault,
    path_findings,
    resource_pool_findings,
)
from antrea_ci.install_config.vsphere_vcenters import server_findings

_VCENTER = ("vCenter", "username", "password")
_TOPOLOGY = ("datacenter", "defaultDatastore", "cluster", "folder", "resourcePool", "network")


def is_used(platform: Section) -> bool:
    """Whether any flat key is given."""
    return has_vcenter(platform) or has_topology(platform)


def has_vcenter(platform: Section) -> bool:
    """Whether the flat keys name a vCenter."""
    return any(platform.at(key) is not None for key in _VCENTER)


def has_topology(platform: Section) -> bool:
    """Whether the flat keys say where machines go."""
    return any(platform.at(key) is not None for key in _TOPOLOGY)


def is_user_provisioned(platform: Section) -> bool:
    """A flat vCenter without cluster and network is taken for user-provisioned infrastructure."""
    return bool(platform.text("vCenter")) and platform.lacks("network") and platform.lacks("cluster")


def vcenter_findings(platform: Section) -> Iterator[Finding]:
    """What is wrong with the vCenter that the flat keys name."""
    yield from platform.required("vCenter", example="vcenter.example.com")
    yield from server_findings(platform, "vCenter")
    yield from platform.required_secret("username")
    yield from platform.required_secret("password")


def findings(platform: Section) -> Iterator[Finding]:
    """What 4.12 finds wrong with them."""
    yield from vcenter_findings(platform)
    yield from platform.required("datacenter")
    yield from platform.required("defaultDatastore")
    datacenter = platform.text("datacenter") or "<datacenter>"
    cluster = platform.text("cluster") or "<cluster>"
    resources = platform_facts()["vsphere"]["resource_pools_below"]
    folder, pool = f"/{datacenter}/vm/", f"/{datacenter}/host/{cluster}/{resources}/"
    yield from above_fault(platform, "folder", folder)
    yield from above_fault(platform, "resourcePool", pool)
    for key in ("cluster", "network"):
        if platform.lacks(key):
            message = "is not given; only user-provisioned infrastructure does without"
            yield platform.finding(
                "provisioning-key", (key,), message, severity=Severity.WARNING, fix=f"add `{key}: ...`"
            )


def converted_findings(platform: Section) -> Iterator[Finding]:
    """What later versions find wrong with the failure domain that they make of them."""
    yield from platform.required("datacenter")
    yield from platform.required("defaultDatastore")
    topology = Topology(platform, platform.text("datacenter"), platform.text("cluster"))
    if not is_user_provisioned(platform):
        yield from platform.required("cluster")
        if platform.lacks("network"):
            message = "is not given beside `cluster`, and no network has an empty name"
            yield platform.finding("network-unnamed", ("network",), message, fix="add `network: ...`")
    for key, kind in (("cluster", "host"), ("defaultDatastore", "datastore"), ("folder", "vm")):
        yield from path_findings(topology, key, kind, bare_names=BareNames.TAKEN)
    yield from resource_pool_findings(topology, "resourcePool")
