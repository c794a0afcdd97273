"""`antrea-gitops firewall learn`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antrea_generator.output import formats
from antrea_generator.session import Session, existing

if TYPE_CHECKING:
    from antrea_ci.firewall.learn import Learned
    from antrea_ci.firewall.learn.result import Drops, Lacking, Unexplained

_SHOWN, _WIDTH = 20, 300
_BETWEEN = 2.0  # seconds


@click.command(name="learn")
@click.argument("logs", nargs=-1, required=True, metavar="LOGFILE...")
@click.option(
    "--drop-prefix",
    "drop_prefixes",
    multiple=True,
    metavar="TEXT",
    help="Lines of iptables and nftables are drops if their prefix has TEXT, and only then. May be repeated.",
)
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="NAME=ADDRESS",
    help="The address or network of a name or group in the report, as 'DNS servers=10.1.1.53'. May be repeated.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 also for drops that no row explains.")
@formats
@click.pass_obj
def command(
    session: Session,
    logs: tuple[str, ...],
    drop_prefixes: tuple[str, ...],
    addresses: tuple[str, ...],
    *,
    strict: bool,
    output_format: str,
) -> int:
    """Say from firewall logs which rows of `firewall report` a firewall lacks, and which drops no row explains.

    Reads kernel lines of iptables and nftables, packet logs of NSX, filterlog of pfSense and OPNsense, traffic logs of
    Palo Alto Networks and Fortinet, one after the other or mixed, also packed with gzip; `-` is standard input. Give
    the oldest file first. Where the kernel's prefix has no word such as DROP or ACCEPT, packets count as dropped.

    The exit code is 1 if rows are missing, or if no line is of a known format, with --strict also if there are drops
    that no row explains.

    \b
    Examples:
      antrea-gitops firewall learn /var/log/firewall.log.1.gz /var/log/firewall.log
      journalctl -k | antrea-gitops firewall learn - --address "DNS servers=10.1.1.53" --format json
    """
    from antrea_ci.firewall.current import needs
    from antrea_ci.firewall.learn import learn
    from antrea_ci.model.effective import load
    from antrea_ci.repo import ClusterRepo
    from antrea_ci.wording import as_json
    from antrea_generator.firewall_ends import named_addresses

    cluster = load(ClusterRepo.at(session.directory))
    given = needs(cluster.repo).rules
    known = named_addresses(addresses, given)
    opened = [_opened(session, name) for name in logs]
    found = learn(cluster, given, opened, drop_prefixes=drop_prefixes, addresses=known, progress=_progress())
    click.echo(as_json(found.as_json()) if output_format == "json" else "\n".join(_text(found)))
    return 1 if found.missing or found.is_foreign or (strict and found.unexplained) else 0


def _opened(session: Session, name: str) -> Path | BufferedIOBase:
    if name != "-":
        return existing(session.directory / name)
    stream = sys.stdin.buffer
    assert isinstance(stream, BufferedIOBase), "standard input has a buffer of bytes"
    return stream


def _progress() -> Callable[[int], None]:
    """Tells on stderr how far it is, where it takes long."""
    import time

    told = time.monotonic()

    def tell(lines: int) -> None:
        nonlocal told
        if time.monotonic() - told > _BETWEEN:
            told = time.monotonic()
            click.echo(f"{lines:,} lines read", err=True)

    return tell


def _text(found: Learned) -> Iterator[str]:
    from antrea_ci.wording import count

    if found.missing:
        yield f"The firewall lacks {count(len(found.missing), 'row')} of the report:"
        yield from (line for one in found.missing for line in _lacking(one))
    if found.possible:
        yield f"{count(len(found.possible), 'row')} may be lacking; one end is only a name here:"
        yield from (line for one in found.possible for line in _lacking(one))
    if found.unexplained:
        yield "No row of the report explains these drops. Rows that would let them through, if they should pass:"
        yield from (line for one in found.unexplained[:_SHOWN] for line in _unexplained(one))
    if len(found.unexplained) > _SHOWN:
        yield f"  and {len(found.unexplained) - _SHOWN} more; --format json has them all"
    if found.is_foreign:
        yield "No line is of a format that is known here."
    elif not (found.missing or found.possible or found.unexplained):
        yield "Nothing was dropped between the networks of this cluster."
    yield from _notes(found)


def _lacking(one: Lacking) -> Iterator[str]:
    yield f"  {one.rule.as_text()}"
    yield from _drops(one.drops)


def _unexplained(one: Unexplained) -> Iterator[str]:
    port = " ".join(filter(None, (one.protocol, one.port)))
    yield f"  {port} {one.source.as_text()} → {one.destination.as_text()}: {one.what or 'not known to the facts'}"
    yield from (f"    perhaps: {text}" for text in one.perhaps)
    yield from _drops(one.drops)


def _drops(drops: Drops) -> Iterator[str]:
    times = "once" if drops.count == 1 else f"{drops.count:,} times"
    span = drops.first if drops.first == drops.last else f"{drops.first} to {drops.last}"
    replies = f", {drops.replies:,} of these are answers" if drops.replies else ""
    yield f"    dropped {times}{f', {span}' if span else ''}{replies}"
    yield f"    e.g. {_cut(drops.example)}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"


def _notes(found: Learned) -> Iterator[str]:
    from antrea_ci.firewall.learn.times import shown

    lines = found.lines()
    kinds = ("dropped", "unlabelled", "allowed", "unknown")
    counted = ", ".join(f"{lines[kind]} {kind}" for kind in kinds if lines[kind])
    yield f"{lines['read']} lines: {counted or 'nothing'}"
    if lines["unlabelled"]:
        yield "note: prefixes without a word such as DROP or ACCEPT count as drops; --drop-prefix says which are, as in"
        yield f"  {_cut(shown(found.tally.unsaid))}"
    if lines["outside"]:
        yield f"note: {lines['outside']} dropped packets are none of this cluster, or no row has a word for them"
    if lines["otherReasons"]:
        yield f"note: {lines['otherReasons']} packets were dropped for another reason than a rule"
    if lines["others"]:
        yield f"note: {lines['others']} packets of further kinds were only counted; look for a scan"
    if found.names and (lines["dropped"] or lines["unlabelled"]):
        yield f"note: no address is known of {', '.join(found.names)}; rows with them go by the port alone"
        yield "  (--address, or firewall.addresses in cluster.yaml, says who they are)"
    yield from (f"note: {name} breaks off in the middle; what comes before was read" for name in found.broken_off)
    if found.tally.unknown.count:
        yield f"note: {found.tally.unknown.count} lines are of no format that is known here, as in"
        yield from (f"  {_cut(shown(line))}" for line in found.tally.unknown.examples)
