"""Every vCenter of install-config.yaml: trusted as the installer trusts, new enough, its login, what is named in it.

The installer trusts the certificates of the machine that it runs on, and not additionalTrustBundle, which is for nodes.
source: openshift/installer pkg/asset/installconfig/vsphere (CreateVSphereClients: govmomi with the system's roots)
"""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.bounded import each
from antrea_ci.exchange import Fault, NoAnswerError
from antrea_ci.findings import Finding
from antrea_ci.preflight.inventory import topology_findings
from antrea_ci.preflight.inventory_plan import PlannedVcenter, planned_vcenters
from antrea_ci.preflight.limits import limits
from antrea_ci.preflight.outlet import machine_line
from antrea_ci.preflight.site import Found, NotApplicableError, Site, error, minor_of, warning
from antrea_ci.vsphere.session import About, about, logged_in
from antrea_ci.vsphere.soap import Soap, SoapFaultError

_USER, _PASSWORD = "ANTREA_GITOPS_VCENTER_USERNAME", "ANTREA_GITOPS_VCENTER_PASSWORD"
_VCENTER = "VirtualCenter"
_RULES = {
    Fault.NAME: "preflight/vcenter-unreachable",
    Fault.REFUSED: "preflight/vcenter-unreachable",
    Fault.SILENT: "preflight/vcenter-unreachable",
    Fault.UNREACHABLE: "preflight/vcenter-unreachable",
    Fault.PROXY: "preflight/vcenter-unreachable",
    Fault.UNTRUSTED: "preflight/vcenter-trust",
    Fault.EXPIRED: "preflight/vcenter-certificate",
    Fault.OTHER_NAME: "preflight/vcenter-certificate",
}


def probe(site: Site) -> Found:
    """All vCenters at once; each as far as it lets itself be looked at."""
    config = site.openshift()
    if site.cluster.platform != "vsphere":
        raise NotApplicableError(f"platform {site.cluster.platform} has no vCenter")
    vcenters = [vcenter for vcenter in planned_vcenters(config) if vcenter.server]
    for findings in each(lambda vcenter: list(_looked_at(site, vcenter)), vcenters):
        yield from findings


def _looked_at(site: Site, vcenter: PlannedVcenter) -> Iterator[Finding]:
    soap = Soap(machine_line(site), _address(site, vcenter))
    try:
        server, services = about(soap)
        yield from _version(site, vcenter, server)
        if not vcenter.user or not vcenter.password:
            yield _no_login(vcenter)
            return
        with logged_in(soap, services, vcenter.user, vcenter.password) as session:
            for topology in vcenter.topologies:
                yield from topology_findings(session, topology)
    except NoAnswerError as fault:
        yield _unanswered(vcenter, fault)
    except SoapFaultError as fault:
        yield _refused(vcenter, fault)


def _address(site: Site, vcenter: PlannedVcenter) -> str:
    host, port = vcenter.server.text, site.means.ports["https"]
    is_whole = port == 443 or host.rpartition(":")[2].isdigit()
    return host if is_whole else f"{host}:{port}"


def _unanswered(vcenter: PlannedVcenter, fault: NoAnswerError) -> Finding:
    rule = _RULES.get(fault.fault, "preflight/vcenter-answer")
    message = f"the vCenter {vcenter.server.text} cannot be used: {fault}"
    return error(rule, vcenter.server.place, message)


def _version(site: Site, vcenter: PlannedVcenter, server: About) -> Iterator[Finding]:
    facts = limits()["vcenter"]
    name, place = vcenter.server.text, vcenter.server.place
    if server.kind != _VCENTER:
        yield error("preflight/vcenter-answer", place, f"{name} is {server.name or 'something else'}, and no vCenter")
        return
    version = [int(part) for part in server.version.split(".") if part.isdigit()]
    build = int(server.build) if server.build.isdigit() else 0
    if version < facts["version"] or (version == facts["version"] and build < facts["build"]):
        needed = f"{'.'.join(map(str, facts['version']))} (build {facts['build']})"
        message = f"the vCenter {name} is {server.version} (build {server.build}); the oldest that will do is {needed}"
        is_refused = minor_of(site.cluster) >= facts["refused_since"]
        yield (error if is_refused else warning)("preflight/vcenter-version", place, message)


def _no_login(vcenter: PlannedVcenter) -> Finding:
    message = f"there is no login for the vCenter {vcenter.server.text}"
    return error("preflight/vcenter-login", vcenter.server.place, message, fix=f"give {_variables(vcenter)}")


def _refused(vcenter: PlannedVcenter, fault: SoapFaultError) -> Finding:
    name, place = vcenter.server.text, vcenter.server.place
    if fault.kind == "InvalidLogin":
        message = f"the vCenter {name} does not take the login: user or password is wrong, or the account is locked"
        fix = f"try it in the vSphere Client, then correct {_variables(vcenter)}"
        return error("preflight/vcenter-login", place, message, fix=fix)
    if fault.kind in ("NoPermission", "NotAuthenticated"):
        message = f"the user of {_variables(vcenter).partition(' ')[0]} may not look into the vCenter {name}"
        return error("preflight/vcenter-permission", place, message)
    return error("preflight/vcenter-answer", place, f"the vCenter {name} refuses: {fault}")


def _variables(vcenter: PlannedVcenter) -> str:
    suffix = f"_{vcenter.number}" if vcenter.number > 1 else ""
    return f"{_USER}{suffix} and {_PASSWORD}{suffix}"
