"""The list `failureDomains` of platform vsphere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.section import Section
from antrea_ci.install_config.vsphere_flat import is_user_provisioned
from antrea_ci.install_config.vsphere_paths import BareNames, Topology, path_findings, resource_pool_findings
from antrea_ci.install_config.vsphere_versions import compares_names, is_flat
from antrea_ci.suggest import did_you_mean

_TOPOLOGY = "topology"


@dataclass(frozen=True)
class Inherited:
    """What a failure domain takes from the flat keys where it lacks it; empty where it takes nothing."""

    server: str = ""
    datacenter: str = ""
    cluster: str = ""
    datastore: str = ""
    network: str = ""

    @classmethod
    def of(cls, platform: Section) -> Inherited:
        """The preview of 4.12 takes all of it; later versions the server and datacenter of a flat vCenter."""
        server, datacenter = platform.text("vCenter"), platform.text("datacenter")
        if is_flat(platform.config):
            cluster = f"/{datacenter}/host/{platform.text('cluster')}"
            return cls(server, datacenter, cluster, platform.text("defaultDatastore"), platform.text("network"))
        return cls() if platform.at("vcenters") else cls(server, datacenter)


def domain_findings(platform: Section, inherited: Inherited) -> Iterator[Finding]:
    """What is wrong with each, and with all of them together."""
    for domain in platform.each("failureDomains"):
        for key in ("name", "region", "zone"):
            yield from domain.required(key)
        yield from _topology(domain.below(_TOPOLOGY), inherited, own_machines=is_user_provisioned(platform))
    yield from _servers(platform, inherited)
    yield from _names(platform)


def _names(platform: Section) -> Iterator[Finding]:
    compared = compares_names(platform.config)
    for finding in platform.duplicates("failure-domain-twice", "failureDomains", "name"):
        yield finding if compared else replace(finding, severity=Severity.WARNING)


def _servers(platform: Section, inherited: Inherited) -> Iterator[Finding]:
    """Each domain is in one of the vCenters. The installer stops looking once one domain is."""
    vcenters = platform.each("vcenters")
    servers = [vcenter.text("server") for vcenter in vcenters] or [inherited.server]
    found = False
    for domain in platform.each("failureDomains"):
        server = domain.text("server") or inherited.server
        if not server:
            yield from domain.required("server", example=servers[0] or "...")
        elif server in servers:
            found = True
            yield from _listed(domain, vcenters, server)
        else:
            rule = "server-not-looked-up" if found else "server-unknown"
            message = f"is {server!r}, which is no server of `vcenters`{did_you_mean(server, servers)}"
            yield domain.finding(rule, ("server",), message)


def _listed(domain: Section, vcenters: Sequence[Section], server: str) -> Iterator[Finding]:
    datacenter = domain.text(_TOPOLOGY, "datacenter")
    known = [name for vcenter in vcenters if vcenter.text("server") == server for name in vcenter.texts("datacenters")]
    if datacenter and known and datacenter not in known:
        message = f"is {datacenter!r}, which `datacenters` of {server} does not list"
        where = (_TOPOLOGY, "datacenter")
        yield domain.finding("datacenter-unlisted", where, message, severity=Severity.WARNING)


def _topology(topology: Section, inherited: Inherited, *, own_machines: bool) -> Iterator[Finding]:
    preview = is_flat(topology.config)
    if not inherited.datacenter:
        yield from topology.required("datacenter")
    if not inherited.datastore:
        yield from topology.required("datastore", example="/<datacenter>/datastore/<name>")
    if not own_machines:
        yield from _machines(topology, inherited)
    datacenter = topology.text("datacenter") or inherited.datacenter
    places = Topology(topology, datacenter, topology.text("computeCluster") or inherited.cluster)
    bare_names = BareNames.REFUSED if preview else BareNames.WARNED_OF
    for key, kind in (("computeCluster", "host"), ("folder", "vm")):
        yield from path_findings(places, key, kind, bare_names=bare_names)
    if not preview:  # the preview of 4.12 takes any datastore
        yield from path_findings(places, "datastore", "datastore", bare_names=bare_names)
    yield from resource_pool_findings(places, "resourcePool")
    yield from _tags(topology)


def _machines(topology: Section, inherited: Inherited) -> Iterator[Finding]:
    if not inherited.cluster:
        yield from topology.required("computeCluster", example="/<datacenter>/host/<cluster>")
    networks = topology.at("networks")
    if networks in (None, []) and not inherited.network:
        yield topology.finding("required", ("networks",), "is missing or empty", fix="add `networks: [...]`")
    elif len(topology.texts("networks")) > 1:
        message = "holds several; machines are attached to the first one"
        yield topology.finding("several-networks", ("networks",), message, key=True, fix="keep the one of the machines")


def _tags(topology: Section) -> Iterator[Finding]:
    rules = platform_facts()["vsphere"]
    tags = topology.texts("tagIDs")
    if len(tags) > rules["tags_at_most"]:
        message = f"holds {len(tags)}, at most {rules['tags_at_most']} are possible"
        yield topology.finding("tag", ("tagIDs",), message, key=True)
    for index, tag in enumerate(tags):
        if not re.search(rules["tag"], tag):
            message = f"is {tag!r}; it must be urn:vmomi:InventoryServiceTag:<UUID>:GLOBAL"
            yield topology.finding("tag", ("tagIDs", index), message)
