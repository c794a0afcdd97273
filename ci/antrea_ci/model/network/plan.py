"""Every network and virtual address of a cluster in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from antrea_ci.catalogue import completed
from antrea_ci.findings import Finding
from antrea_ci.model.network.entry import Entry, Parsed, parse_network, problem
from antrea_ci.model.network.families import family_findings
from antrea_ci.model.network.host_prefix import host_prefix_findings
from antrea_ci.model.network.limits import limits
from antrea_ci.model.network.ranges import machine_room, overlaps, service_sizes
from antrea_ci.model.network.vips import Vips

_NEWEST = 99  # later than any minor version that the facts tell apart


@dataclass(frozen=True)
class NetworkPlan:
    """Every network and virtual address of a cluster, in the order in which they were written.

    ``nodes`` is 0 where nobody plans them. ``minor`` is 12 for OpenShift 4.12, by default that of the newest rules.
    """

    machine: tuple[Entry, ...]
    cluster: tuple[Entry, ...]
    service: tuple[Entry, ...]
    api_vips: tuple[Entry, ...] = ()
    ingress_vips: tuple[Entry, ...] = ()
    nodes: int = 0
    platform: str = "none"
    user_managed_load_balancer: bool = False
    minor: int = _NEWEST

    def findings(self) -> list[Finding]:
        """Everything that is wrong with this plan as a whole, and with each of its values."""
        found: list[Finding] = []
        groups = {
            "machine": _parse(self.machine, found),
            "cluster": _parse(self.cluster, found),
            "service": _parse(self.service, found),
        }
        found += overlaps(groups)
        found += service_sizes(groups["service"])
        found += family_findings(groups, self.platform, self.minor)
        for pair in groups["cluster"]:
            found += host_prefix_findings(pair, self.nodes)
        found += machine_room(groups["machine"], self.nodes, len(self.api_vips) + len(self.ingress_vips))
        found += self._vips(groups)
        return completed(found)

    def _vips(self, groups: Mapping[str, Sequence[Parsed]]) -> Iterator[Finding]:
        machine = [network for _, network in groups["machine"]]
        dual = len({network.version for _, network in groups["service"]}) > 1
        compared_until = limits()["vips"]["compared_until"].get(self.platform, 0)
        return Vips(
            self.api_vips,
            self.ingress_vips,
            machine,
            primary=machine[0].version if dual and machine else 0,
            compared=self.minor <= compared_until,
            user_managed=self.user_managed_load_balancer,
        ).findings()


def _parse(entries: Sequence[Entry], found: list[Finding]) -> list[Parsed]:
    parsed: list[Parsed] = []
    for entry in entries:
        try:
            parsed.append((entry, parse_network(entry.text)))
        except ValueError as error:
            found.append(problem("cidr", entry, str(error)))
    return parsed
