"""Which machines a cluster is planned to have, as far as its files say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from antrea_ci.facts import facts
from antrea_ci.model.effective import Cluster
from antrea_ci.values import items_at, text_at
from antrea_ci.yamlio import Value, parse

_ROLE_OF = {"master": "control-plane", "worker": "compute"}


@dataclass(frozen=True)
class Machine:
    """``role`` is bootstrap, control-plane or compute; ``name`` is a whole one; ``address`` is empty where none is
    written down."""

    role: str
    name: str
    address: str = ""


def machines(cluster: Cluster) -> tuple[Machine, ...]:
    """Those that agent-config.yaml names, else numbered ones and a machine for the bootstrap."""
    domain = f"{cluster.name}.{cluster.base_domain}"
    if named := tuple(_named(cluster, domain)):
        return named
    counts = {"bootstrap": 1, "control-plane": max(0, cluster.control_plane), "compute": max(0, cluster.compute)}
    return tuple(
        Machine(role, f"{text_at(facts('user-provisioned'), ('roles', role, 'name'))}{suffix}.{domain}")
        for role, number in counts.items()
        for suffix in ([""] if role == "bootstrap" else [str(index) for index in range(number)])
    )


def _named(cluster: Cluster, domain: str) -> Iterator[Machine]:
    """The Agent-based Installer boots the bootstrap on one of the nodes, so there is no machine for it."""
    file = cluster.repo.agent_config_file
    config = parse(file.read_bytes(), cluster.repo.name(file)).value if file.is_file() else None
    for host in items_at(config, ("hosts",)):
        name = text_at(host, ("hostname",))
        if name:
            whole = name if name.endswith(f".{domain}") else f"{name}.{domain}"
            yield Machine(_ROLE_OF.get(text_at(host, ("role",)), "control-plane"), whole, _address(host))


def _address(host: Value) -> str:
    """The first static address of the host's NMState."""
    for interface in items_at(host, ("networkConfig", "interfaces")):
        for family in ("ipv4", "ipv6"):
            for entry in items_at(interface, (family, "address")):
                if text_at(entry, ("ip",)):
                    return text_at(entry, ("ip",))
    return ""
