"""Which rows apply to a cluster, and between whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from antrea_ci.firewall.addresses import End, family
from antrea_ci.firewall.antrea import antrea_rows, shows_pods
from antrea_ci.firewall.bare_metal import bare_metal_rows
from antrea_ci.firewall.configured import configured
from antrea_ci.firewall.ends import Sources
from antrea_ci.firewall.openshift import openshift_rows
from antrea_ci.firewall.rule import Rule, Wanted, rows
from antrea_ci.model.effective import Cluster
from antrea_ci.yamlio import Value, parse

_KUBERNETES = (
    *("kubernetes-api", "kubernetes-clients", "kubernetes-kubelet", "kubernetes-etcd"),
    *("kubernetes-node-ports", "kubernetes-services", "names", "time"),
)


def chosen(cluster: Cluster, objects: Mapping[str, Value]) -> tuple[Rule, ...]:
    """What `rules` gives."""
    found = configured(cluster, objects)
    agent = found.agent
    sources = Sources(cluster, _install_config(cluster), list(objects.values()), found.install, agent)
    wanted = list(antrea_rows(agent, found.controller))
    if cluster.file.flavour == "openshift":
        wanted += openshift_rows(cluster, shows_pods=shows_pods(agent), has_proxy=bool(sources.proxies()))
        wanted += bare_metal_rows(sources.config)
    else:
        wanted += map(Wanted, _KUBERNETES)
    wanted += [Wanted("images")] if sources.registries() else []
    wanted += [Wanted("nsx")] if sources.joins_nsx() else []
    return _in_order(wanted, sources.ends())


def _in_order(wanted: Sequence[Wanted], ends: Mapping[str, Sequence[End]]) -> tuple[Rule, ...]:
    order = {name: index for index, name in enumerate(rows())}
    found: dict[tuple[str, str, str, str], Rule] = {}
    for one in sorted(wanted, key=lambda one: order[one.row]):
        for rule in _expanded(one, ends):
            found.setdefault((rule.source, rule.destination, rule.protocol, rule.port), rule)
    return tuple(found.values())


def _expanded(wanted: Wanted, ends: Mapping[str, Sequence[End]]) -> Iterator[Rule]:
    """The rules of one row: for each protocol, port, and pair of ends of one address family."""
    row = rows()[wanted.row]
    protocols = [wanted.protocol] if wanted.protocol else row.protocols
    ports = [wanted.port] if wanted.port else row.ports
    for protocol, port, source, destination in product(protocols, ports, ends[row.source], ends[row.destination]):
        families = {family(source.name), family(destination.name)} - {0}
        if len(families) < 2 and not (protocol == "GRE" and 6 in families):
            named, chosen = _named(protocol, families), destination.port or port
            phase = wanted.phase or row.phase
            yield Rule(source.name, destination.name, named, chosen, phase, row.reason, row.fact)


def _named(protocol: str, families: set[int]) -> str:
    return "ICMPv6" if protocol == "ICMP" and families == {6} else protocol


def _install_config(cluster: Cluster) -> Value:
    path = cluster.repo.install_config_file
    return parse(path.read_bytes(), cluster.repo.name(path)).value if cluster.file.flavour == "openshift" else None
