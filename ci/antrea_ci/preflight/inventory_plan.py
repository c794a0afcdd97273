"""What install-config.yaml names in the inventories of vCenters, whichever form it is written in."""

from __future__ import annotations

from dataclasses import dataclass, field

from antrea_ci.findings import Location
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.section import Section
from antrea_ci.install_config.vsphere_paths import joined


@dataclass(frozen=True)
class Named:
    """One name of install-config.yaml, and where it stands; empty where nothing is given."""

    text: str
    key: str
    place: Location

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True)
class Topology:
    """Where machines go. Cluster, folder, resource pool and template are full paths, as the installer makes them."""

    datacenter: Named
    cluster: Named
    datastore: Named
    networks: tuple[Named, ...]
    folder: Named
    resource_pool: Named
    template: Named


@dataclass(frozen=True)
class PlannedVcenter:
    """A vCenter with its login, and what is to be in it. ``variables`` end in its number from the second one on."""

    server: Named
    user: str = field(repr=False)
    password: str = field(repr=False)
    number: int
    topologies: tuple[Topology, ...]


def planned_vcenters(config: Config) -> tuple[PlannedVcenter, ...]:
    """Every vCenter; of the flat form the only one."""
    platform = Section(config, ("platform", "vsphere"))
    domains = platform.each("failureDomains")
    vcenters = platform.each("vcenters")
    if not vcenters:
        login = (platform.text("username"), platform.text("password"))
        return (PlannedVcenter(_named(platform, "vCenter"), *login, 1, _topologies(platform, domains)),)
    found: list[PlannedVcenter] = []
    for number, vcenter in enumerate(vcenters, 1):
        server = _named(vcenter, "server")
        own = [domain for domain in domains if domain.text("server") in (server.text, "")]
        login = (vcenter.text("user"), vcenter.text("password"))
        found.append(PlannedVcenter(server, *login, number, tuple(_of_domain(domain) for domain in own)))
    return tuple(found)


def _topologies(platform: Section, domains: list[Section]) -> tuple[Topology, ...]:
    return tuple(_of_domain(domain) for domain in domains) if domains else (_flat(platform),)


def _flat(platform: Section) -> Topology:
    datacenter = platform.text("datacenter")
    return Topology(
        _named(platform, "datacenter"),
        _path(platform, "cluster", "host", datacenter),
        _named(platform, "defaultDatastore"),
        tuple(filter(None, [_named(platform, "network")])),
        _path(platform, "folder", "vm", datacenter),
        _named(platform, "resourcePool"),
        Named("", "", Location()),
    )


def _of_domain(domain: Section) -> Topology:
    topology = domain.below("topology")
    datacenter = topology.text("datacenter")
    count = len(topology.texts("networks"))
    return Topology(
        _named(topology, "datacenter"),
        _path(topology, "computeCluster", "host", datacenter),
        _named(topology, "datastore"),
        tuple(_named(topology, "networks", index) for index in range(count)),
        _path(topology, "folder", "vm", datacenter),
        _named(topology, "resourcePool"),
        _path(topology, "template", "vm", datacenter),
    )


def _named(section: Section, *steps: str | int) -> Named:
    path = (*section.path, *steps)
    return Named(section.text(*steps), section.config.name(path), section.config.locate(path))


def _path(section: Section, key: str, kind: str, datacenter: str) -> Named:
    given = _named(section, key)
    return Named(joined(given.text, kind, datacenter), given.key, given.place)
