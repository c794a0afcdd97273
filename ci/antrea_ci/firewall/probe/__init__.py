"""Tries from this machine what the rows of the report let through, in bounded time and many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from antrea_ci.firewall import Rule
from antrea_ci.firewall.naming import with_addresses
from antrea_ci.firewall.probe.attempts import State
from antrea_ci.firewall.probe.machine import name_servers, stands_in
from antrea_ci.firewall.probe.plan import Known, Side, known_machines, planned
from antrea_ci.firewall.probe.result import Probed, Probes
from antrea_ci.firewall.probe.run import Patience, tried
from antrea_ci.firewall.probe.trust import names, trust_of
from antrea_ci.model.effective import Cluster

__all__ = ["Patience", "Probed", "Probes", "Request", "State", "probe"]


@dataclass(frozen=True)
class Request:
    """``side``: as what this machine counts. ``further``: addresses inside of networks, ``addresses`` of names."""

    side: Side = "nodes"
    further: Sequence[str] = ()
    addresses: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    patience: Patience = field(default_factory=Patience)


def probe(cluster: Cluster, rules: Sequence[Rule], request: Request) -> Probes:
    """Every row of ``rules``, each with what became of it. Networks are not scanned: only known addresses are tried."""
    known = Known(known_machines(cluster), request.further, name_servers())
    plans = [planned(rule, request.side, cluster, known) for rule in with_addresses(rules, request.addresses)]
    question = f"api.{cluster.name}.{cluster.base_domain}".strip(".")
    trust = trust_of(cluster, request.side, request.addresses)
    with ThreadPoolExecutor(1) as pool:
        wrong_names = pool.submit(names, cluster, request.patience.one)
        rows = tried(plans, trust, request.patience, question)
    networks = [entry.usual for entry in cluster.plan.machine]
    is_placed = request.side == "installer" or not networks or stands_in(networks, known.machines)
    return Probes(request.side, rows, wrong_names.result(), is_placed)
