"""`antrea-gitops firewall probe`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import click

from antrea_generator.output import formats
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.firewall import Rule
    from antrea_ci.firewall.probe import Probed, Probes

_STATES = ("filtered", "refused", "open")


@click.command(name="probe")
@click.option(
    "--from",
    "side",
    type=click.Choice(["nodes", "installer"]),
    default="nodes",
    show_default=True,
    help="As what this machine counts: a machine in the machine network, or the one that installs.",
)
@click.option("--to", "further", multiple=True, metavar="ADDRESS", help="Try this address of a network, too.")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="NAME=ADDRESS",
    help="The address of a name or group in the report, as 'DNS servers=10.1.1.53'. May be repeated.",
)
@click.option("--timeout", type=click.FloatRange(min=1), metavar="SECONDS", help="For everything; else 60.")
@formats
@click.pass_obj
def command(
    session: Session,
    *,
    side: Literal["nodes", "installer"],
    further: tuple[str, ...],
    addresses: tuple[str, ...],
    timeout: float | None,
    output_format: str,
) -> int:
    """Try from this machine what the rows of `firewall report` let through, and say what is open and what is not.

    TCP is connected, DNS and NTP servers are asked, certificates of vCenter and registries are held against what nodes
    trust (additionalTrustBundle). No network is scanned: only addresses that the files of the cluster name are tried,
    the name servers of this machine, and those that are given. Of a range its first and last port are tried.

    \b
    open      something answers
    refused   the way is open, nothing listens there (now)
    filtered  no answer, or somebody on the way refuses: let it through
    untested  cannot be tried from here; it is said why

    The exit code is 1 if something is filtered, or a certificate is not trusted.

    \b
    Examples:
      antrea-gitops firewall probe --to 10.1.224.21
      antrea-gitops firewall probe --from installer --format json
    """
    from dataclasses import replace

    from antrea_ci.firewall.current import needs
    from antrea_ci.firewall.probe import Patience, Request, probe
    from antrea_ci.model.effective import load
    from antrea_ci.repo import ClusterRepo
    from antrea_ci.wording import as_json
    from antrea_generator.firewall_ends import named_addresses

    cluster = load(ClusterRepo.at(session.directory))
    rules = needs(cluster.repo).rules
    known = named_addresses(addresses, rules)
    patience = replace(Patience(), all=timeout) if timeout else Patience()
    found = probe(cluster, rules, Request(side, _hosts(further, rules), known, patience))
    click.echo(as_json(found.as_json()) if output_format == "json" else "\n".join(_text(found)))
    return 1 if any(row.is_bad for row in found.rows) else 0


def _hosts(given: Iterable[str], rules: Sequence[Rule]) -> tuple[str, ...]:
    """Addresses that are in a network of the rules; UsageError with everything that is none."""
    from ipaddress import ip_address, ip_network

    from antrea_ci.errors import UsageError
    from antrea_ci.firewall.addresses import family

    networks = [ip_network(name) for name in {rule.destination for rule in rules} if "/" in name and family(name)]
    hosts = [text for text in given if "/" not in text and family(text)]
    wrong = [f"{text} is no address" for text in given if text not in hosts]
    far = [host for host in hosts if not any(ip_address(host) in network for network in networks)]
    wrong += [f"{host} is in no network to which rows lead" for host in far]
    if wrong:
        raise UsageError(f"--to: {'; '.join(wrong)}", fix="name single addresses of the networks of this cluster")
    return tuple(str(ip_address(host)) for host in hosts)


def _text(found: Probes) -> Iterator[str]:
    if not found.is_placed:
        yield "note: this machine has no address in the machine network; what it sees may differ from what nodes see"
    for state in _STATES:
        for row in found.rows:
            if row.state.value == state:
                yield from _row(row)
    yield from _untested(found)
    for finding in found.names:
        yield finding.as_text()
    counts = {state: sum(row.state.value == state for row in found.rows) for state in (*_STATES, "untested")}
    yield ", ".join(f"{number} {state}" for state, number in counts.items())


def _row(row: Probed) -> Iterator[str]:
    yield f"{row.state.value:8}  {row.rule.as_text()}"
    for one in row.tried:
        told = "; ".join(filter(None, (one.state.value, one.detail, one.certificate)))
        if row.is_bad or one.detail:
            yield f"          {one.host} port {one.port}: {told}"
    if row.is_bad:
        yield f"          fix: {row.fix}"


def _untested(found: Probes) -> Iterator[str]:
    """Rows that were not tried, by the reason that they share."""
    by_reason: dict[str, list[str]] = {}
    for row in found.rows:
        if row.state.value == "untested":
            what = " ".join(filter(None, (row.rule.protocol, row.rule.port)))
            by_reason.setdefault(row.reason, []).append(f"{what} {row.rule.source} → {row.rule.destination}")
    for reason, rows in by_reason.items():
        yield f"untested  {reason}:"
        yield from (f"          {text}" for text in rows)
