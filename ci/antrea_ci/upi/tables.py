"""The sheet of DNS records and load balancers, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from antrea_ci.facts import facts
from antrea_ci.model.effective import Cluster
from antrea_ci.model.network import Entry
from antrea_ci.upi.machines import Machine, machines
from antrea_ci.values import items_at, text_at, texts_at, value_at
from antrea_ci.yamlio import Value

_BALANCERS = {"api": "the API load balancer", "ingress": "the ingress load balancer"}


def sheet(cluster: Cluster) -> str:
    """The whole sheet; it depends on the repository's files alone."""
    planned, domain = machines(cluster), f"{cluster.name}.{cluster.base_domain}"
    networks = ", ".join(entry.usual for entry in cluster.plan.machine) or "the machine network"
    lines = [f"# DNS and load balancers of {domain}", ""]
    lines += ["These must be there before the first machine boots. Names of machines and addresses in *italics* are"]
    lines += [f"proposals: no file of the repository fixes them. Machines have addresses in {networks}.", ""]
    lines += [
        "## DNS",
        "",
        "| record | type | to | why |",
        "|---|---|---|---|",
        *_records(cluster, planned, domain),
        "",
    ]
    lines += ["## Load balancers", "", "They pass TCP on, without TLS of their own. The API needs no persistence.", ""]
    lines += ["| address | port | for | to | health check | persistence |", "|---|---|---|---|---|---|"]
    lines += [*_rows(cluster, planned), "", *_after(planned)]
    return "\n".join(lines) + "\n"


def _records(cluster: Cluster, planned: Sequence[Machine], domain: str) -> Iterator[str]:
    for record in items_at(facts("user-provisioned"), ("records",)):
        to, kinds = text_at(record, ("to",)), "A/AAAA, PTR" if value_at(record, ("reverse",)) else "A/AAAA"
        why = text_at(record, ("why",))
        if to in _BALANCERS:
            yield f"| `{text_at(record, ('name',))}.{domain}` | {kinds} | {_balancer(cluster, to)} | {why} |"
            continue
        for machine in (one for one in planned if one.role == to):
            name = f"`{machine.name}`" if machine.address else f"*{machine.name}*"
            yield f"| {name} | {kinds} | {machine.address or '*its address*'} | {why} |"


def _balancer(cluster: Cluster, which: str) -> str:
    entries: Sequence[Entry] = cluster.plan.api_vips if which == "api" else cluster.plan.ingress_vips
    return ", ".join(entry.usual for entry in entries) or f"*{_BALANCERS[which]}*"


def _rows(cluster: Cluster, planned: Sequence[Machine]) -> Iterator[str]:
    for row in items_at(facts("user-provisioned"), ("balancers",)):
        cells = (
            _balancer(cluster, text_at(row, ("balancer",))),
            f"{value_at(row, ('port',))} ({text_at(row, ('name',))})",
            text_at(row, ("for",)),
            _backends(row, planned),
            text_at(row, ("health",)),
            text_at(row, ("persistence",)),
        )
        yield f"| {' | '.join(cells)} |"


def _backends(row: Value, planned: Sequence[Machine]) -> str:
    """Applications run on the control plane where there is no other node."""
    roles = texts_at(row, ("to",))
    found = [one for one in planned if one.role in roles] or [one for one in planned if one.role == "control-plane"]
    return ", ".join(one.address or one.name for one in found)


def _after(planned: Sequence[Machine]) -> Iterator[str]:
    if any(one.role == "bootstrap" for one in planned):
        yield "Take the bootstrap machine out of both API rows as soon as the installation says that its work is done."
