"""The list `vcenters` of platform vsphere."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding
from antrea_ci.install_config.hosts import host_fault
from antrea_ci.install_config.section import Section, is_preview
from antrea_ci.install_config.vsphere_versions import takes_one_vcenter

_GATE = "VSphereMultiVCenters"


def vcenter_findings(platform: Section) -> Iterator[Finding]:
    """What is wrong with each, and with their number."""
    vcenters = platform.each("vcenters")
    for vcenter in vcenters:
        yield from vcenter.required("server", example="vcenter.example.com")
        yield from server_findings(vcenter, "server")
        yield from vcenter.required_secret("user")
        yield from vcenter.required_secret("password")
        if not vcenter.at("datacenters"):
            yield vcenter.finding("required", ("datacenters",), "is missing or empty", fix="add `datacenters: [...]`")
    if len(vcenters) > 1:
        yield from _several(platform, len(vcenters))


def server_findings(section: Section, key: str) -> Iterator[Finding]:
    """A vCenter is named by a host, without scheme, port or path."""
    server = section.text(key)
    if server and (fault := host_fault(server)):
        host = server.partition("://")[2].partition("/")[0].partition(":")[0].lower() or server.lower()
        fix = f"write `{key}: {host}`" if not host_fault(host) else ""
        yield section.finding("vcenter-server", (key,), f"is {server!r}: it {fault}", fix=fix)


def _several(platform: Section, number: int) -> Iterator[Finding]:
    """Up to 4.16 there is one; then a feature gate decides, which not every 4.18 has on."""
    if takes_one_vcenter(platform.config):
        yield platform.finding("vcenter-count", ("vcenters",), f"holds {number}; this version takes one", key=True)
    elif not is_preview(platform.config, _GATE):
        message = f"holds {number}; the feature gate {_GATE} decides whether more than one is taken"
        yield platform.finding("several-vcenters", ("vcenters",), message, key=True)
