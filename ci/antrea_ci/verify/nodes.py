"""Which nodes this cluster is planned to have, by name or at least by number."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from antrea_ci.install_config.dns import subdomain_fault
from antrea_ci.model.effective import Cluster
from antrea_ci.model.network import Network, parse_address, parse_network
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import items_at, text_at, value_in_any_case
from antrea_ci.yamlio import Value, parse

# What names of the cluster itself begin with; no node may have one of them.
_RESERVED = ("api", "api-int", "apps", "bootstrap")


@dataclass(frozen=True)
class Planned:
    """``names`` are those that the files give (none for user-provisioned machines), ``number`` how many nodes there
    may be, ``domain`` the cluster's own, ``machines`` the networks of its nodes, ``vips`` addresses of no node."""

    names: frozenset[str]
    number: int
    domain: str
    machines: tuple[Network, ...]
    vips: frozenset[str]

    def fault(self, name: str) -> str:
        """Why a new node of this name is none of the planned ones; empty if it is one."""
        if subdomain_fault(name):
            return f"{name!r} is no name of a node"
        short = name.removesuffix(f".{self.domain}")
        if short in _RESERVED or short.endswith(".apps"):
            return f"{name} is a name of the cluster itself"
        if self.names:
            is_named = name in self.names or short in self.names
            return "" if is_named else f"no host of the repository is called {name}"
        if short != name and "." not in short:
            return ""
        if any(map(self._is_machine, (name, f"{name}.{self.domain}"))):
            return ""
        return f"{name} is not in {self.domain}, and from here DNS gives it no address of machineNetwork"

    def has(self, address: str) -> bool:
        """Whether a node may have this address."""
        with suppress(ValueError):
            parsed = parse_address(address)
            return str(parsed) not in self.vips and any(parsed in network for network in self.machines)
        return False

    def _is_machine(self, name: str) -> bool:
        """Whether DNS, asked from here, gives the name addresses of the nodes' networks only."""
        try:
            found = {str(entry[4][0]) for entry in socket.getaddrinfo(name, None)}
        except (OSError, UnicodeError):
            return False
        return all(map(self.has, found))


def planned(cluster: Cluster) -> Planned:
    """What the files of the repository plan."""
    vips = [*cluster.plan.api_vips, *cluster.plan.ingress_vips]
    return Planned(
        frozenset(_names(cluster.repo)),
        max(0, cluster.control_plane) + max(0, cluster.compute),
        f"{cluster.name}.{cluster.base_domain}",
        tuple(_networks(entry.text for entry in cluster.plan.machine)),
        frozenset(entry.usual for entry in vips),
    )


def _networks(texts: Iterable[str]) -> Iterable[Network]:
    for text in texts:
        with suppress(ValueError):
            yield parse_network(text)


def _names(repo: ClusterRepo) -> Iterable[str]:
    """The hosts that install-config.yaml (platform baremetal) and agent-config.yaml name."""
    for file, path, key in (
        (repo.install_config_file, ("platform", "baremetal", "hosts"), "name"),
        (repo.agent_config_file, ("hosts",), "hostname"),
    ):
        if file.is_file():
            hosts: Value = value_in_any_case(parse(file.read_bytes(), repo.name(file)).value, path)
            yield from filter(None, (text_at(host, (key,)) for host in items_at(hosts, ())))
