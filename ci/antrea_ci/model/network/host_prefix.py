"""Rules about the piece of a cluster network that each node gets."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding, Severity
from antrea_ci.model.network.entry import Entry, Network, Parsed, problem
from antrea_ci.model.network.limits import limits


def host_prefix_findings(parsed: Parsed, nodes: int) -> Iterator[Finding]:
    """What is wrong with the host prefix of one cluster network for ``nodes`` planned nodes."""
    entry, network = parsed
    if not entry.host_prefix:
        yield problem(
            "host-prefix-missing", entry.prefix, "has no hostPrefix", fix=f"add hostPrefix: {_usual(network)}"
        )
        return
    refused = _refusal(network, entry.host_prefix)
    if refused:
        message, fix = refused
        yield problem("host-prefix", entry.prefix, message, fix=fix)
        return
    beyond = list(_for_antrea(entry, network, entry.host_prefix))
    yield from beyond or _pods(entry, network, entry.host_prefix)
    yield from _room(entry, network, entry.host_prefix, nodes)


def _refusal(network: Network, prefix: int) -> tuple[str, str] | None:
    """Why the installer refuses ``prefix``, and what to write; None if it does not."""
    if prefix < network.prefixlen:
        message = f"hostPrefix {prefix} is larger than the cluster network {network}"
        return message, f"write {max(network.prefixlen, 16)} or more"
    wanted = limits()["host_prefix"]["shortest"]["6"]
    if network.version == 6 and prefix != wanted:
        return f"hostPrefix {prefix} is not {wanted}", f"write hostPrefix: {wanted}"
    return None


def _for_antrea(entry: Entry, network: Network, prefix: int) -> Iterator[Finding]:
    rules = limits()["host_prefix"]
    family = str(network.version)
    shortest, longest = rules["shortest"][family], rules["longest"][family]
    if not shortest <= prefix <= longest:
        yield problem(
            "host-prefix-range", entry.prefix, f"hostPrefix {prefix} is outside {shortest} to {longest}", fix="write 23"
        )
    if network.version == 6 and prefix - network.prefixlen > rules["ipv6_difference"]:
        smallest = prefix - rules["ipv6_difference"]
        yield problem(
            "host-prefix-range",
            entry,
            f"{network} is too large for hostPrefix {prefix}",
            fix=f"write a /{smallest} or smaller",
        )


def _pods(entry: Entry, network: Network, prefix: int) -> Iterator[Finding]:
    pods, wanted = 2 ** (network.max_prefixlen - prefix) - 2, limits()["max_pods"]
    if pods < wanted:
        message = f"hostPrefix {prefix} gives a node {pods} pod addresses, kubelet runs up to {wanted} pods"
        yield problem("pods-per-node", entry.prefix, message, severity=Severity.WARNING)


def _room(entry: Entry, network: Network, prefix: int, nodes: int) -> Iterator[Finding]:
    pieces = 2 ** (min(prefix, network.max_prefixlen) - network.prefixlen)
    if nodes > pieces:
        yield problem("capacity", entry, f"{network} holds {pieces} nodes of /{prefix}, {nodes} are planned")


def _usual(network: Network) -> int:
    """The host prefix that suits most clusters."""
    usual = limits()["defaults"]["hostPrefix"] if network.version == 4 else limits()["host_prefix"]["shortest"]["6"]
    return max(usual, network.prefixlen)
